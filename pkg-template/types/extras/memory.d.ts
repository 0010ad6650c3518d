/** How much memory cached data may take; given to `new QueryClient({ memory })`. */
export interface MemoryOptions {
  /**
   * What all data together may take, in bytes: that of watched queries counts too, but stays. Beyond it the least recently
   * used data is packed, and when nothing is left to pack, removed. `Infinity` for no bound.
   */
  maxBytes: number;
  /**
   * After how many milliseconds without use data that nobody watches is packed, even if there is room; `Infinity` for never.
   * @defaultValue 60_000
   */
  coldAfter?: number;
  /**
   * The share of `maxBytes`, from 0 to 1, that the data of a single query may take; more is removed as soon as nobody watches
   * it.
   * @defaultValue 0.25
   */
  largestShare?: number;
  /**
   * Data smaller than this, in bytes, is never packed. With 0 all is, also what gets larger by it: for tests.
   * @defaultValue 1024
   */
  coldFrom?: number;
}

/** Why a query was removed to save memory: all data together, or its own, was too large. */
export type EvictionReason = 'budget' | 'tooLarge';

/** What cached data takes, as estimated; see docs/memory.md. */
export interface MemoryStats {
  /** The bound, in bytes; `null` where there is none. */
  maxBytes: number | null;
  /** What the data of watched queries takes, in bytes. */
  watchedBytes: number;
  /** What the data of other queries takes that is kept as objects, in bytes. */
  hotBytes: number;
  /** What packed data takes, in bytes. */
  coldBytes: number;
  /** Watched queries with data. */
  watchedEntries: number;
  /** Other queries whose data is kept as objects. */
  hotEntries: number;
  /** Queries whose data is packed. */
  coldEntries: number;
  /** How often data was packed. */
  freezes: number;
  /** How often it couldn't be, because it doesn't survive JSON or because it wasn't worth it. */
  refusals: number;
  /** How often packed data was read. */
  thaws: number;
  /** Queries removed to save memory, by reason. */
  evicted: Record<EvictionReason, number>;
}
