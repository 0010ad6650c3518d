import type { QueryFilters } from '@tanstack/query-core';
import type { Query } from './query';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };

/** Keeps the queries of a cache beyond the page; what the cache tells it. */
export interface Keeper {
  /** A query has been made. Where the keeper may have its data, it sets the query's `restoring`. */
  created(query: Query): void;
  /** A query has been removed; because its time was over, or else by somebody. */
  removed(query: Query, isCollected: boolean): void;
  /** Whatever these filters meant has been invalidated or removed by somebody: it may be in the store only. */
  hit(filters: Filters, what: 'invalidated' | 'removed'): void;
  /** All queries have been removed by somebody. */
  cleared(): void;
  /** Some queries wait to be written. */
  save(): void;
  /** Reads and writes nothing any more. */
  stop(): void;
  /** Ends at once: nothing is read or written any more. Then deletes all that the scope has, here and in other tabs. */
  signOut(): Promise<void>;
}
