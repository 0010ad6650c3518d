/** What options of pages have beyond those of a query. */
export interface PagesOptions {
  initialPageParam?: unknown;
  getNextPageParam?: (...args: any[]) => unknown;
  /** How many are fetched. */
  pages?: number;
}

/** How far a list is that is being warmed. */
export interface WarmProgress {
  /** Fetched. */
  done: number;
  /** Whose fetch failed. */
  failed: number;
  /** Fresh already, so not fetched. */
  skipped: number;
  /** All of them. */
  total: number;
}

/** Options of `queryClient.warm`. */
export interface WarmOptions {
  /**
   * How many are fetched at once.
   * @defaultValue 4
   */
  concurrency?: number;
  /** Called after each query. */
  onProgress?: (progress: WarmProgress) => void;
  /** Stops: what is under way is finished, nothing else begun. */
  signal?: AbortSignal;
  /**
   * Whether the first error ends it.
   * @defaultValue false
   */
  stopOnError?: boolean;
}
