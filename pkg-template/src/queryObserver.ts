import type {
  Query as CoreQuery,
  FetchStatus,
  QueryObserverOptions,
  QueryObserverResult,
  QueryStatus,
  RefetchOptions,
} from '@tanstack/query-core';
import { environment } from './bridge/environment';
import { NONE } from './bridge/host';
import { answerTopic, type PackedOptions, packOptions } from './bridge/observerOptions';
import { reading } from './bridge/reading';
import { networkCode } from './bridge/retryOptions';
import { runsOnServer } from './environmentManager';
import { noop } from './markers';
import type { Query } from './query';
import type { QueryCache } from './queryCache';
import type { QueryClient } from './queryClient';
import type { FetchOptions } from './queryFunction';
import { FETCH_STATUSES, STATUSES } from './queryState';
import { replaceData, shallowEqualObjects } from './structuralSharing';
import { Subscribable } from './subscribable';

type Options = QueryObserverOptions<any, any, any, any, any> & { skipCache?: boolean | 'no-store' };
type Result = QueryObserverResult<any, any>;

interface ObserverFetchOptions extends RefetchOptions {
  throwOnError?: boolean;
  meta?: { fetchMore?: { direction: 'forward' | 'backward' } };
}

const STALE_FLAG = 1;
const ENABLED_FLAG = 2;
const FETCHED_SINCE_FLAG = 4;
const FETCHED_FLAG = 8;

/** Watches one query: computes a result from its state, and tells listeners when what they use has changed. */
export class QueryObserver extends Subscribable<(result: Result) => void> {
  options: Options;
  /** The id of its slot in the engine, from the first listener to the end. */
  slot = NONE;
  /** The options as the engine takes them. */
  packed!: PackedOptions;
  readonly #client: QueryClient;
  readonly #cache: QueryCache;
  #query!: Query;
  #initialDataCount = 0;
  #initialErrorCount = 0;
  #result: Result | undefined;
  /** The query's data when the result was made. */
  #resultData: any;
  #resultOptions: Options | undefined;
  #selectFn: Options['select'];
  #selected: any;
  #selectError: any = null;
  #lastWithData: Query | undefined;
  #tracked: Set<keyof Result> | undefined;

  constructor(client: QueryClient, options: Options) {
    super();
    this.options = options;
    this.#client = client;
    this.#cache = client.getQueryCache();
    this.bindMethods();
    this.setOptions(options);
  }

  protected bindMethods(): void {
    this.refetch = this.refetch.bind(this);
  }

  protected override onSubscribe(): void {
    if (this.listeners.size !== 1) {
      return;
    }
    this.#query.addObserver(this as never);
    if (this.#fetchesOnMount(this.#query, this.options, this.packed, true)) {
      this.#fetchUnlessStored();
    } else {
      this.updateResult();
    }
    this.#setTimers();
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) {
      this.destroy();
    }
  }

  shouldFetchOnReconnect(): boolean {
    return this.#wakes(false);
  }

  shouldFetchOnWindowFocus(): boolean {
    return this.#wakes(true);
  }

  destroy(): void {
    this.listeners = new Set();
    this.#query.removeObserver(this as never);
  }

  setOptions(options: Options): void {
    const previous = this.options;
    const previousPacked = this.packed;
    const previousQuery = this.#query;
    this.options = this.#client.defaultQueryOptions(options as never) as Options;
    this.packed = packOptions(this.options);
    this.#checkEnabled();
    if (this.slot !== NONE) {
      const { bits, staleTime, interval } = this.packed;
      this.#cache.host.engine.set_options(this.slot, bits, staleTime, interval);
    }
    this.#updateQuery();
    this.#query.setOptions(this.options);
    // Of this moment: initial data may have come with the options, and a listener may have moved it on.
    const query = this.#query;
    if ((previous as { _defaulted?: boolean })._defaulted && !shallowEqualObjects(this.options, previous)) {
      this.#cache.notify({ type: 'observerOptionsUpdated', query: query as never, observer: this as never });
    }
    const mounted = this.hasListeners();
    const moved = this.#query !== previousQuery;
    if (mounted && this.#fetchesOnChange(this.#query, this.options, this.packed, moved, previous, previousPacked)) {
      this.#fetchUnlessStored();
    }
    this.updateResult();
    const { engine } = this.#cache.host;
    if (mounted && this.slot !== NONE) {
      const verdict = engine.retime(
        this.slot,
        // A listener may have moved it on meanwhile.
        this.#query !== previousQuery,
        previousPacked.bits,
        previousPacked.staleTime,
        Date.now(),
        reading(),
        runsOnServer(),
      );
      this.#cache.host.drain(this.#decide(verdict, this.options, previous) !== 0);
    } else if (typeof this.options.refetchInterval === 'function') {
      this.options.refetchInterval(query as never);
    }
  }

  getOptimisticResult(options: Options): Result {
    const query = this.#buildQuery(options);
    const result = this.createResult(query as never, options);
    if (!this.#isSame(result, this.#result!)) {
      this.#result = result;
      this.#resultOptions = this.options;
      this.#resultData = this.#query.data;
      if (this.slot !== NONE) {
        this.#cache.host.engine.set_last(this.slot, result.isStale, result.dataUpdatedAt);
      }
    }
    return result;
  }

  getCurrentResult(): Result {
    return this.#result!;
  }

  trackResult(result: Result, onPropTracked?: (key: keyof Result) => void): Result {
    return new Proxy(result, {
      get: (target, key) => {
        this.trackProp(key as keyof Result);
        onPropTracked?.(key as keyof Result);
        return Reflect.get(target, key);
      },
    });
  }

  trackProp(key: keyof Result): void {
    this.#tracked ??= new Set();
    this.#tracked.add(key);
  }

  getCurrentQuery(): CoreQuery<any, any, any, any> {
    return this.#query as never;
  }

  refetch({ ...options }: RefetchOptions = {}): Promise<Result> {
    return this.fetch({ ...options });
  }

  fetchOptimistic(options: Options): Promise<Result> {
    const defaulted = this.#client.defaultQueryOptions(options as never) as Options;
    const query = this.#buildQuery(defaulted);
    const result = () => this.createResult(query as never, defaulted);
    let fetched: Promise<any> = Promise.resolve();
    const data = new Promise<Result>((resolve) => {
      // Data that comes by any way can be rendered; the fetch may go on behind it.
      const unsubscribe = this.#cache.subscribe((event) => {
        if (event.type === 'updated' && event.query.queryHash === query.queryHash && query.data !== undefined) {
          unsubscribe();
          resolve(result());
        }
      });
      fetched = query
        .fetch(defaulted, this.#unlessStored(query, defaulted))
        .then(() => resolve(result()))
        .finally(unsubscribe);
    });
    return Promise.race([data, fetched]);
  }

  protected fetch(fetchOptions: ObserverFetchOptions): Promise<Result> {
    return this.#executeFetch({ ...fetchOptions, cancelRefetch: fetchOptions.cancelRefetch ?? true }).then(() => {
      this.updateResult();
      return this.#result!;
    });
  }

  protected createResult(coreQuery: CoreQuery<any, any, any, any>, options: Options): Result {
    const query = coreQuery as unknown as Query;
    const packed = options === this.options ? this.packed : packOptions(options);
    const { host } = this.#cache;
    const sameQuery = query === this.#query;
    const previous = this.#result;
    const optimistic = options._optimisticResults;
    let starts = false;
    if (optimistic) {
      const mounted = this.hasListeners();
      starts = mounted
        ? this.#fetchesOnChange(query, options, packed, !sameQuery, this.options, this.packed)
        : this.#fetchesOnMount(query, options, packed, false);
    }
    host.engine.load(query.attach());
    const { numbers, scratch } = host;
    let status: QueryStatus = STATUSES[numbers[scratch]!]!;
    let fetchStatus: FetchStatus = FETCH_STATUSES[numbers[scratch + 1]!]!;
    const dataUpdateCount = numbers[scratch + 4]!;
    const dataUpdatedAt = numbers[scratch + 5]!;
    const errorUpdateCount = numbers[scratch + 6]!;
    let errorUpdatedAt = numbers[scratch + 7]!;
    let failureCount = numbers[scratch + 8]!;
    let failureReason = query.failureReason;
    let data = query.data;
    let error = query.error;
    if (starts) {
      failureCount = 0;
      failureReason = null;
      fetchStatus = host.engine.starts_paused(networkCode(query.options.networkMode), environment())
        ? 'paused'
        : 'fetching';
      if (data === undefined) {
        error = null;
        status = 'pending';
      }
    }
    if (optimistic === 'isRestoring') {
      fetchStatus = 'idle';
    }
    let isPlaceholderData = false;
    let selects = true;
    if (options.placeholderData !== undefined && data === undefined && status === 'pending') {
      let placeholder: any;
      if (previous?.isPlaceholderData && options.placeholderData === this.#resultOptions?.placeholderData) {
        placeholder = previous.data;
        selects = false;
      } else {
        placeholder =
          typeof options.placeholderData === 'function'
            ? (options.placeholderData as (data: any, query: any) => any)(this.#lastWithData?.data, this.#lastWithData)
            : options.placeholderData;
      }
      if (placeholder !== undefined) {
        status = 'success';
        data = replaceData(previous?.data, placeholder, options);
        isPlaceholderData = true;
      }
    }
    const isSelectable = data !== undefined;
    if (options.select && isSelectable && selects) {
      if (previous && data === this.#resultData && options.select === this.#selectFn) {
        data = this.#selected;
      } else {
        try {
          this.#selectFn = options.select;
          data = replaceData(previous?.data, options.select(data), options);
          this.#selected = data;
          this.#selectError = null;
        } catch (thrown) {
          this.#selectError = thrown;
        }
      }
    }
    if (!isSelectable) {
      this.#selectError = null;
    }
    if (this.#selectError) {
      isPlaceholderData = false;
      error = this.#selectError;
      data = this.#selected;
      errorUpdatedAt = previous?.error === error ? previous!.errorUpdatedAt : Date.now();
      status = 'error';
    }
    const flags = this.#decide(
      host.engine.result(
        query.attach(),
        packed.bits,
        packed.staleTime,
        options === this.options && sameQuery ? this.slot : NONE,
        sameQuery ? this.#initialDataCount : dataUpdateCount,
        sameQuery ? this.#initialErrorCount : errorUpdateCount,
        Date.now(),
      ),
      options,
      undefined,
      query,
    );
    query.detach();
    const isFetching = fetchStatus === 'fetching';
    const isPending = status === 'pending';
    const isError = status === 'error';
    const isLoading = isPending && isFetching;
    const hasData = data !== undefined;
    return {
      status,
      fetchStatus,
      isPending,
      isSuccess: status === 'success',
      isError,
      isInitialLoading: isLoading,
      isLoading,
      data,
      dataUpdatedAt,
      error,
      errorUpdatedAt,
      failureCount,
      failureReason,
      errorUpdateCount,
      isFetched: (flags & FETCHED_FLAG) !== 0,
      isFetchedAfterMount: (flags & FETCHED_SINCE_FLAG) !== 0,
      isFetching,
      isRefetching: isFetching && !isPending,
      isLoadingError: isError && !hasData,
      isPaused: fetchStatus === 'paused',
      isPlaceholderData,
      isRefetchError: isError && hasData,
      isStale: (flags & STALE_FLAG) !== 0,
      refetch: this.refetch,
      isEnabled: (flags & ENABLED_FLAG) !== 0,
    } as Result;
  }

  /** Whether two results say the same. What isn't compared follows from what is, except in results of a subclass. */
  #isSame(next: Result, previous: Result): boolean {
    if (this.createResult !== createResult) {
      return shallowEqualObjects(next, previous);
    }
    return (
      next.data === previous.data &&
      next.dataUpdatedAt === previous.dataUpdatedAt &&
      next.status === previous.status &&
      next.fetchStatus === previous.fetchStatus &&
      next.isStale === previous.isStale &&
      next.error === previous.error &&
      next.errorUpdatedAt === previous.errorUpdatedAt &&
      next.errorUpdateCount === previous.errorUpdateCount &&
      next.failureCount === previous.failureCount &&
      next.failureReason === previous.failureReason &&
      next.isFetched === previous.isFetched &&
      next.isFetchedAfterMount === previous.isFetchedAfterMount &&
      next.isPlaceholderData === previous.isPlaceholderData &&
      next.isEnabled === previous.isEnabled &&
      next.refetch === previous.refetch
    );
  }

  updateResult(): void {
    const previous = this.#result;
    const next = this.createResult(this.#query as never, this.options);
    this.#resultData = this.#query.data;
    this.#resultOptions = this.options;
    if (this.#resultData !== undefined) {
      this.#lastWithData = this.#query;
    }
    if (previous && this.#isSame(next, previous)) {
      return;
    }
    this.#result = next;
    const tells = this.#changesTracked(next, previous);
    this.#notify(tells);
  }

  onQueryUpdate(): void {
    this.updateResult();
    if (this.hasListeners()) {
      this.#setTimers();
    }
  }

  /** Its user has signed out: nothing of what it has shown may be shown again. */
  forget(): void {
    this.#lastWithData = undefined;
    this.#selected = undefined;
    this.#selectError = null;
    this.#resultData = undefined;
    this.#selectFn = undefined;
    this.#initialDataCount = 0;
    this.#initialErrorCount = 0;
    this.#result = { ...this.#result!, data: undefined, isPlaceholderData: false } as Result;
  }

  /** Goes on in a fresh engine, as if it were mounted anew. */
  resume(): void {
    this.updateResult();
    if (this.#fetchesOnMount(this.#query, this.options, this.packed, false)) {
      this.#fetchUnawaited();
    }
    this.#setTimers();
  }

  // For the engine

  /** Whether the last result was stale. */
  get lastStale(): boolean {
    return this.#result?.isStale ?? true;
  }

  /** When the data of the last result came (ms). */
  get lastUpdatedAt(): number {
    return this.#result?.dataUpdatedAt ?? 0;
  }

  wake(): void {
    this.refetch({ cancelRefetch: false }).catch(noop);
  }

  poll(): void {
    this.#fetchUnawaited();
  }

  turnStale(): void {
    this.updateResult();
  }

  answer(topic: number): number {
    return answerTopic(topic, this.options, undefined, this.#query as never);
  }

  #updateQuery(): void {
    const query = this.#buildQuery(this.options);
    if (query === this.#query) {
      return;
    }
    const previous = this.#query as Query | undefined;
    this.#query = query;
    const { host } = this.#cache;
    host.engine.load(query.attach());
    this.#initialDataCount = host.numbers[host.scratch + 4]!;
    this.#initialErrorCount = host.numbers[host.scratch + 6]!;
    if (this.hasListeners()) {
      this.#cache.move(previous!, query, this as never);
    }
  }

  #buildQuery(options: Options): Query {
    const current = this.#query as Query | undefined;
    // A query that isn't stored is this observer's own: it stays while the key does.
    if (options.skipCache === 'no-store' && current?.isPrivate && current.queryHash === options.queryHash) {
      return current;
    }
    return this.#cache.build(this.#client as never, options);
  }

  #executeFetch(fetchOptions?: ObserverFetchOptions): Promise<any> {
    this.#updateQuery();
    const promise = this.#query.fetch(this.options, fetchOptions);
    return fetchOptions?.throwOnError ? promise : promise.catch(noop);
  }

  /** Fetches, if what a store may have of the query isn't enough. */
  #fetchUnlessStored(): void {
    this.#updateQuery();
    this.#query.fetchUnawaited(this.options, this.#unlessStored(this.#query, this.options));
  }

  #unlessStored(query: Query, options: Options): FetchOptions | undefined {
    return (
      query.restoring && {
        isEnough: () => query.data !== undefined && !this.#fetchesOnMount(query, options, packOptions(options), false),
      }
    );
  }

  #fetchUnawaited(): void {
    this.#updateQuery();
    this.#query.fetchUnawaited(this.options);
  }

  #setTimers(): void {
    if (this.slot === NONE) {
      return;
    }
    const { host } = this.#cache;
    const verdict = host.engine.timers(this.slot, Date.now(), reading(), runsOnServer());
    host.drain(this.#decide(verdict, this.options) !== 0);
  }

  #fetchesOnMount(query: Query, options: Options, packed: PackedOptions, counted: boolean): boolean {
    const { engine } = this.#cache.host;
    const verdict = engine.on_mount(query.attach(), packed.bits, packed.staleTime, counted, Date.now());
    return this.#decide(verdict, options, undefined, query) !== 0;
  }

  #fetchesOnChange(
    query: Query,
    options: Options,
    packed: PackedOptions,
    moved: boolean,
    previous: Options,
    { bits }: PackedOptions,
  ): boolean {
    const { engine } = this.#cache.host;
    const verdict = engine.on_change(query.attach(), packed.bits, packed.staleTime, moved, bits, Date.now());
    return this.#decide(verdict, options, previous, query) !== 0;
  }

  #wakes(focus: boolean): boolean {
    const { bits, staleTime } = this.packed;
    const verdict = this.#cache.host.engine.on_wake(this.#query.attach(), bits, staleTime, focus, Date.now());
    return this.#decide(verdict, this.options) !== 0;
  }

  #decide(verdict: number, options: Options, previous?: Options, query: Query = this.#query): number {
    return verdict < 0 ? this.#answer(verdict, options, previous, query) : verdict;
  }

  #answer(verdict: number, options: Options, previous: Options | undefined, query: Query): number {
    return this.#cache.host.decide(verdict, (topic) => answerTopic(topic, options, previous, query as never));
  }

  #checkEnabled(): void {
    const { enabled } = this.options;
    if (enabled !== undefined && typeof enabled !== 'boolean' && typeof enabled !== 'function') {
      throw new Error('Expected enabled to be a boolean or a callback that returns a boolean');
    }
  }

  /** Whether a property that somebody uses has changed. */
  #changesTracked(next: Result, previous: Result | undefined): boolean {
    if (!previous) {
      return true;
    }
    const { notifyOnChangeProps, throwOnError } = this.options;
    const named = typeof notifyOnChangeProps === 'function' ? notifyOnChangeProps() : notifyOnChangeProps;
    if (named === 'all' || !(named ?? this.#tracked)) {
      return true;
    }
    for (const key of (named ?? this.#tracked) as Iterable<keyof Result>) {
      if (next[key] !== previous[key]) {
        return true;
      }
    }
    return !!throwOnError && next.error !== previous.error;
  }

  #notify(tells: boolean): void {
    this.#cache.tellResult(this as never, tells ? this.listeners : undefined);
  }
}

// Out here, as a class that names itself inside comes out of the bundler under another name.
const { createResult } = QueryObserver.prototype as unknown as Record<'createResult', QueryObserver['createResult']>;
