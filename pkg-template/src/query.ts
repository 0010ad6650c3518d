import type {
  CancelOptions,
  QueryCacheConfig,
  QueryCacheNotifyEvent,
  QueryClient,
  QueryKey,
  QueryMeta,
  QueryObserver,
  QueryOptions,
  QueryState,
  SetDataOptions,
  StaleTime,
} from '@tanstack/query-core';
import type { EvictionReason } from '../types/extras';
import * as effects from './bridge/effect';
import { environment } from './bridge/environment';
import { gcTimeNumber } from './bridge/gcTime';
import type { Host } from './bridge/host';
import { staleTimeNumber } from './bridge/observerOptions';
import type { QueryPort } from './bridge/ports';
import { reading } from './bridge/reading';
import { networkCode } from './bridge/retryOptions';
import { isDevelopment } from './development';
import { runsOnServer } from './environmentManager';
import type { FetchedQuery, FromElsewhere, Sharing } from './fetchedQuery';
import { FetchTask } from './fetchTask';
import type { Answers } from './http/answers';
import type { KeptAnswer } from './http/keptAnswer';
import { Provenance } from './http/provenance';
import type { AnsweredWith } from './http/validators';
import { Decodes } from './json/decodes';
import { noop, skipToken } from './markers';
import { type Memory, REASONS } from './memory/memory';
import { QueryFetches } from './queryFetches';
import type { FetchOptions } from './queryFunction';
import { initialState, storeScalars } from './queryState';
import { QueryTags } from './queryTags';
import { DETACHED, QueryValues, type Values } from './queryValues';
import { replaceData } from './structuralSharing';
import type { Watcher } from './watcher';

type Options = QueryOptions<any, any, any, any> & {
  tags?: readonly string[] | ((data: any) => readonly string[]);
  skipCache?: boolean | 'no-store';
};
type State = QueryState<any, any>;
type Observer = QueryObserver<any, any, any, any, any>;

/** What a query needs of its cache. */
export interface QueryHome {
  readonly host: Host<Query, Watcher>;
  readonly config: QueryCacheConfig;
  readonly memory: Memory | undefined;
  readonly sharing: Sharing | undefined;
  notify(event: QueryCacheNotifyEvent): void;
  /** A `notify` of a subclass, or a spy's, wants to see every event. */
  heedNotify(): void;
  remove(query: Query, reason?: EvictionReason): void;
  watch(query: Query, observer: Observer): void;
  unwatch(query: Query, observer: Observer): void;
  observersOf(slot: number): Observer[];
}

interface QueryConfig {
  client: QueryClient;
  queryKey: QueryKey;
  queryHash: string;
  options?: Options;
  defaultOptions?: Options;
  state?: State;
}

const ACTIONS: Record<number, string> = {
  [effects.EVENT_INVALIDATE]: 'invalidate',
  [effects.EVENT_PAUSE]: 'pause',
  [effects.EVENT_CONTINUE]: 'continue',
};

/** One query: the values under an engine's slot, and the carrying out of its fetches. */
export class Query implements QueryPort, FetchedQuery<FetchTask> {
  queryKey: QueryKey;
  queryHash: string;
  options!: Options;
  /** How long the query stays when nobody watches it (ms): the longest wish so far. */
  gcTime = 0;
  /** Whether stopping the query function makes sense: whether the one that ran last has read its signal. */
  isStoppable = false;
  readonly #client: QueryClient;
  readonly #cache: QueryHome;
  readonly #defaultOptions: Options | undefined;
  /** The state with the options' initial data; without any it is made when somebody asks for it. */
  #initial: State | undefined;
  /** Until when its data may come from a store: its fetches wait for that. */
  restoring: Promise<void> | undefined;
  /** What cancelling the fetch gives back; nothing once data has come otherwise than by hand. */
  #revert: Values | undefined;
  /** Stays once it is known: also who brings no such option then fetches pages. */
  #queryType: 'infinite' | undefined;
  /** What its function had decoded. */
  #decodes: Decodes | undefined;
  readonly #values: QueryValues;
  /** None where it has never fetched. */
  #fetches: QueryFetches | undefined;
  /** None where nothing has ever named any. */
  #tags: QueryTags | undefined;
  #provenance: Provenance | undefined;
  #taken: Options | undefined;
  #wishedGcTime: number | undefined;
  #wishedSkip: boolean | undefined;

  /** Whether filters can't see it: it isn't stored, and goes with its last observer. */
  readonly isPrivate: boolean;

  constructor(config: QueryConfig) {
    this.isPrivate = config.options?.skipCache === 'no-store';
    this.#defaultOptions = isEmpty(config.defaultOptions) ? undefined : config.defaultOptions;
    this.#client = config.client;
    this.#cache = config.client.getQueryCache() as unknown as QueryHome;
    this.queryKey = config.queryKey;
    this.queryHash = config.queryHash;
    this.#takeOptions(config.options);
    const given = this.options.initialData === undefined ? config.state : undefined;
    const born = given ?? initialState(this.options);
    this.#initial = given || born.data === undefined ? undefined : born;
    this.#values = new QueryValues(this.#cache.host, config.state ?? born);
  }

  get meta(): QueryMeta | undefined {
    return this.options.meta;
  }

  get queryType(): 'infinite' | undefined {
    return this.#queryType;
  }

  /** The promise of the fetch in flight. */
  get promise(): Promise<any> | undefined {
    const last = this.task;
    return last && !last.ended ? last.raw.promise : undefined;
  }

  /** An immutable snapshot; the same object until something changes. */
  get state(): State {
    return this.#values.state;
  }

  /** Its type lets applications assign one, of which nobody is told. */
  set state(state: State) {
    const { host } = this.#cache;
    const pending = this.#putState(state);
    if (pending) {
      host.engine.abandon();
    }
    host.drain(this.#measure(pending));
  }

  /** The data, without a snapshot of the rest. */
  get data(): any {
    return this.#values.data;
  }

  /** Whether an answer said `no-store`: the data must not be kept anywhere but here. */
  get isNoStore(): boolean {
    // Only where HTTP has said anything can it have said that.
    return this.#provenance !== undefined && this.isAttached && this.#cache.host.engine.is_no_store(this.slot);
  }

  /** When the data was written (ms). */
  get dataUpdatedAt(): number {
    return this.#values.updatedAt;
  }

  /** Counts the changes of the data. */
  get revision(): number {
    return this.#values.revision;
  }

  get error(): any {
    return this.#values.error;
  }

  get failureReason(): any {
    return this.#values.failureReason;
  }

  get fetchMeta(): State['fetchMeta'] {
    return this.#values.fetchMeta;
  }

  get observers(): Observer[] {
    return this.isAttached ? this.#cache.observersOf(this.slot) : [];
  }

  get client(): QueryClient {
    return this.#client;
  }

  setOptions(options?: Options): void {
    this.#takeOptions(options);
    if (this.isAttached) {
      this.#tellOptions();
    }
    if (this.#values.stored === undefined && this.options.initialData !== undefined) {
      const born = initialState(this.options);
      if (born.data !== undefined) {
        this.setState({
          data: born.data,
          dataUpdatedAt: born.dataUpdatedAt,
          error: null,
          isInvalidated: false,
          status: 'success',
        });
        this.#initial = born;
      }
    }
  }

  setData(newData: any, options?: SetDataOptions & { manual: boolean }): any {
    const { host } = this.#cache;
    const data = replaceData(this.#dataToShare, newData, this.options);
    const tags = this.#tagsOf(data);
    // Only now: functions of the user may have removed the query.
    const slot = this.attach();
    const manual = options?.manual ?? false;
    const updatedAt = options?.updatedAt ?? Date.now();
    const pending = host.engine.write(slot, data !== undefined, updatedAt, manual);
    this.#values.updatedAt = updatedAt;
    this.#changeData(data);
    this.#values.error = null;
    if (!manual) {
      this.#values.failureReason = null;
    }
    this.#revert = manual ? this.#values.all : undefined;
    this.#tellTags(tags);
    if (this.#measure(pending)) {
      host.drain(true, {
        action: { data, type: 'success', dataUpdatedAt: options?.updatedAt, manual: options?.manual },
      });
    } else {
      host.drain(false);
    }
    return data;
  }

  /** `kept`: what HTTP said of this data elsewhere. */
  setState(state: Partial<State>, kept?: KeptAnswer): void {
    const pending = this.#putState(state, kept);
    this.#cache.host.drain(this.#measure(pending), { action: { type: 'setState', state } });
  }

  /** Puts these fields in the place of those that it has; there is something to drain. */
  #putState(state: Partial<State>, kept?: KeptAnswer): boolean {
    const { host } = this.#cache;
    const next = { ...this.state, ...state };
    const tags = this.#tagsOf(next.data);
    const slot = this.attach();
    storeScalars(next, host.numbers, host.scratch);
    const pending = host.engine.set_state(slot, next.data === this.#values.stored);
    if (next.data === undefined) {
      this.#provenance = undefined;
    }
    if (kept) {
      this.restoreAnswer(kept);
    }
    this.#takeValues(next);
    this.#values.updatedAt = next.dataUpdatedAt;
    this.#tellTags(tags);
    return pending;
  }

  cancel(options?: CancelOptions): Promise<void> {
    const { promise } = this;
    this.task?.cancel(options);
    return promise ? promise.then(noop).catch(noop) : Promise.resolve();
  }

  /** Stops the fetch without a word, and the time after which the query would go. */
  destroy(): void {
    if (this.isAttached) {
      this.#cache.host.engine.clear_gc(this.slot);
      this.#cache.host.drain(false);
    }
    if (this.cancel === ownCancel) {
      this.task?.cancel({ silent: true });
    } else {
      // A subclass, or a spy, wants to see every cancellation.
      this.cancel({ silent: true });
    }
  }

  get resetState(): State {
    this.#initial ??= initialState({});
    return this.#initial;
  }

  reset(): void {
    this.destroy();
    this.setState(this.resetState);
    if (this.isAttached) {
      const { host } = this.#cache;
      host.drain(host.engine.schedule_gc(this.slot, reading()));
    }
  }

  isActive(): boolean {
    return this.#decide((slot) => this.#cache.host.engine.is_active(slot));
  }

  isDisabled(): boolean {
    return this.#decide((slot) => this.#cache.host.engine.is_disabled(slot));
  }

  isFetched(): boolean {
    return this.#decide((slot) => Number(this.#cache.host.engine.is_fetched(slot)));
  }

  isStatic(): boolean {
    return this.#decide((slot) => this.#cache.host.engine.is_static(slot));
  }

  isStale(): boolean {
    return this.#decide((slot) => Number(this.#cache.host.engine.is_stale(slot)));
  }

  /** Whether data of this age is stale (ms). */
  isStaleByTime(staleTime: StaleTime = 0): boolean {
    return this.#decide((slot) =>
      Number(this.#cache.host.engine.is_stale_by_time(slot, staleTimeNumber(staleTime), Date.now())),
    );
  }

  onFocus(): void {
    this.#wake(true);
  }

  onOnline(): void {
    this.#wake(false);
  }

  addObserver(observer: Observer): void {
    this.#cache.watch(this, observer);
  }

  removeObserver(observer: Observer): void {
    this.#cache.unwatch(this, observer);
  }

  getObserversCount(): number {
    return this.isAttached ? this.#cache.host.engine.observer_count(this.slot) : 0;
  }

  invalidate(): void {
    const { host } = this.#cache;
    host.drain(host.engine.invalidate(this.attach()));
  }

  fetch(options?: Options, fetchOptions?: FetchOptions): Promise<any> {
    try {
      // Each caller has a promise of its own: what one of them doesn't catch is reported.
      return this.#begin(options, fetchOptions).wait();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Fetches for somebody who doesn't wait for the answer. */
  fetchUnawaited(options?: Options, fetchOptions?: FetchOptions): void {
    if (this.fetch !== ownFetch) {
      // A subclass, or a spy, wants to see every fetch.
      this.fetch(options, fetchOptions).catch(noop);
      return;
    }
    try {
      this.#begin(options, fetchOptions);
    } catch {
      // As with the promise that nobody waits for.
    }
  }

  // Slot

  /** Whether it has a slot. */
  get isAttached(): boolean {
    return this.#values.slot !== DETACHED;
  }

  /** The id of its slot in the engine. */
  get slot(): number {
    return this.#values.slot;
  }

  /** The slot, made where there is none. */
  attach(): number {
    this.#cache.heedNotify();
    if (!this.isAttached) {
      this.#values.attach(this);
      this.#wishedGcTime = undefined;
      this.#wishedSkip = undefined;
      this.#tellOptions();
    }
    return this.slot;
  }

  /** Gives the slot back if nothing needs it: the state stays as it is. */
  detach(): void {
    const { host } = this.#cache;
    if (this.isAttached && host.engine.is_unused(this.slot) && !host.detachesLater(this)) {
      this.#values.detach();
      this.#decodes = undefined;
    }
  }

  /** The query has got into the index: what lives there is told. */
  indexed(): void {
    this.#tags?.forgetTold();
    this.#tellTags(this.#currentTags);
    this.#cache.host.drain(this.#measure(false));
  }

  /** Whether it goes because its time is over. */
  get isCollected(): boolean {
    return this.isAttached && this.#cache.host.engine.is_collected(this.slot);
  }

  collect(): void {
    this.#cache.remove(this as never);
  }

  // Memory

  /** Packs the data, if that can be. */
  freeze(effect: number): void {
    const { stored } = this.#values;
    // What its options hold anyway wouldn't be freed; `no-store` is taken at its word.
    const isKept = this.#values.isCold || stored === this.#initial?.data || this.isNoStore;
    const cold = this.#cache.memory?.freeze(this.slot, isKept ? undefined : stored, effect);
    if (!cold) {
      return;
    }
    this.#forgetDecodes();
    // All of these would keep the data.
    this.#revert = undefined;
    this.#fetches?.forgetEnded();
    this.#values.freeze(cold);
  }

  /** Goes, as memory is short. */
  evict(effect: number): void {
    this.#cache.remove(this as never, REASONS[effect]);
  }

  /** Tells again what the data takes, in another engine or within another bound. */
  measure(): void {
    this.#cache.host.drain(this.#measure(false));
  }

  /** Tells what the data takes; whether there is anything to drain by now. */
  #measure(pending: boolean): boolean {
    const { memory } = this.#cache;
    // Both sides: the one tells, the other knows what the command left.
    return (memory !== undefined && this.isAttached && memory.stored(this.slot, this.#values.stored)) || pending;
  }

  /** What new data may share with the old: nothing of what nobody can hold. */
  get #dataToShare(): unknown {
    return typeof this.options.structuralSharing === 'function' ? this.data : this.#values.heldData;
  }

  // Effects

  announce(effect: number, action: unknown): void {
    const type = ACTIONS[effect];
    this.#cache.notify({ query: this as never, type: 'updated', action: (type ? { type } : action) as never });
  }

  begin(): void {
    this.#fetches!.begin();
  }

  run(generation: number): void {
    this.#fetches!.of(generation).run();
  }

  rejectLast(generation: number): void {
    this.#fetches!.of(generation).giveUp();
  }

  continueLater(): void {
    this.task!.continueLater();
  }

  wakeLater(generation: number): void {
    this.#fetches!.of(generation).wakeLater();
  }

  #begin(options: Options | undefined, fetchOptions: FetchOptions | undefined): FetchTask {
    const { host } = this.#cache;
    const meets = host.engine.wish_fetch(this.attach(), fetchOptions?.cancelRefetch ?? false);
    if (meets === 1) {
      this.task!.join(fetchOptions);
      return this.task!;
    }
    if (meets === 2) {
      this.task!.cancel({ silent: true });
    }
    if (options) {
      this.setOptions(options);
    }
    if (!this.options.queryFn) {
      const observer = this.observers.find((other) => other.options.queryFn);
      if (observer) {
        this.setOptions(observer.options as Options);
      }
    }
    if (isDevelopment && !Array.isArray(this.options.queryKey)) {
      console.error(
        "As of v4, queryKey needs to be an Array. If you are using a string like 'repoData', please change it to an Array, e.g. ['repoData']",
      );
    }
    const task = new FetchTask(this, fetchOptions);
    this.#revert = this.#values.all;
    const meta = this.options.behavior || this.#queryType ? task.behave() : fetchOptions?.meta;
    const announced = this.fetchMeta === meta && !host.engine.is_idle(this.attach());
    task.generation = host.engine.start_fetch(
      this.attach(),
      networkCode(this.options.networkMode),
      announced,
      environment(),
    );
    this.#fetches ??= new QueryFetches();
    this.#fetches.announce(task);
    if (!announced) {
      this.#values.fetchMeta = meta ?? null;
      this.#values.failureReason = null;
      if (this.#values.stored === undefined) {
        this.#values.error = null;
      }
    }
    host.drain(true, { action: { type: 'fetch', meta } });
    return task;
  }

  // For its fetches

  /** The fetch that ran last, or runs. */
  get task(): FetchTask | undefined {
    return this.#fetches?.last;
  }

  get cache(): QueryHome {
    return this.#cache;
  }

  /** The answer to the same request that the data came from, if the data still is what it gave. */
  answerTo(url: string, credentials: RequestCredentials | undefined, headers: Headers): AnsweredWith | undefined {
    const holds = this.#provenance && this.isAttached && this.#cache.host.engine.may_revalidate(this.slot);
    return holds ? this.#provenance!.find(url, credentials, headers, () => this.data) : undefined;
  }

  /** What HTTP said of the data, for a copy that is kept elsewhere; nothing where it said nothing, or `no-store`. */
  get keptAnswer(): KeptAnswer | undefined {
    const isSaid = this.#provenance && this.isAttached && !this.isNoStore;
    return isSaid ? this.#provenance!.kept(this.#cache.host.engine, this.slot) : undefined;
  }

  /** The data is a copy of what an answer gave. */
  restoreAnswer(kept: KeptAnswer): void {
    this.#provenance ??= new Provenance();
    this.#provenance.restore(kept, this.#cache.host.engine, this.attach());
    this.#tellTags();
  }

  /**
   * Takes what the query function came to, and what HTTP said meanwhile; `shared`: another tab may have fetched it
   * (where, it says). Throws what structural sharing or a listener throws.
   */
  takeAnswer(value: unknown, generation: number, answers: Answers | undefined, shared?: FromElsewhere): void {
    const { host } = this.#cache;
    const decodes = this.#sharesAsUsual && this.#decodes?.isOf(host.engine, this.slot) ? this.#decodes : undefined;
    const isShared = decodes?.isShared(value, this.#values.stored);
    const data = isShared ? value : replaceData(this.#dataToShare, value, this.options);
    decodes?.settle(value, data);
    const tags = this.#tagsOf(data);
    const slot = this.attach();
    if (answers) {
      host.engine.read_clock(reading());
    }
    this.#takeAnswers(answers, value, data);
    const updatedAt = shared?.updatedAt ?? Date.now();
    const pending = host.engine.succeed(slot, generation, data !== undefined, updatedAt);
    if (shared?.kept) {
      this.restoreAnswer(shared.kept);
    }
    this.#takeData(data, updatedAt);
    this.#revert = undefined;
    this.#tellTags(tags);
    host.drain(this.#measure(pending), {
      action: { data, type: 'success', dataUpdatedAt: shared?.updatedAt, manual: undefined },
    });
  }

  /**
   * The value of a JSON body that its function got. `undefined` where nothing is to be kept of the data before, or something
   * else decides on it: then the body is to be parsed as it is.
   */
  decode(pieces: readonly Uint8Array[]): unknown {
    if (!this.isAttached || !this.#sharesAsUsual || this.#queryType) {
      return undefined;
    }
    const { host } = this.#cache;
    if (!this.#decodes?.isOf(host.engine, this.slot)) {
      this.#decodes = new Decodes(host, this.slot);
    }
    return this.#decodes!.decode(pieces, this.#values.stored);
  }

  dropBodies(): void {
    this.#decodes = undefined;
  }

  #forgetDecodes(): void {
    if (this.#decodes?.isOf(this.#cache.host.engine, this.slot)) {
      this.#decodes.forget();
    }
    this.#decodes = undefined;
  }

  get #sharesAsUsual(): boolean {
    const { structuralSharing } = this.options;
    return typeof structuralSharing !== 'function' && structuralSharing !== false;
  }

  /** Takes why a try has failed, after which there will be another. */
  takeFailure(error: unknown, generation: number): void {
    this.#values.failureReason = error;
    const { host } = this.#cache;
    const pending = host.engine.announce_failure(this.slot, generation);
    host.drain(pending, {
      action: { type: 'failed', failureCount: host.engine.failures(this.slot, generation), error },
    });
  }

  /** Takes why the fetch has failed. `answered`: there was an answer, which wasn't to be taken. */
  takeError(error: unknown, generation: number, answered: boolean): void {
    const { host } = this.#cache;
    const pending = host.engine.fail(this.attach(), generation, answered, Date.now());
    this.#values.error = error;
    this.#values.failureReason = error;
    host.drain(pending, { action: { type: 'error', error } });
  }

  /** A fetch is over: an unwatched query may go after its time, an unindexed one at once. */
  takeEnd(task: FetchTask): void {
    if (this.#fetches!.end(task)) {
      // It would keep the data of before.
      this.#revert = undefined;
    }
    if (this.isAttached) {
      const { host } = this.#cache;
      host.drain(host.engine.fetch_ended(this.slot, reading()));
      this.detach();
    }
  }

  /**
   * Takes what a store has kept of it, where it has no data. A fetch in flight goes on, unless all who asked for it have enough.
   *
   * @param stored when the data came (ms), whether it is invalidated, what HTTP said of it
   * @param judge what has happened to it since, now that its tags are known (`Engine.judge_restored`)
   * @param onTaken is called before anybody is told
   * @returns false where it has been removed since
   */
  takeStored(
    data: unknown,
    { at, isInvalidated, http }: { at: number; isInvalidated: boolean; http?: KeptAnswer | undefined },
    judge: () => number,
    onTaken: () => void,
  ): boolean {
    const { host } = this.#cache;
    const tags = this.#tagsOf(data);
    const slot = this.attach();
    if (!host.engine.restore(slot, at, isInvalidated, Date.now())) {
      return true;
    }
    const before = this.#values.all;
    const { updatedAt } = this.#values;
    const tagsBefore = this.#tags?.own ?? '';
    this.#takeData(data, at);
    this.#tellTags(tags);
    if (http) {
      this.restoreAnswer(http);
    }
    if (!host.engine.settle_restored(slot, judge())) {
      this.#takeValues(before);
      this.#values.updatedAt = updatedAt;
      this.#provenance = undefined;
      this.#tellTags(tagsBefore);
      return false;
    }
    if (this.#revert) {
      this.#revert = this.#values.all;
    }
    onTaken();
    const task = this.#fetches?.unsettled;
    const isEnough = task?.isEnough() ?? false;
    const pending = host.engine.end_restore(slot, isEnough);
    if (isEnough) {
      task!.settleStored();
    }
    const { status, dataUpdatedAt } = this.state;
    host.drain(this.#measure(pending), { action: { type: 'setState', state: { data, status, dataUpdatedAt } } });
    return true;
  }

  /** Gives back what was before the fetch. */
  takeBack(): void {
    const { host } = this.#cache;
    const tags = this.#tagsOf((this.#revert ?? this.#values).data);
    const pending = host.engine.revert(this.slot);
    if (this.#revert) {
      this.#takeValues(this.#revert);
      this.#values.updatedAt = this.state.dataUpdatedAt;
    }
    this.#tellTags(tags);
    const state = this.#revert ? { ...this.state } : { fetchStatus: 'idle' };
    host.drain(this.#measure(pending), { action: { type: 'setState', state } });
  }

  // After a sign-out

  /** Whatever is under way is dropped, and nothing is left of its values, also where somebody still holds the query. */
  forget(): void {
    const tasks = this.#fetches?.leave() ?? [];
    this.#initial = undefined;
    this.#revert = undefined;
    this.restoring = undefined;
    for (const task of tasks) {
      task.drop();
    }
    this.#fetches?.forgetEnded();
    this.detach();
    if (this.isAttached) {
      this.#cache.host.engine.sign_out(this.slot);
      this.setState(this.resetState);
    } else {
      this.#values.takeDetached(this.resetState);
    }
  }

  // After a trap

  /** Keeps what is known here as an idle, invalidated state outside of any engine; the fetches that this loses. */
  leaveEngine(): FetchTask[] {
    const lost = this.#fetches?.leave() ?? [];
    this.#fetches?.forgetAnnounced();
    for (const task of lost) {
      task.isLost = true;
      task.settled = true;
      task.ended = true;
    }
    this.#decodes = undefined;
    this.#values.leaveEngine();
    this.#revert = undefined;
    return lost;
  }

  replayTags(): void {
    this.#tags?.replay(this.#cache.host.engine, this.slot);
  }

  // Values

  /** Takes data that came without an error. */
  #takeData(data: unknown, updatedAt: number): void {
    this.#values.updatedAt = updatedAt;
    this.#changeData(data);
    this.#values.error = null;
    this.#values.failureReason = null;
  }

  #changeData(data: unknown): void {
    if (data === undefined) {
      this.#forgetDecodes();
    }
    this.#values.changeData(data);
  }

  #takeValues(values: Values): void {
    if (values.data === undefined) {
      this.#forgetDecodes();
    }
    this.#values.take(values);
  }

  #takeAnswers(answers: Answers | undefined, value: unknown, data: unknown): void {
    if (!answers && !this.#provenance) {
      return;
    }
    this.#provenance ??= new Provenance();
    const stays = answers?.adds && this.#cache.host.engine.may_revalidate(this.slot);
    // What a function of the app made of it needn't equal it.
    const isKept = typeof this.options.structuralSharing !== 'function' || data === value;
    this.#provenance.take(answers, value, isKept, this.#queryType === 'infinite', stays ? () => this.data : undefined);
  }

  #takeOptions(options: Options | undefined): void {
    // An observer hands the same object again and again.
    if (options && options === this.#taken) {
      return;
    }
    this.#taken = options;
    this.options = this.#defaultOptions ? { ...this.#defaultOptions, ...options } : (options ?? {});
    this.#queryType = this.options._type ?? this.#queryType;
  }

  #tellOptions(): void {
    const { gcTime } = this.options;
    const skip = this.options.queryFn === skipToken;
    if (this.#wishedSkip !== skip || this.#wishedGcTime !== gcTime) {
      this.#wishedSkip = skip;
      this.#wishedGcTime = gcTime;
      this.gcTime = this.#cache.host.engine.wish_gc_time(this.slot, gcTimeNumber(gcTime), skip, runsOnServer());
    }
    const { tags } = this.options;
    // A function once: it has said its word on this data.
    if (tags && !this.#tags?.isAsked(tags)) {
      this.#tellTags(this.#currentTags);
    }
  }

  /**
   * The tags of the query with this data, joined. Runs a function of the user: call it before the engine's verdict.
   */
  #tagsOf(data: unknown): string {
    const { tags } = this.options;
    if (!tags) {
      return this.#tags?.own ?? '';
    }
    this.#tags ??= new QueryTags();
    return this.#tags.of(tags, data);
  }

  /** Those with the data that it has; cold data is left alone where nobody asks for it. */
  get #currentTags(): string {
    return this.#tagsOf(typeof this.options.tags === 'function' ? this.data : undefined);
  }

  #tellTags(joined?: string): void {
    const answered = this.#provenance?.tags;
    if (this.isAttached && (this.#tags || joined || answered)) {
      this.#tags ??= new QueryTags();
      this.#tags.tell(this.#cache.host.engine, this.slot, joined, answered);
    }
  }

  /** Asks the engine, which knows the query only while something needs it. */
  #decide(ask: (slot: number) => number): boolean {
    try {
      const verdict = ask(this.attach());
      return this.#cache.host.decide(verdict, (topic, observer) => observer?.answer(topic) ?? 0) !== 0;
    } finally {
      this.detach();
    }
  }

  #wake(focus: boolean): void {
    if (this.isAttached) {
      const { host } = this.#cache;
      host.drain(host.engine.wake_one(this.slot, focus, Date.now(), environment()));
    }
  }
}

function isEmpty(object: object | undefined): boolean {
  for (const _ in object) {
    return false;
  }
  return true;
}

const { cancel: ownCancel, fetch: ownFetch } = Query.prototype;
