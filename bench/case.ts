/** Units of time; a case reports these rows in milliseconds per batch and the runner converts. */
export type TimeUnit = 'ns' | 'us' | 'ms';

/** One line of the results. */
export interface Row {
  /** Stable name in `bench/results.json`. */
  id: string;
  /** What was measured, in a few words. */
  what: string;
  unit: TimeUnit | 'timers' | 'fetches' | 'bytes';
  /** Operations in one batch; a time is divided by it. Default 1. */
  ops?: number;
  /** Set where the wanted value is zero, so that a ratio would only divide noise. */
  noRatio?: boolean;
}

/** The values of one batch by row id: milliseconds for times, plain numbers for counts. */
export type Sample = Record<string, number>;

/** A prepared case. Preparation inside a batch stays outside of its clock readings. */
export interface Fixture {
  batch(): Sample | Promise<Sample>;
}

/** Both sides in one process, in alternating rounds. */
export interface PairedCase {
  kind: 'paired';
  rows: Row[];
  /** Says why this side can't run the case, or nothing. */
  missing?(): string | undefined;
  setup(): Fixture | Promise<Fixture>;
}

/** One side alone in a fresh process or page, for what the two sides would disturb in each other: counts and memory. */
export interface SoloCase {
  kind: 'solo';
  rows: Row[];
  /** How often a fresh process repeats it; the median counts. */
  repeats: number;
  /** As in a paired case. */
  missing?(): string | undefined;
  measure(): Promise<Sample>;
}

export type Case = PairedCase | SoloCase;
