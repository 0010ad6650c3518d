/** What was counted. */
export interface Figures {
  /** Main thread, ms. */
  busyMs: number;
  /** That part of it in which answers were decoded and the cache was updated, ms. */
  dataMs: number;
  answers: number;
  bytesReceived: number;
  bytesParsed: number;
  /** Rows of the table of agents that React rendered. */
  rowsRendered: number;
}

/** What figures depend on besides the core: runs that differ here don't compare. */
export interface Conditions {
  pageSize: number;
  refetchInterval: number | false;
}

/** What a page counted under the same conditions. */
export interface Run {
  conditions: Conditions;
  /** When it ended, ms since 1970. */
  at: number;
  total: Figures;
  /** Without the first load, and for how long the page was in view then, ms; `null` while it loads. */
  since: { ms: number; figures: Figures } | null;
}

const NAMES = ['busyMs', 'dataMs', 'answers', 'bytesReceived', 'bytesParsed', 'rowsRendered'] as const;

export const nothing: Figures = { busyMs: 0, dataMs: 0, answers: 0, bytesReceived: 0, bytesParsed: 0, rowsRendered: 0 };

export function minus(a: Figures, b: Figures): Figures {
  const difference = { ...nothing };
  for (const name of NAMES) difference[name] = a[name] - b[name];
  return difference;
}

/** Reads what another page, maybe of another version, has stored. `null` if it isn't a run. */
export function parseRun(text: string): Run | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isRun(value) ? value : null;
}

function isRun(value: unknown): value is Run {
  const run = value as Run | null;
  return (
    isCount(run?.at) &&
    isCount(run.conditions?.pageSize) &&
    (run.conditions.refetchInterval === false || isCount(run.conditions.refetchInterval)) &&
    areFigures(run.total) &&
    (run.since === null || (isCount(run.since?.ms) && areFigures(run.since.figures)))
  );
}

const areFigures = (value: unknown): value is Figures =>
  NAMES.every((name) => isCount((value as Figures | null)?.[name]));

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
