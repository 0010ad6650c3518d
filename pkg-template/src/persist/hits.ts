import type { QueryFilters } from '@tanstack/query-core';
import type { Query } from '../query';
import type { QueryCache } from '../queryCache';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };
type What = 'invalidated' | 'removed';

interface Hit {
  filters: Filters;
  what: What;
  at: number;
}

/** More are taken together: what is older than one that was forgotten counts as meant by it. */
const MOST = 256;

/** What somebody has invalidated or removed by filters while it was in the store only. What events hit, the engine remembers. */
export class Hits {
  readonly #cache: QueryCache;
  readonly #list: Hit[] = [];
  readonly #allUntil: Record<What, number> = { invalidated: 0, removed: 0 };

  constructor(cache: QueryCache) {
    this.#cache = cache;
  }

  add({ type, stale: _, fetchStatus, ...filters }: Filters, what: What): void {
    // What is in the store only is neither watched nor fetched.
    if (type === 'active' || (fetchStatus !== undefined && fetchStatus !== 'idle')) {
      return;
    }
    this.#list.push({ filters, what, at: Date.now() });
    const forgotten = this.#list.length > MOST ? this.#list.shift() : undefined;
    if (forgotten) {
      this.#allUntil[forgotten.what] = forgotten.at;
    }
  }

  /** Whether this has happened to a query since its data came (ms). */
  have(what: What, query: Query, at: number): boolean {
    return (
      at <= this.#allUntil[what] ||
      this.#list.some((hit) => hit.what === what && hit.at >= at && this.#cache.matches(query, hit.filters))
    );
  }
}
