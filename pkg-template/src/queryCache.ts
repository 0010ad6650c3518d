import type {
  QueryObserver as CoreQueryObserver,
  QueryCacheConfig,
  QueryCacheNotifyEvent,
  QueryClient,
  QueryFilters,
  QueryOptions,
  QueryState,
} from '@tanstack/query-core';
import type { EvictionReason, MemoryOptions } from '../types/extras';
import { environment } from './bridge/environment';
import { Host, NONE } from './bridge/host';
import { reading } from './bridge/reading';
import { symbolsIn } from './bridge/symbols';
import type { Companion } from './companion';
import { Events } from './events';
import type { Keeper } from './keeper';
import { matchQuery } from './matchQuery';
import { Cold } from './memory/cold';
import { Memory } from './memory/memory';
import { notifyManager } from './notifyManager';
import { Query } from './query';
import { hashKey, hashQueryKeyByOptions, isHashOf, partialMatchKey } from './queryKey';
import { Recovery } from './recovery';
import { SharedAnswers } from './sharing/answers';
import type { ShareSettings } from './sharing/options';
import { Subscribable } from './subscribable';
import { joinTags } from './tags';
import type { Watcher } from './watcher';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };
type Options = QueryOptions<any, any, any, any> & { skipCache?: boolean | 'no-store' };
type AnyObserver = CoreQueryObserver<any, any, any, any, any>;

const ACTIVE = { all: 0, active: 1, inactive: 2 } as const;
const FETCH_STATUS = { idle: 1, fetching: 2, paused: 3 } as const;

/** All queries, by identity; the index by key, and every decision, is in the engine. */
export class QueryCache extends Subscribable<(event: QueryCacheNotifyEvent) => void> {
  config: QueryCacheConfig;
  readonly host: Host<Query, Watcher>;
  readonly events: Events;
  /** What bounds the values, where somebody asked for it. */
  memory: Memory | undefined;
  /** What ends with the cache, and goes on with it in another engine. */
  readonly companions = new Set<Companion>();
  /** Who keeps its queries beyond the page. */
  keeper: Keeper | undefined;
  /** Whose queries have been kept last, until that user has signed out. */
  keptScope: string | undefined;
  /** Where answers are shared with other tabs. */
  sharing: SharedAnswers | undefined;
  /** Whether a server has told here what is stale. */
  wasLive = false;
  readonly #byHash = new Map<string, Query>();
  /** Queries whose hash isn't the default one: as long as there are any, identity is looked up by hash alone. */
  readonly #ownHashes = new Set<Query>();
  /** The last key that had no query, and its hash. */
  #hashedKey: readonly unknown[] | undefined;
  #hashed = '';

  constructor(config: QueryCacheConfig = {}) {
    super();
    this.config = config;
    this.host = new Host();
    this.events = new Events(this.host);
    this.host.recovery = new Recovery(this);
    this.host.onSave = () => this.keeper?.save();
  }

  build(client: QueryClient, options: Options, state?: QueryState<any, any>): any {
    const { queryKey } = options;
    const isStored = options.skipCache !== 'no-store';
    const known = isStored ? this.lookUp(queryKey, options) : undefined;
    return known ?? this.create(client, options, state);
  }

  /** Makes a query of a hash that isn't known here. */
  create(client: QueryClient, options: Options, state?: QueryState<any, any>): Query {
    const { queryKey } = options;
    const query = new Query({
      client,
      queryKey,
      queryHash: options.queryHash ?? hashQueryKeyByOptions(queryKey, options),
      options: client.defaultQueryOptions(options as never) as Options,
      defaultOptions: client.getQueryDefaults(queryKey) as Options,
      state,
    });
    if (options.skipCache !== 'no-store') {
      this.add(query);
      this.keeper?.created(query);
    }
    return query;
  }

  add(query: Query): void {
    if (this.#byHash.has(query.queryHash)) {
      return;
    }
    this.host.symbols.intern(query.queryKey);
    query.attach();
    this.#byHash.set(query.queryHash, query);
    if (!this.#hasDefaultHash(query)) {
      this.#ownHashes.add(query);
    }
    const pending = this.index(query);
    query.indexed();
    this.host.drain(pending);
    this.notify({ type: 'added', query: query as never });
  }

  remove(query: Query, reason?: EvictionReason): void {
    const known = this.#byHash.get(query.queryHash);
    if (!known) {
      return;
    }
    query.destroy();
    if (known === query) {
      this.keeper?.removed(query, reason !== undefined || query.isCollected);
      this.#byHash.delete(query.queryHash);
      this.#ownHashes.delete(query);
      this.host.forgetSymbols(this.host.engine.unindex(query.attach()));
      query.detach();
      this.host.drain(this.host.engine.timer_pending());
      this.notify({ type: 'removed', query: query as never, ...(reason && { reason }) });
    }
  }

  clear(): void {
    this.keeper?.cleared();
    notifyManager.batch(() => {
      for (const query of this.getAll()) {
        this.remove(query as never);
      }
    });
  }

  get(queryHash: string): any {
    return this.#byHash.get(queryHash);
  }

  getAll(): any[] {
    return [...this.#byHash.values()];
  }

  find(filters: Filters): any {
    const { queryKey, exact, pattern, tags, ...others } = { exact: true, ...filters };
    if (others.predicate) {
      // It isn't asked of what follows the first that passes.
      return this.select({ queryKey, exact, pattern, tags }).find((query) => matchQuery(others, query as never));
    }
    const first = this.#selectInto({ exact: true, ...filters });
    return first ? this.host.query(this.host.selection()[0]!) : undefined;
  }

  findAll(filters: Filters = {}): any[] {
    return Object.keys(filters).length > 0 ? this.select(filters) : this.getAll();
  }

  notify(event: QueryCacheNotifyEvent): void {
    if (this.listeners.size > 0) {
      notifyManager.batch(() => {
        this.listeners.forEach((listener) => {
          listener(event);
        });
      });
    }
  }

  onFocus(): void {
    this.#wake(true);
  }

  onOnline(): void {
    this.#wake(false);
  }

  protected override onSubscribe(): void {
    this.tellListening();
  }

  protected override onUnsubscribe(): void {
    this.tellListening();
  }

  // For the classes of this package

  /** Shares answers with other tabs from now on; without settings no longer. */
  share(settings: ShareSettings | undefined): void {
    this.sharing?.end();
    this.sharing = settings && new SharedAnswers(this, settings);
  }

  /** Where all live connections are: empty without any, `undefined` where one of them doesn't know, or has ended. */
  livePositions(): string | undefined {
    const positions: string[] = [];
    for (const companion of this.companions) {
      if (companion.position) {
        const position = companion.position();
        if (position === undefined) {
          return undefined;
        }
        positions.push(position);
      }
    }
    return positions.length === 0 && this.wasLive ? undefined : positions.join();
  }

  /** Whether a live connection doesn't know yet where it is. */
  get isLiveComing(): boolean {
    return [...this.companions].some((companion) => companion.position && companion.position() === undefined);
  }

  /** Whether everything up to these positions was applied here. */
  hasApplied(positions: string): boolean {
    return (
      positions === '' ||
      positions
        .split(',')
        .every((position) => [...this.companions].some((companion) => companion.hasApplied?.(position)))
    );
  }

  /** Bounds what the values take. Throws a TypeError that names the wrong option. */
  setMemory(options: MemoryOptions): void {
    this.memory = new Memory(this.host, options);
    this.measureAll();
  }

  /** Tells an engine that doesn't know it what all values take. */
  measureAll(): void {
    for (const query of this.#byHash.values()) {
      query.measure();
    }
  }

  tellListening(): void {
    this.host.engine.set_events(this.#isHeard);
  }

  /** A `notify` of a subclass, or a spy's, wants to see every event, whether anybody listens or not. */
  heedNotify(): void {
    if (this.notify !== ownNotify) {
      this.tellListening();
    }
  }

  get #isHeard(): boolean {
    return this.hasListeners() || this.notify !== ownNotify;
  }

  /** The query of a key, without a hash where symbols can tell. */
  lookUp(queryKey: readonly unknown[], options?: Options): Query | undefined {
    if (options?.queryHash !== undefined) {
      return this.#byHash.get(options.queryHash);
    }
    if (this.#ownHashes.size > 0 || options?.queryKeyHashFn) {
      return this.#byHash.get(hashQueryKeyByOptions(queryKey, options));
    }
    const id = this.#idOf(queryKey);
    return id === NONE ? undefined : this.host.query(id);
  }

  /** The data under a key whose hash is the default one: without a look at its query, which is one cache miss less. */
  dataOf(queryKey: readonly unknown[]): any {
    if (this.#ownHashes.size > 0) {
      return this.lookUp(queryKey)?.data;
    }
    const id = this.#idOf(queryKey);
    if (id === NONE) {
      return undefined;
    }
    const data = this.host.data(id);
    return this.memory !== undefined && data instanceof Cold ? this.host.query(id)!.data : data;
  }

  /** The id of the query that has a key's symbols. */
  #idOf(queryKey: readonly unknown[]): number {
    const { engine, symbols } = this.host;
    const length = symbolsIn(queryKey);
    let id = NONE;
    if (symbols.find(queryKey)) {
      const { path } = symbols;
      if (length <= 4) {
        id = engine.find(length, path[0]!, path[1]!, path[2]!, path[3]!);
      } else {
        this.host.send(path, length);
        id = engine.find_long(length);
      }
    }
    if (id === NONE && Array.isArray(queryKey) && queryKey.some(isUnusual)) {
      // Throws for what no hash can be made of.
      hashKey(queryKey);
    }
    return id;
  }

  /** The hash of a key: that of its query, where there is one. */
  hashOf(queryKey: readonly unknown[], options?: Options): string {
    if (options?.queryKeyHashFn) {
      return hashQueryKeyByOptions(queryKey, options);
    }
    const known = this.lookUp(queryKey, options)?.queryHash;
    if (known !== undefined) {
      return known;
    }
    this.#hashedKey = queryKey;
    this.#hashed = hashKey(queryKey);
    return this.#hashed;
  }

  /** Whether the hash of a query that is new here is that of its key: mostly that has just been made. */
  #hasDefaultHash({ queryHash, queryKey }: Query): boolean {
    const isJustMade = queryKey === this.#hashedKey && queryHash === this.#hashed;
    this.#hashedKey = undefined;
    return isJustMade || isHashOf(queryHash, queryKey);
  }

  /** Whether the filters let a stored query pass. */
  matches(query: Query, filters: Filters): boolean {
    const { queryKey, exact } = filters;
    if (
      queryKey &&
      !(exact ? hashKey(queryKey) === hashKey(query.queryKey) : partialMatchKey(query.queryKey, queryKey))
    ) {
      return false;
    }
    return this.select({ ...filters, queryKey: query.queryKey, exact: true }).includes(query);
  }

  /** Selects in the engine; the queries in insertion order. */
  select(filters: Filters): Query[] {
    this.#selectInto(filters);
    return this.#selected();
  }

  invalidate(filters: Filters): void {
    this.keeper?.hit(filters, 'invalidated');
    this.heedNotify();
    if (this.#selectInto(filters) > 0) {
      this.host.drain(this.host.engine.invalidate_selected(Date.now()));
    } else if (this.sharing) {
      // What it means may be cached in another tab.
      this.host.engine.note_invalidation();
    }
  }

  refetch(filters: Filters, fetch: (query: Query) => void): void {
    if (this.#selectInto(filters) > 0) {
      this.host.drain(this.host.engine.refetch_selected(Date.now()), { fetch });
    }
  }

  /** Fetches those of the given queries that are active and may be fetched. */
  refetchAmong(queries: readonly Query[], fetch: (query: Query) => void): void {
    const among = new Set<unknown>(queries);
    this.host.engine.select_watched();
    if (this.#filterSelection({ type: 'active', predicate: (query) => among.has(query) }) > 0) {
      this.host.drain(this.host.engine.refetch_selected(Date.now()), { fetch });
    }
  }

  observersOf(slot: number): AnyObserver[] {
    this.host.engine.observers(slot);
    return Array.from(this.host.selection(), (id) => this.host.observer(id) as unknown as AnyObserver);
  }

  /** Puts a query whose key has just been interned into the engine's index; whether there is something to drain. */
  index(query: Query): boolean {
    const { engine, symbols } = this.host;
    const length = symbolsIn(query.queryKey);
    this.host.send(symbols.path, length);
    return engine.index(query.attach(), length, symbols.scalar, symbols.plain, reading());
  }

  /** An observer goes from one query to another, and takes its timers along. */
  move(from: Query, to: Query, observer: AnyObserver): void {
    const watcher = observer as unknown as Watcher;
    const departed = watcher.slot;
    this.unwatch(from, observer, true);
    const { engine } = this.host;
    // A listener that was told of the departure may have ended it, or sent it on already.
    const elsewhere = watcher.slot;
    if (elsewhere !== NONE && observer.getCurrentQuery() === (to as never)) {
      engine.disinherit(departed);
      this.host.drain(false);
      return;
    }
    this.register(to, watcher);
    if (elsewhere !== NONE) {
      watcher.slot = elsewhere;
    }
    if (elsewhere === NONE && observer.hasListeners()) {
      engine.inherit(watcher.slot, departed);
    } else {
      engine.disinherit(departed);
      this.host.drain(false);
    }
    this.notify({ type: 'observerAdded', query: to as never, observer });
  }

  watch(query: Query, observer: AnyObserver): void {
    if ((observer as unknown as Watcher).slot !== NONE && this.observersOf(query.attach()).includes(observer)) {
      return;
    }
    this.register(query, observer as unknown as Watcher);
    this.notify({ type: 'observerAdded', query: query as never, observer });
  }

  /** Tells the engine of an observer. */
  register(query: Query, watcher: Watcher): void {
    const { lastStale, lastUpdatedAt } = watcher;
    const { bits, staleTime, interval } = watcher.packed;
    const id = this.host.engine.watch(query.attach(), bits, staleTime, interval, lastStale, lastUpdatedAt);
    watcher.slot = id;
    this.host.addObserver(id, watcher);
    this.host.drain(false);
  }

  unwatch(query: Query, observer: AnyObserver, departs = false): void {
    const watcher = observer as unknown as Watcher;
    const id = watcher.slot;
    if (id === NONE) {
      return;
    }
    watcher.slot = NONE;
    const { engine } = this.host;
    const leaves = departs ? engine.depart(id, query.isStoppable) : engine.unwatch(id, query.isStoppable);
    if (leaves === 1) {
      query.cancel({ revert: true });
    }
    this.host.removeObserver(id, watcher);
    if (query.getObserversCount() === 0) {
      this.host.drain(engine.schedule_gc(query.attach(), reading()));
    }
    this.host.drain(false);
    this.notify({ type: 'observerRemoved', query: query as never, observer });
    query.detach();
  }

  /** Tells an observer's listeners of a result, then the cache's. */
  tellResult(observer: AnyObserver, listeners: Set<(result: any) => void> | undefined): void {
    if (!listeners?.size && !this.#isHeard) {
      return;
    }
    notifyManager.batch(() => {
      for (const listener of listeners ?? []) {
        // The result of this moment: a listener before may have changed it.
        listener(observer.getCurrentResult());
      }
      // The query of this moment: a listener may have moved the observer to another one.
      this.notify({ query: observer.getCurrentQuery(), type: 'observerResultsUpdated' });
    });
  }

  #wake(focus: boolean): void {
    notifyManager.batch(() => {
      this.host.drain(this.host.engine.wake(focus, Date.now(), environment()));
    });
  }

  #selected(): Query[] {
    const queries: Query[] = [];
    for (const id of this.host.selection()) {
      const query = this.host.query(id);
      if (query) {
        queries.push(query);
      }
    }
    return queries;
  }

  /** Leaves in the engine's selection what passes the filters; how many. */
  #selectInto(filters: Filters): number {
    const { engine } = this.host;
    const { queryKey, pattern, tags } = filters;
    let all = true;
    if (queryKey) {
      this.#selectByKey(queryKey, filters.exact ?? false);
      all = false;
    }
    if (tags && joinTags(tags)) {
      engine.select_tags(all, joinTags(tags));
      all = false;
    }
    if (pattern !== undefined) {
      if (typeof pattern !== 'string') {
        throw new TypeError(`pattern must be a Redis glob such as 'exec:*', but it is ${JSON.stringify(pattern)}.`);
      }
      engine.select_glob(all, pattern);
      all = false;
    }
    if (all) {
      engine.select_prefix(0);
    }
    return this.#filterSelection(filters);
  }

  /** Reduces the engine's selection to what passes the filters that don't look at keys; how many. */
  #filterSelection({ type = 'all', stale, fetchStatus, predicate }: Filters): number {
    const { engine } = this.host;
    const decides = type !== 'all' || typeof stale === 'boolean' || fetchStatus !== undefined;
    const reduce = () =>
      this.host.decide(
        engine.select_filter(
          ACTIVE[type],
          typeof stale === 'boolean' ? (stale ? 1 : 2) : 0,
          fetchStatus ? FETCH_STATUS[fetchStatus] : 0,
        ),
        (topic, observer) => observer?.answer(topic) ?? 0,
      );
    if (predicate) {
      // One query after the other: what the user's functions do to one may be seen at the next.
      this.#keep((query) => {
        if (decides) {
          this.#selectOnly([query.slot]);
          reduce();
        }
        return (!decides || engine.selection_length() > 0) && predicate(query as never);
      });
    } else if (decides) {
      reduce();
    }
    return engine.selection_length();
  }

  #selectByKey(queryKey: readonly unknown[], exact: boolean): void {
    const { engine, symbols } = this.host;
    if (exact) {
      if (this.#ownHashes.size > 0) {
        engine.select_prefix(0);
        this.#keep((query) => query.queryHash === hashQueryKeyByOptions(queryKey, query.options));
      } else if (symbols.find(queryKey)) {
        const length = symbolsIn(queryKey);
        this.host.send(symbols.path, length);
        engine.select_exact(length);
      } else {
        this.#selectOnly([]);
      }
      return;
    }
    const length = symbols.findPrefix(queryKey);
    if (length < 0) {
      return this.#selectOnly([]);
    }
    this.host.send(symbols.path, length);
    const unsure = engine.select_prefix(length);
    if (unsure || length < symbolsIn(queryKey)) {
      this.#keep((query) => partialMatchKey(query.queryKey, queryKey));
    }
  }

  #keep(passes: (query: Query) => boolean): void {
    const kept: number[] = [];
    for (const id of this.host.selection()) {
      const query = this.host.query(id);
      if (query && passes(query)) {
        kept.push(id);
      }
    }
    this.#selectOnly(kept);
  }

  #selectOnly(slots: number[]): void {
    this.host.send(slots, slots.length);
    this.host.engine.set_selection(slots.length);
  }
}

// Out here, as a class that names itself inside comes out of the bundler under another name.
const { notify: ownNotify } = QueryCache.prototype;

function isUnusual(part: unknown): boolean {
  return typeof part === 'object' || typeof part === 'bigint';
}
