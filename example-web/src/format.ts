const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** 12345 → "12,345" */
export const formatCount = (value: number): string => whole.format(Math.round(value));

/** 12345 → "12.3K" */
export const formatCompact = (value: number): string => compact.format(value);

/** 0.9731 → "97.3%" */
export const formatShare = (value: number): string => `${(value * 100).toFixed(1)}%`;

/** Milliseconds in: 420 → "420 ms", 12345 → "12.3 s", 75000 → "1 min 15 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** 2000 → "2 s", never broken between the two */
export const formatInterval = (ms: number): string => `${ms / 1000}\u00a0s`;

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}

/** The day of an ISO date or time, in UTC: the server counts its days there. */
export const formatDay = (iso: string): string => day.format(new Date(iso));

export const formatClock = (time: number): string => clock.format(time);

export const formatMoment = (time: number): string => moment.format(time);

/** How long ago `time` was (both in ms since 1970): "just now", "4 min ago", "3 d ago". */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}
