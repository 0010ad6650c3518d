import type {
  CancelOptions,
  DefaultOptions,
  InvalidateOptions,
  InvalidateQueryFilters,
  QueryClientConfig,
  QueryFilters,
  QueryKey,
  QueryObserverOptions,
  QueryState,
  RefetchOptions,
  SetDataOptions,
} from '@tanstack/query-core';
import type { MemoryOptions, ScheduleOptions, WarmOptions, WarmProgress } from '../types/extras';
import { numericHttp, resolve, staleTimeNumber } from './bridge/observerOptions';
import type { Rules } from './events';
import { focusManager } from './focusManager';
import { type ConnectOptions, LiveConnection } from './live/connection';
import { noop, skipToken } from './markers';
import { MutationCache } from './mutationCache';
import { notifyManager } from './notifyManager';
import { onlineManager } from './onlineManager';
import type { Query } from './query';
import { QueryCache } from './queryCache';
import { hashKey, partialMatchKey } from './queryKey';
import { Schedules } from './schedule';
import { readShareOptions, type ShareOptions } from './sharing/options';
import { signOut } from './signOut';
import { readStats, type Stats } from './stats';
import { warm } from './warm';

type Options = QueryObserverOptions<any, any, any, any, any> & { skipCache?: boolean | 'no-store' };
type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };
type Defaults = { queryKey: QueryKey; defaultOptions: Partial<Options> };

/** The cache's front door. */
export class QueryClient {
  readonly #queryCache: QueryCache;
  readonly #mutationCache: MutationCache;
  #defaultOptions: DefaultOptions;
  readonly #queryDefaults = new Map<string, Defaults>();
  readonly #mutationDefaults = new Map<string, { mutationKey: QueryKey; defaultOptions: object }>();
  #mounts = 0;
  #unsubscribeFocus: (() => void) | undefined;
  #unsubscribeOnline: (() => void) | undefined;

  constructor(config: QueryClientConfig & { rules?: Rules; memory?: MemoryOptions; shareAnswers?: ShareOptions } = {}) {
    this.#queryCache = (config.queryCache as unknown as QueryCache) ?? new QueryCache();
    this.#mutationCache = (config.mutationCache as unknown as MutationCache) ?? new MutationCache();
    this.#defaultOptions = config.defaultOptions ?? {};
    if (config.rules) {
      this.#queryCache.events.setRules(config.rules);
    }
    if (config.shareAnswers !== undefined) {
      this.shareAnswers(config.shareAnswers);
    }
    if (config.memory !== undefined) {
      this.#queryCache.setMemory(config.memory);
    }
  }

  mount(): void {
    this.#mounts++;
    if (this.#mounts !== 1) {
      return;
    }
    this.#unsubscribeFocus = focusManager.subscribe(async (focused) => {
      if (focused) {
        await this.resumePausedMutations();
        this.#queryCache.onFocus();
      }
    });
    this.#unsubscribeOnline = onlineManager.subscribe(async (online) => {
      if (online) {
        await this.resumePausedMutations();
        this.#queryCache.onOnline();
      }
    });
  }

  unmount(): void {
    this.#mounts--;
    if (this.#mounts !== 0) {
      return;
    }
    this.#unsubscribeFocus?.();
    this.#unsubscribeFocus = undefined;
    this.#unsubscribeOnline?.();
    this.#unsubscribeOnline = undefined;
  }

  isFetching(filters?: Filters): number {
    return this.#queryCache.findAll({ ...filters, fetchStatus: 'fetching' }).length;
  }

  isMutating(filters?: object): number {
    return this.#mutationCache.findAll({ ...filters, status: 'pending' }).length;
  }

  getQueryData(queryKey: QueryKey): any {
    return this.#mayHashOtherwise ? this.#find(queryKey)?.data : this.#queryCache.dataOf(queryKey);
  }

  ensureQueryData(options: Options & { revalidateIfStale?: boolean }): Promise<any> {
    const defaulted = this.defaultQueryOptions(options);
    const query: Query = this.#queryCache.build(this as never, defaulted);
    const cached = query.data;
    if (cached === undefined) {
      return query.restoring ? this.#ensureStored(query, options) : this.fetchQuery(options);
    }
    if (options.revalidateIfStale && query.isStaleByTime(resolve(defaulted.staleTime, query) as never)) {
      this.prefetchQuery(defaulted);
    }
    return Promise.resolve(cached);
  }

  getQueriesData(filters: Filters): [QueryKey, any][] {
    return this.#queryCache.findAll(filters).map(({ queryKey, data }: Query) => [queryKey, data]);
  }

  setQueryData(queryKey: QueryKey, updater: unknown, options?: SetDataOptions): any {
    const query = this.#find(queryKey);
    const data = typeof updater === 'function' ? updater(query?.data) : updater;
    if (data === undefined) {
      return undefined;
    }
    // The updater may have removed the query.
    const target: Query =
      (typeof updater === 'function' ? this.#find(queryKey) : query) ??
      this.#queryCache.build(this as never, this.defaultQueryOptions({ queryKey } as Options));
    return target.setData(data, { ...options, manual: true });
  }

  setQueriesData(filters: Filters, updater: unknown, options?: SetDataOptions): [QueryKey, any][] {
    return notifyManager.batch(() =>
      this.#queryCache
        .findAll(filters)
        .map(({ queryKey }: Query) => [queryKey, this.setQueryData(queryKey, updater, options)]),
    );
  }

  getQueryState(queryKey: QueryKey): QueryState<any, any> | undefined {
    return this.#find(queryKey)?.state;
  }

  removeQueries(filters?: Filters): void {
    this.#queryCache.keeper?.hit(filters ?? {}, 'removed');
    notifyManager.batch(() => {
      for (const query of this.#queryCache.findAll(filters)) {
        this.#queryCache.remove(query);
      }
    });
  }

  resetQueries(filters?: Filters, options?: RefetchOptions): Promise<void> {
    return notifyManager.batch(() => {
      this.#queryCache.keeper?.hit(filters ?? {}, 'removed');
      const queries: Query[] = this.#queryCache.findAll(filters);
      for (const query of queries) {
        query.reset();
      }
      return this.#refetch((fetch) => this.#queryCache.refetchAmong(queries, fetch), options);
    });
  }

  cancelQueries(filters?: Filters, cancelOptions: CancelOptions = {}): Promise<void> {
    const options = { revert: true, ...cancelOptions };
    const promises = notifyManager.batch(() =>
      this.#queryCache.findAll(filters).map((query: Query) => query.cancel(options)),
    );
    return Promise.all(promises).then(noop).catch(noop);
  }

  invalidateQueries(
    filters: InvalidateQueryFilters<any> & Filters = {},
    options: InvalidateOptions = {},
  ): Promise<void> {
    return notifyManager.batch(() => {
      this.#queryCache.invalidate(filters);
      if (filters.refetchType === 'none') {
        return Promise.resolve();
      }
      return this.refetchQueries({ ...filters, type: filters.refetchType ?? filters.type ?? 'active' }, options);
    });
  }

  refetchQueries(filters: Filters = {}, options: RefetchOptions = {}): Promise<void> {
    return this.#refetch((fetch) => this.#queryCache.refetch(filters, fetch), options);
  }

  fetchQuery(options: Options): Promise<any> {
    const query = this.#freshOrFetching(options);
    return query instanceof Promise ? query : Promise.resolve(query.data);
  }

  async query(options: Options): Promise<any> {
    const defaulted = this.defaultQueryOptions(options);
    const query = this.#freshOrFetching(defaulted);
    const data = query instanceof Promise ? await query : query.data;
    return defaulted.select ? defaulted.select(data) : data;
  }

  /** Data of any age will do, also that of a store. */
  async #ensureStored(query: Query, options: Options): Promise<any> {
    let isStored = false;
    const isEnough = () => {
      isStored = query.data !== undefined;
      return isStored;
    };
    const data = await query.fetch(withoutRetry(this.defaultQueryOptions(options)), { isEnough });
    return isStored ? this.ensureQueryData(options) : data;
  }

  /** The query where its data will do, else the promise of a fetch. */
  #freshOrFetching(options: Options): Query | Promise<any> {
    const defaulted = withoutRetry(this.defaultQueryOptions(options));
    const query: Query = this.#queryCache.build(this as never, defaulted);
    const skips = Boolean(defaulted.skipCache);
    const staleTime = skips ? 0 : staleTimeNumber(resolve(defaulted.staleTime, query));
    if (!this.#queryCache.host.engine.needs_fetch(query.attach(), skips, staleTime, Date.now())) {
      return query;
    }
    const isEnough = () => !query.isStaleByTime(staleTime as never);
    return query.fetch(defaulted, query.restoring && !skips ? { isEnough } : undefined);
  }

  prefetchQuery(options: Options): Promise<void> {
    return this.fetchQuery(options).then(noop).catch(noop);
  }

  infiniteQuery(options: Options): Promise<any> {
    return this.query(ofPages(options));
  }

  fetchInfiniteQuery(options: Options): Promise<any> {
    return this.fetchQuery(ofPages(options));
  }

  prefetchInfiniteQuery(options: Options): Promise<void> {
    return this.fetchInfiniteQuery(options).then(noop).catch(noop);
  }

  ensureInfiniteQueryData(options: Options & { revalidateIfStale?: boolean }): Promise<any> {
    return this.ensureQueryData(ofPages(options));
  }

  resumePausedMutations(): Promise<unknown> {
    return onlineManager.isOnline() ? this.#mutationCache.resumePausedMutations() : Promise.resolve();
  }

  getQueryCache(): QueryCache {
    return this.#queryCache;
  }

  getMutationCache(): MutationCache {
    return this.#mutationCache;
  }

  getDefaultOptions(): DefaultOptions {
    return this.#defaultOptions;
  }

  setDefaultOptions(options: DefaultOptions): void {
    this.#defaultOptions = options;
  }

  setQueryDefaults(queryKey: QueryKey, options: Partial<Options>): void {
    this.#queryDefaults.set(hashKey(queryKey), { queryKey, defaultOptions: options });
  }

  getQueryDefaults(queryKey: QueryKey): Partial<Options> {
    const merged: Partial<Options> = {};
    for (const defaults of this.#queryDefaults.values()) {
      if (partialMatchKey(queryKey, defaults.queryKey)) {
        Object.assign(merged, defaults.defaultOptions);
      }
    }
    return merged;
  }

  setMutationDefaults(mutationKey: QueryKey, options: object): void {
    this.#mutationDefaults.set(hashKey(mutationKey), { mutationKey, defaultOptions: options });
  }

  getMutationDefaults(mutationKey: QueryKey): object {
    const merged = {};
    for (const defaults of this.#mutationDefaults.values()) {
      if (partialMatchKey(mutationKey, defaults.mutationKey)) {
        Object.assign(merged, defaults.defaultOptions);
      }
    }
    return merged;
  }

  defaultQueryOptions(options: Options): Options & { _defaulted?: boolean } {
    const given = options as Options & { _defaulted?: boolean };
    if (given._defaulted) {
      return given;
    }
    const defaulted: Options & { _defaulted?: boolean; queryHash?: string } = {
      // These first: added later, each would change the object's shape.
      _defaulted: true,
      queryHash: undefined,
      refetchOnReconnect: undefined,
      throwOnError: undefined,
      ...this.#defaultOptions.queries,
      ...(this.#hasQueryDefaults ? this.getQueryDefaults(options.queryKey) : undefined),
      ...options,
    };
    defaulted._defaulted = true;
    if (!defaulted.queryHash) {
      defaulted.queryHash = this.#queryCache.hashOf(defaulted.queryKey, defaulted);
    }
    if (defaulted.refetchOnReconnect === undefined) {
      defaulted.refetchOnReconnect = defaulted.networkMode !== 'always';
    }
    if (defaulted.throwOnError === undefined) {
      defaulted.throwOnError = !!defaulted.suspense;
    }
    if (defaulted.suspense && defaulted.staleTime !== undefined) {
      // Adapters raise the stale time of what suspends to a second at least, and know numbers alone.
      defaulted.staleTime = numericHttp(defaulted.staleTime);
    }
    if (!defaulted.networkMode && defaulted.persister) {
      defaulted.networkMode = 'offlineFirst';
    }
    if (defaulted.queryFn === skipToken) {
      defaulted.enabled = false;
    }
    return defaulted;
  }

  defaultMutationOptions(options?: any): any {
    if (options?._defaulted) {
      return options;
    }
    return {
      ...this.#defaultOptions.mutations,
      ...(options?.mutationKey && this.getMutationDefaults(options.mutationKey)),
      ...options,
      _defaulted: true,
    };
  }

  clear(): void {
    this.#queryCache.clear();
    this.#mutationCache.clear();
  }

  // Beyond React Query

  /**
   * Applies a domain event: what the rules name for it is stale at once, and what of it is watched is fetched once, however
   * many events hit it. Resolves when these fetches have settled. Throws where a rule needs a field that `args` doesn't have.
   */
  emit(event: string, args?: Record<string, string | number | boolean>): Promise<void> {
    return this.#queryCache.events.emit(event, args);
  }

  /** Counts of what the cache did, and how large it is. */
  stats(): Stats {
    return readStats(this.#queryCache.host, this.#queryCache.sharing?.counts());
  }

  /**
   * Fetches what isn't fresh of a list, a few at a time. Resolves when nothing is left; rejects with the signal's reason, or, if
   * `stopOnError`, with the first error.
   */
  warm(entries: readonly Options[], options?: WarmOptions): Promise<WarmProgress> {
    return warm(this.#queryCache, entries, options, (entry) => {
      const query = this.#freshOrFetching(isOfPages(entry) ? ofPages({ ...entry }) : entry);
      return query instanceof Promise ? query : undefined;
    });
  }

  /** Fetches named queries again and again, whether somebody watches them or not, until they are stopped. */
  schedule(queries: Record<string, Options & ScheduleOptions>): Schedules {
    return new Schedules(this.#queryCache, queries, (options) => {
      const defaulted = this.defaultQueryOptions(isOfPages(options) ? ofPages({ ...options }) : options);
      return [this.#queryCache.build(this as never, defaulted), defaulted];
    });
  }

  /**
   * Ends a user's time: at once nothing of theirs is in memory, on screen or under way any more; resolves when nothing of theirs
   * is in the store either. Rejects where the store failed to delete it. Nothing is fetched by itself until somebody asks for it.
   */
  signOut(): Promise<void> {
    return signOut(this.#queryCache, this.#mutationCache);
  }

  /**
   * Shares answers with the tabs of this origin that name the same scope; `false` ends it. Throws a TypeError that names the
   * wrong option.
   */
  shareAnswers(options: ShareOptions | false): void {
    this.#queryCache.share(options === false ? undefined : readShareOptions(options));
  }

  /** Opens the live connection: what the server says is stale is refetched. */
  connect(options: ConnectOptions): LiveConnection {
    return new LiveConnection(this.#queryCache, options);
  }

  /** Lets the cache choose what to fetch; resolves when all of it has settled, and doesn't wait for what is paused. */
  #refetch(choose: (fetch: (query: Query) => void) => void, options: RefetchOptions = {}): Promise<void> {
    const fetchOptions = { ...options, cancelRefetch: options.cancelRefetch ?? true };
    let promises: Promise<unknown>[] | undefined;
    notifyManager.batch(() =>
      choose((query) => {
        const promise = query.fetch(undefined, fetchOptions);
        const isPaused = query.state.fetchStatus === 'paused';
        const caught = isPaused || !options.throwOnError ? promise.catch(noop) : promise;
        promises ??= [];
        promises.push(isPaused ? Promise.resolve() : caught);
      }),
    );
    return (promises ? Promise.all(promises) : Promise.resolve()).then(noop);
  }

  /** Whether there may be any: a subclass may have its own. */
  get #hasQueryDefaults(): boolean {
    return this.#queryDefaults.size > 0 || this.getQueryDefaults !== ownQueryDefaults;
  }

  get #mayHashOtherwise(): boolean {
    return (
      this.#hasQueryDefaults ||
      !!this.#defaultOptions.queries?.queryKeyHashFn ||
      this.defaultQueryOptions !== ownQueryOptions
    );
  }

  /** The query of a key, without making options for it where no default could change its hash. */
  #find(queryKey: QueryKey): Query | undefined {
    if (this.#mayHashOtherwise) {
      return this.#queryCache.lookUp(queryKey, this.defaultQueryOptions({ queryKey } as Options));
    }
    return this.#queryCache.lookUp(queryKey);
  }
}

// Out here, as a class that names itself inside comes out of the bundler under another name.
const { defaultQueryOptions: ownQueryOptions, getQueryDefaults: ownQueryDefaults } = QueryClient.prototype;

const isOfPages = (options: Options): boolean => 'initialPageParam' in options;

/** A caller waits and shows an error itself: by default it isn't made to wait through retries. */
function withoutRetry<T extends Options>(options: T): T {
  return options.retry === undefined ? { ...options, retry: false } : options;
}

/** Marks options as those of a query of pages: the object itself, as query-core does. */
function ofPages<T extends Options>(options: T): T {
  options._type = 'infinite';
  return options;
}
