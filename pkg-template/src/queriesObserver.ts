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

/** The properties that have been read of the results of these matches: all their observers tell of a change of any. */
interface Tracking {
  readonly matches: Match[];
  readonly known: Set<keyof Result>;
}

/** What was combined last, and of what: as long as that stands, `combine` isn't called again. */
interface Combined {
  readonly value: unknown;
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
  /** What `combine` was given last, by place: of a result that stands, the same object. */
  #tracked: { of: Result; by: QueryObserver; result: Result }[] = [];
  #tracking: Tracking = { matches: [], known: new Set() };

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
        this.#tracked = [];
      }
      this.#tracking = { matches, known: isMoved ? new Set() : this.#tracking.known };
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
    const tracking: Tracking = { matches: this.#match(this.#default(queries)), known: new Set() };
    const { matches } = tracking;
    const results = matches.map(({ observer, options }) => observer.getOptimisticResult(options));
    const hashes = matches.map(({ options }) => options.queryHash!);
    return [
      results,
      (given) => this.#combineResults(given ?? results, combine, hashes) as TCombined,
      () => matches.map((match, at) => this.#track(match, results[at]!, tracking)),
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
      if (this.#combineResults(this.#trackAll(), this.#combine) === before) {
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
    this.#combined = {
      value: replaceEqualDeep(last?.value, combine(results)),
      combine,
      results: this.#results,
    };
    return this.#combined.value;
  }

  /** The results as `combine` gets them. */
  #trackAll(): Result[] {
    return this.#tracking.matches.map((match, at) => {
      const of = this.#results[at]!;
      let tracked = this.#tracked[at];
      if (tracked?.of !== of || tracked.by !== match.observer) {
        tracked = { of, by: match.observer, result: this.#track(match, of, this.#tracking) };
        this.#tracked[at] = tracked;
      }
      return tracked.result;
    });
  }

  /** What is read of one result counts for all: a list shows the same of each. */
  #track({ observer, options }: Match, result: Result, { matches, known }: Tracking): Result {
    if (options.notifyOnChangeProps) {
      return result;
    }
    return observer.trackResult(result, (name) => {
      if (!known.has(name)) {
        known.add(name);
        for (const match of matches) {
          match.observer.trackProp(name);
        }
      }
    });
  }
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
