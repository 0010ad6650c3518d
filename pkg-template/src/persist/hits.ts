import type { QueryFilters, QueryKey } from '@tanstack/query-core';
import { type Host, NONE } from '../bridge/host';
import { isJsonSafe } from '../memory/jsonSafe';
import type { Query } from '../query';
import type { QueryCache } from '../queryCache';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };

// As in src/engine/persist/hits.rs.
const WHAT = { invalidated: 0, removed: 1 } as const;
export type What = keyof typeof WHAT;
/** Twice as many as the engine remembers. */
const MOST_KNOWN = 512;

/**
 * What has happened to queries while they were in the store only. The engine remembers it, for how long too; what filters mean is
 * seen here, where the queries are.
 */
export class Hits {
  readonly #cache: QueryCache;
  readonly #host: Host<any, any>;
  /** Filters as they were given, by the engine's numbers. */
  readonly #filters = new Map<number, Filters>();

  constructor(cache: QueryCache) {
    this.#cache = cache;
    this.#host = cache.host;
  }

  /** Notes what was done with filters; whether there is anything to remember. */
  add({ type, stale, fetchStatus, ...filters }: Filters, what: What): boolean {
    // What is in the store only is neither watched nor fetched.
    if (type === 'active' || (fetchStatus !== undefined && fetchStatus !== 'idle')) {
      return false;
    }
    if (Object.keys(filters).length === 0) {
      this.addAll(what);
      return true;
    }
    const { text, isWhole } = write(filters);
    const number = this.#host.engine.hit_by_filters(WHAT[what], text, isWhole, Date.now());
    if (number === NONE) {
      return false;
    }
    this.#filters.set(number, filters);
    this.#prune();
    return true;
  }

  /** All that is in the store is meant. */
  addAll(what: What): void {
    this.#host.engine.hit_all(WHAT[what], Date.now());
  }

  /** What an earlier page has remembered. */
  read(text: string): void {
    this.#host.engine.read_hits(text, Date.now());
  }

  /** What has happened to a query since the data came that it has been given, in the engine's words. */
  judge(query: Query): number {
    const { engine } = this.#host;
    const verdict = engine.judge_restored(query.slot);
    const hits = Array.from(this.#host.selection()).filter((hit) => this.#means(Math.floor(hit / 2), query));
    return Math.max(verdict, ...hits.map((hit) => hit % 2));
  }

  /** In a fresh engine nothing is known. */
  forget(): void {
    this.#filters.clear();
  }

  /** Lets go of filters that the engine has forgotten. */
  #prune(): void {
    if (this.#filters.size > MOST_KNOWN) {
      for (const number of [...this.#filters.keys()]) {
        if (this.#host.engine.filters_text(number) === undefined) {
          this.#filters.delete(number);
        }
      }
    }
  }

  #means(number: number, query: Query): boolean {
    let filters = this.#filters.get(number);
    try {
      filters ??= JSON.parse(this.#host.engine.filters_text(number)!) as Filters;
      return this.#cache.matches(query, filters);
    } catch {
      // A predicate of the user's, or a text that was none of ours: it may have meant anything.
      return true;
    }
  }
}

/** What of filters another page can read. Where that isn't all (`isWhole`), it means more than they do. */
function write({ queryKey, exact, pattern, tags, ...others }: Filters): { text: string; isWhole: boolean } {
  const isKeyWhole = queryKey === undefined || isJsonSafe(queryKey);
  const parts = queryKey as QueryKey;
  const known = isKeyWhole
    ? parts
    : parts.slice(
        0,
        parts.findIndex((part) => !isJsonSafe(part)),
      );
  const text = JSON.stringify({ queryKey: known, exact: isKeyWhole ? exact : undefined, pattern, tags });
  return { text, isWhole: isKeyWhole && Object.values(others).every((value) => value === undefined) };
}
