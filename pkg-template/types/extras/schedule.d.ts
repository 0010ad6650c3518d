/** When a scheduled query is fetched. */
export interface ScheduleOptions {
  /** Milliseconds from one fetch to the next. */
  every: number;
  /**
   * Up to which share of `every` a fetch comes earlier, at random, so that pages don't fetch together: from 0 to below 1.
   * @defaultValue 0.1
   */
  jitter?: number;
  /**
   * Whether it is fetched while nobody sees the page.
   * @defaultValue false
   */
  whileHidden?: boolean;
}

/** A scheduled query, as `schedule.list()` shows it. */
export interface ScheduledQuery {
  name: string;
  /** When it is due, in milliseconds since the epoch; `null` while it waits for the network, or for the page to be seen. */
  nextAt: number | null;
  isFetching: boolean;
  /** What its last fetch came to, and when (milliseconds since the epoch); `null` before the first. */
  lastResult: { status: 'success' | 'error'; at: number; error?: unknown } | null;
}

/** Scheduled queries, as `queryClient.schedule` gives them. */
export interface Schedule {
  /**
   * Ends the schedule of this name, or of all. The data stays as that of any other query.
   * @throws {TypeError} when nothing of this name is scheduled here
   */
  readonly stop: (name?: string) => void;
  /** All that are scheduled, in the order in which they were given. */
  readonly list: () => ScheduledQuery[];
}
