/** Keys of one shape: `['exec', 'dashboard', 'ws123', '7d']`, ten timeframes for each workspace. */
export type DashboardKey = [string, string, string, string];

const TIMEFRAMES = ['1h', '6h', '12h', '1d', '7d', '14d', '30d', '90d', '180d', '1y'];
export const TIMEFRAMES_EACH = TIMEFRAMES.length;

export const workspace = (i: number): string => `ws${i}`;
export const timeframe = (i: number): string => TIMEFRAMES[i % TIMEFRAMES_EACH]!;

/** `n` distinct keys; every call builds new arrays and new strings, as two places in an application would. */
export function dashboardKeys(n: number): DashboardKey[] {
  return Array.from({ length: n }, (_, i) => [
    'exec',
    'dashboard',
    workspace(Math.floor(i / TIMEFRAMES_EACH)),
    timeframe(i),
  ]);
}

/** The answer cached under a key: a small object of its own. */
export interface Figures {
  id: number;
  total: number;
  label: string;
}

export const figures = (id: number, total = 0): Figures => ({ id, total, label: 'figures' });
