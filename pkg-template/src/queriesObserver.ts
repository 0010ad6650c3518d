import type {
  Query as CoreQuery,
  QueryObserver as CoreQueryObserver,
  QueriesObserverOptions,
  QueryObserverOptions,
  QueryObserverResult,
} from '@tanstack/query-core';
import { isDevelopment } from './development';
import { notifyManager } from './notifyManager';
import type { QueryClient } from './queryClient';
import { QueryObserver } from './queryObserver';
import { show } from './show';
import { replaceEqualDeep, shallowEqualObjects } from './structuralSharing';
import { Subscribable } from './subscribable';

type Options = QueryObserverOptions<any, any, any, any, any>;
type Result = QueryObserverResult<any, any>;
type Combine<TCombined> = (results: Result[]) => TCombined;

/** One of the queries that are asked for, and the observer that answers. */
interface Match {
  readonly options: Options;
  readonly observer: QueryObserver;
}

/** The queries of one answer, and how their results are handed out: what is read of one counts for all. */
interface Tracking {
  readonly matches: Match[];
  readonly reader: ProxyHandler<Result>;
}

/** What was combined last, and of what: as long as that stands, `combine` isn't called again. */
interface Combined {
  value: unknown;
  readonly combine: unknown;
  readonly results: readonly Result[];
}

/** Watches many queries at once: their results in the order in which they were asked for, or combined to one value. */
export class QueriesObserver<TCombined = Result[]> extends Subscribable<(results: Result[]) => void> {
  readonly #client: QueryClient;
  #combine: Combine<TCombined> | undefined;
  #observers: QueryObserver[] = [];
  /** Where each observer stands among `#observers`. */
  #places = new Map<QueryObserver, number>();
  #results: Result[] = [];
  #combined: Combined | undefined;
  /** The hashes for which an adapter combined last. */
  #hashes: string[] | undefined;
  #tracking = trackingOf([]);

  constructor(client: QueryClient, queries: Options[], _options?: QueriesObserverOptions<TCombined>) {
    super();
    this.#client = client;
    // As in query-core, `combine` counts from the first `setQueries` on.
    this.setQueries(queries);
  }

  protected override onSubscribe(): void {
    if (this.listeners.size === 1) {
      for (const observer of this.#observers) {
        this.#follow(observer);
      }
    }
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) {
      this.destroy();
    }
  }

  destroy(): void {
    this.listeners = new Set();
    for (const observer of this.#observers) {
      observer.destroy();
    }
  }

  setQueries(queries: Options[], options?: QueriesObserverOptions<TCombined>): void {
    this.#combine = options?.combine as Combine<TCombined> | undefined;
    const wanted = this.#default(queries);
    if (isDevelopment && new Set(wanted.map(({ queryHash }) => queryHash)).size !== wanted.length) {
      console.warn('[QueriesObserver]: Duplicate Queries found. This might result in unexpected behavior.');
    }
    notifyManager.batch(() => {
      const before = this.#observers;
      const matches = this.#match(wanted);
      for (const { observer, options: given } of matches) {
        observer.setOptions(given);
      }
      const observers = matches.map((match) => match.observer);
      const results = observers.map((observer) => observer.getCurrentResult());
      const isMoved = observers.length !== before.length || observers.some((observer, at) => observer !== before[at]);
      if (isMoved) {
        this.#observers = observers;
        this.#places = new Map(observers.map((observer, at) => [observer, at]));
        this.#tracking = trackingOf(matches);
      }
      if (!isMoved && results.every((result, at) => shallowEqualObjects(result, this.#results[at]))) {
        return;
      }
      this.#results = results;
      if (!this.hasListeners()) {
        return;
      }
      if (isMoved) {
        this.#replace(before, observers);
      }
      this.#notify();
    });
  }

  getCurrentResult(): Result[] {
    return this.#results;
  }

  getQueries(): CoreQuery<any, any, any, any>[] {
    return this.#observers.map((observer) => observer.getCurrentQuery());
  }

  getObservers(): CoreQueryObserver<any, any, any, any, any>[] {
    return this.#observers as never;
  }

  getOptimisticResult(
    queries: Options[],
    combine: Combine<TCombined> | undefined,
  ): [raw: Result[], combineResult: (results?: Result[]) => TCombined, trackResult: () => Result[]] {
    const tracking = trackingOf(this.#match(this.#default(queries)));
    const { matches } = tracking;
    const results = matches.map(({ observer, options }) => observer.getOptimisticResult(options));
    const hashes = matches.map(({ options }) => options.queryHash!);
    return [
      results,
      (given) => this.#combineResults(given ?? results, combine, hashes) as TCombined,
      () => track(tracking, results),
    ];
  }

  #default(queries: Options[]): Options[] {
    if (!Array.isArray(queries)) {
      throw new TypeError(`The queries must be an array of query options, but they are ${show(queries)}.`);
    }
    return queries.map((query) => this.#client.defaultQueryOptions(query as never) as Options);
  }

  /** Gives each query an observer: one that it has already, if one is left; the nth of a hash gets the nth. */
  #match(wanted: Options[]): Match[] {
    let spare: Map<string, QueryObserver[]> | undefined;
    return wanted.map((options, at) => {
      const same = this.#observers[at];
      // As long as all stand where they stood, nothing has to be looked up.
      if (!spare && same?.options.queryHash === options.queryHash) {
        return { options, observer: same! };
      }
      spare ??= byHash(this.#observers, at);
      return { options, observer: spare.get(options.queryHash!)?.pop() ?? new QueryObserver(this.#client, options) };
    });
  }

  #replace(before: QueryObserver[], after: QueryObserver[]): void {
    const [old, stays] = [new Set(before), new Set(after)];
    for (const observer of before) {
      if (!stays.has(observer)) {
        observer.destroy();
      }
    }
    for (const observer of after) {
      if (!old.has(observer)) {
        this.#follow(observer);
      }
    }
  }

  #follow(observer: QueryObserver): void {
    observer.subscribe((result) => {
      const place = this.#places.get(observer);
      if (place !== undefined) {
        this.#results = this.#results.slice();
        this.#results[place] = result;
        this.#notify();
      }
    });
  }

  #notify(): void {
    if (!this.hasListeners()) {
      return;
    }
    if (this.#combine) {
      const before = this.#combined?.value;
      if (this.#combineResults(track(this.#tracking, this.#results), this.#combine) === before) {
        return;
      }
    }
    notifyManager.batch(() => {
      this.listeners.forEach((listener) => {
        listener(this.#results);
      });
    });
  }

  #combineResults(results: Result[], combine: Combine<TCombined> | undefined, hashes?: string[]): unknown {
    if (!combine) {
      return results;
    }
    const last = this.#combined;
    const isAsked = hashes && this.#hashes && !sameTexts(hashes, this.#hashes);
    if (last && !isAsked && last.results === this.#results && last.combine === combine) {
      return last.value;
    }
    if (hashes) {
      this.#hashes = hashes;
    }
    // Noted first: what throws isn't called again for the same.
    const combined: Combined = { value: last?.value, combine, results: this.#results };
    this.#combined = combined;
    combined.value = replaceEqualDeep(last?.value, combine(results));
    return combined.value;
  }
}

function trackingOf(matches: Match[]): Tracking {
  const known = new Set<string | symbol>();
  return {
    matches,
    reader: {
      get(result, name) {
        if (!known.has(name)) {
          known.add(name);
          for (const { observer } of matches) {
            observer.trackProp(name as keyof Result);
          }
        }
        return Reflect.get(result, name);
      },
    },
  };
}

/** The results, each such that its readers are noticed, unless its query says itself what counts. */
function track({ matches, reader }: Tracking, results: Result[]): Result[] {
  return matches.map(({ options }, at) =>
    options.notifyOnChangeProps ? results[at]! : new Proxy(results[at]!, reader),
  );
}

/** The observers from a place on, by hash, the first of each at the end. */
function byHash(observers: QueryObserver[], from: number): Map<string, QueryObserver[]> {
  const map = new Map<string, QueryObserver[]>();
  for (let at = observers.length - 1; at >= from; at--) {
    const observer = observers[at]!;
    const { queryHash } = observer.options;
    const list = map.get(queryHash!);
    if (list) {
      list.push(observer);
    } else {
      map.set(queryHash!, [observer]);
    }
  }
  return map;
}

function sameTexts(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
