import type { DecodeStats } from './json.js';
import type { MemoryStats } from './memory.js';
import type { PersistStats } from './persist.js';

/** Counters by what happened to queries. */
export interface PrefixStats {
  /** Fetches that were not needed, because the cached data was fresh. */
  hits: number;
  /** Fetches that were needed: no data, or stale data. */
  misses: number;
  /** Fetches that joined one already in flight. */
  dedupes: number;
  /** Fetches that were started. */
  fetches: number;
  /** Queries that were marked stale. */
  invalidations: number;
}

/** A client's counters, as given by `queryClient.stats()`. */
export interface Stats extends PrefixStats {
  /** Queries in the cache now. */
  queries: number;
  /** Subscribed observers now. */
  observers: number;
  /** Events without a rule. */
  ignoredEvents: number;
  /** `hits / (hits + misses)`, from 0 to 1; 0 before the first of either. */
  hitRate: number;
  /** The engine's linear memory, in bytes. */
  memoryBytes: number;
  /** What cached data takes; zeros for a client without `memory`. */
  memory: MemoryStats;
  /** What came of JSON bodies. */
  decode: DecodeStats;
  /** Interned key parts now. */
  symbols: number;
  /** What came of HTTP. */
  http: {
    /** Requests that asked whether the data has changed, with `If-None-Match` or `If-Modified-Since`. */
    conditional: number;
    /** Answers that it hasn't (304). */
    notModified: number;
    /** Failed tries whose answer asked for a pause, with `Retry-After`. */
    retryAfter: number;
  };
  /** Fetches that were begun ahead: by `earlyRefresh`, `warm` and `schedule`. */
  stampedes: { early: number; warmed: number; scheduled: number };
  /**
   * Answers shared with other tabs: fetches for which they were asked, answers taken and given, waits that ended because the
   * other tab died or didn't answer, and messages or values that were not to be taken.
   */
  shared: { asked: number; taken: number; given: number; takeovers: number; refused: number };
  /** The counters by the first part of the key. */
  byPrefix: Record<string, PrefixStats>;
  /** What happened between the client and its store, if it has one. */
  persist: PersistStats;
}
