import type {
  CancelOptions,
  QueryClient,
  QueryKey,
  QueryMeta,
  QueryObserver,
  QueryOptions,
  QueryState,
  SetDataOptions,
  StaleTime,
} from '@tanstack/query-core';
import * as effects from './bridge/effect';
import { environment } from './bridge/host';
import { staleTimeNumber } from './bridge/observerOptions';
import { reading } from './bridge/reading';
import { networkCode } from './bridge/retryOptions';
import { isDevelopment } from './development';
import { environmentManager } from './environmentManager';
import { FetchTask } from './fetchTask';
import { type Answers, uniteTags } from './http/answers';
import type { KeptAnswer } from './http/keptAnswer';
import { type AnsweredWith, Validators } from './http/validators';
import { Decodes } from './json/decodes';
import { noop, skipToken } from './markers';
import { Cold } from './memory/cold';
import { REASONS } from './memory/memory';
import type { QueryCache } from './queryCache';
import type { FetchOptions } from './queryFunction';
import { copyUnread, initialState, loadState, readLater, storeScalars } from './queryState';
import { replaceData } from './structuralSharing';
import { joinTags, SEPARATOR } from './tags';

type Options = QueryOptions<any, any, any, any> & {
  tags?: readonly string[] | ((data: any) => readonly string[]);
  skipCache?: boolean | 'no-store';
};
type State = QueryState<any, any>;
type Values = Pick<State, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>;

/** Another tab's answer, where an answer is one: when it came there (ms), and what HTTP said of it. */
interface FromElsewhere {
  readonly updatedAt: number | undefined;
  readonly kept: KeptAnswer | undefined;
}

interface QueryConfig {
  client: QueryClient;
  queryKey: QueryKey;
  queryHash: string;
  options?: Options;
  defaultOptions?: Options;
  state?: State;
}

/** Outside the engine. */
const DETACHED = -1;
/** The version of no state. */
const NO_VERSION = -1;
const ACTIONS: Record<number, string> = {
  [effects.EVENT_INVALIDATE]: 'invalidate',
  [effects.EVENT_PAUSE]: 'pause',
  [effects.EVENT_CONTINUE]: 'continue',
};
/** One query: the values under an engine's slot, and the carrying out of its fetches. */
export class Query {
  queryKey: QueryKey;
  queryHash: string;
  options!: Options;
  /** How long the query stays when nobody watches it (ms): the longest wish so far. */
  gcTime = 0;
  /** The id of its slot in the engine. */
  slot = DETACHED;
  /** Whether stopping the query function makes sense: whether the one that ran last has read its signal. */
  isStoppable = false;
  readonly #client: QueryClient;
  readonly #cache: QueryCache;
  readonly #defaultOptions: Options | undefined;
  #initial: State;
  #snapshot: State | undefined;
  #version = 0;
  /** When the data was written (ms), for the day on which the engine can't be asked. */
  #updatedAt = 0;
  /** Or the bytes of it. */
  #data: any;
  #error: any = null;
  #failureReason: any = null;
  #fetchMeta: any = null;
  /** Until when its data may come from a store: its fetches wait for that. */
  restoring: Promise<void> | undefined;
  /** Counts the changes of its data. */
  revision = 0;
  /** The fetch that began last. */
  #task: FetchTask | undefined;
  /** Fetches before it that go on beside it. */
  #strays: FetchTask[] = [];
  /** What cancelling the fetch gives back; nothing once data has come otherwise than by hand. */
  #revert: Values | undefined;
  /** The fetch that is being announced; a listener may ask for another one meanwhile. */
  #announced: FetchTask | undefined;
  /** Stays once it is known: also who brings no such option then fetches pages. */
  #queryType: 'infinite' | undefined;
  /** What its function had decoded. */
  #decodes: Decodes | undefined;
  #tags = '';
  /** Those that the last answer named. */
  #answerTags = '';
  /** All of them, as they were told. */
  #toldTags = '';
  /** What of the data can be asked for conditionally. */
  #validators: Validators | undefined;
  /** What said so last. */
  #tagsBy: Options['tags'];
  #taken: Options | undefined;
  #wishedGcTime: number | undefined;
  #wishedSkip: boolean | undefined;

  /** Whether filters can't see it: it isn't stored, and goes with its last observer. */
  readonly isPrivate: boolean;

  constructor(config: QueryConfig) {
    this.isPrivate = config.options?.skipCache === 'no-store';
    this.#defaultOptions = isEmpty(config.defaultOptions) ? undefined : config.defaultOptions;
    this.#client = config.client;
    this.#cache = config.client.getQueryCache() as unknown as QueryCache;
    this.queryKey = config.queryKey;
    this.queryHash = config.queryHash;
    this.#takeOptions(config.options);
    this.#initial = initialState(this.options);
    this.#snapshot = config.state ?? this.#initial;
    this.#takeValues(this.#snapshot);
    this.#updatedAt = this.#snapshot.dataUpdatedAt;
  }

  get meta(): QueryMeta | undefined {
    return this.options.meta;
  }

  get queryType(): 'infinite' | undefined {
    return this.#queryType;
  }

  /** The promise of the fetch in flight. */
  get promise(): Promise<any> | undefined {
    return this.#task && !this.#task.ended ? this.#task.raw.promise : undefined;
  }

  /** An immutable snapshot; the same object until something changes. */
  get state(): State {
    if (this.slot === DETACHED) {
      return this.#snapshot!;
    }
    const { host } = this.#cache;
    const version = host.engine.version(this.slot);
    if (this.#snapshot === undefined || version !== this.#version) {
      const data = this.#data;
      this.#version = version;
      this.#snapshot = this.#stateWith(data);
      if (data instanceof Cold) {
        this.#unread(this.#snapshot, data);
      }
    }
    return this.#snapshot;
  }

  /** The data, without a snapshot of the rest. */
  get data(): any {
    const data = this.#data;
    return data instanceof Cold ? this.#thaw(data) : data;
  }

  /** Whether an answer said `no-store`: the data must not be kept anywhere but here. */
  get isNoStore(): boolean {
    return this.slot !== DETACHED && this.#cache.host.engine.is_no_store(this.slot);
  }

  /** When it was written (ms). */
  get dataUpdatedAt(): number {
    return this.#updatedAt;
  }

  get error(): any {
    return this.#error;
  }

  get failureReason(): any {
    return this.#failureReason;
  }

  get fetchMeta(): State['fetchMeta'] {
    return this.#fetchMeta;
  }

  get observers(): QueryObserver<any, any, any, any, any>[] {
    return this.slot === DETACHED ? [] : this.#cache.observersOf(this.slot);
  }

  get client(): QueryClient {
    return this.#client;
  }

  setOptions(options?: Options): void {
    this.#takeOptions(options);
    if (this.slot !== DETACHED) {
      this.#tellOptions();
    }
    if (this.#data === undefined && this.options.initialData !== undefined) {
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
    this.#updatedAt = updatedAt;
    this.#changeData(data);
    this.#error = null;
    if (!manual) {
      this.#failureReason = null;
    }
    this.#revert = manual ? this.#values() : undefined;
    this.#tellTags(tags);
    if (this.#measure(pending)) {
      host.drain(true, {
        action: { data, type: 'success', dataUpdatedAt: options?.updatedAt, manual: options?.manual },
      });
    }
    return data;
  }

  /** `kept`: what HTTP said of this data elsewhere. */
  setState(state: Partial<State>, kept?: KeptAnswer): void {
    const { host } = this.#cache;
    const next = { ...this.state, ...state };
    const tags = this.#tagsOf(next.data);
    const slot = this.attach();
    storeScalars(next, host.numbers, host.scratch);
    const pending = host.engine.set_state(slot, next.data === this.#data);
    if (next.data === undefined) {
      this.#validators = undefined;
      this.#answerTags = '';
    }
    if (kept) {
      this.restoreAnswer(kept);
    }
    this.#takeValues(next);
    this.#updatedAt = next.dataUpdatedAt;
    this.#tellTags(tags);
    host.drain(this.#measure(pending), { action: { type: 'setState', state } });
  }

  cancel(options?: CancelOptions): Promise<void> {
    const { promise } = this;
    this.#task?.cancel(options);
    return promise ? promise.then(noop).catch(noop) : Promise.resolve();
  }

  /** Stops the fetch without a word, and the time after which the query would go. */
  destroy(): void {
    if (this.slot !== DETACHED) {
      this.#cache.host.engine.clear_gc(this.slot);
    }
    this.#task?.cancel({ silent: true });
  }

  get resetState(): State {
    return this.#initial;
  }

  reset(): void {
    this.destroy();
    this.setState(this.resetState);
    if (this.slot !== DETACHED) {
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

  addObserver(observer: QueryObserver<any, any, any, any, any>): void {
    this.#cache.watch(this, observer);
  }

  removeObserver(observer: QueryObserver<any, any, any, any, any>): void {
    this.#cache.unwatch(this, observer);
  }

  getObserversCount(): number {
    return this.slot === DETACHED ? 0 : this.#cache.host.engine.observer_count(this.slot);
  }

  invalidate(): void {
    const { host } = this.#cache;
    host.drain(host.engine.invalidate(this.attach()));
  }

  fetch(options?: Options, fetchOptions?: FetchOptions): Promise<any> {
    try {
      // Each caller has a promise of its own: what one of them doesn't catch is reported.
      return this.#begin(options, fetchOptions).answer.promise.then(pass);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Fetches for somebody who doesn't wait for the answer. */
  fetchUnawaited(options?: Options, fetchOptions?: FetchOptions): void {
    try {
      this.#begin(options, fetchOptions);
    } catch {
      // As with the promise that nobody waits for.
    }
  }

  // Slot

  /** Whether it has a slot. */
  get isAttached(): boolean {
    return this.slot !== DETACHED;
  }

  /** The slot, made where there is none. */
  attach(): number {
    if (this.slot === DETACHED) {
      const { host } = this.#cache;
      storeScalars(this.#snapshot!, host.numbers, host.scratch, this.#data !== undefined);
      this.slot = host.engine.create(this.#version);
      host.setQuery(this.slot, this);
      host.setData(this.slot, this.#data);
      this.#wishedGcTime = undefined;
      this.#wishedSkip = undefined;
      this.#tellOptions();
    }
    return this.slot;
  }

  /** Gives the slot back if nothing needs it: the state stays as it is. */
  detach(): void {
    const { host } = this.#cache;
    if (this.slot === DETACHED || !host.engine.is_unused(this.slot) || host.detachesLater(this)) {
      return;
    }
    this.#snapshot = this.state;
    this.#version++;
    host.engine.release(this.slot);
    host.setQuery(this.slot, undefined);
    host.setData(this.slot, undefined);
    this.slot = DETACHED;
    this.#decodes = undefined;
  }

  /** The query has got into the index: what lives there is told. */
  indexed(): void {
    this.#toldTags = '';
    this.#tellTags(this.#tagsOf());
    this.#cache.host.drain(this.#measure(false));
  }

  /** Whether it goes because its time is over. */
  get isCollected(): boolean {
    return this.slot !== DETACHED && this.#cache.host.engine.is_collected(this.slot);
  }

  collect(): void {
    this.#cache.remove(this as never);
  }

  // Memory

  /** Packs the data, if that can be. */
  freeze(effect: number): void {
    const data = this.#data;
    // What its options hold anyway wouldn't be freed; `no-store` is taken at its word.
    const isKept = data instanceof Cold || data === this.#initial.data || this.isNoStore;
    const cold = this.#cache.memory?.freeze(this.slot, isKept ? undefined : data, effect);
    if (!cold) {
      return;
    }
    this.#storeData(cold);
    this.#forgetDecodes();
    // All of these would keep the data.
    this.#revert = undefined;
    if (this.#task?.ended) {
      this.#task = undefined;
    }
    // For the day on which the engine can't be asked; who reads the state before gets one with data.
    this.#snapshot = this.#stateWith(undefined);
    this.#version = NO_VERSION;
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
    return (memory !== undefined && this.slot !== DETACHED && memory.stored(this.slot, this.#data)) || pending;
  }

  #thaw(cold: Cold): unknown {
    const { host } = this.#cache;
    const data = cold.value(host.engine);
    this.#storeData(data);
    if (this.slot !== DETACHED) {
      host.drain(host.engine.thawed(this.slot, reading()));
    }
    return data;
  }

  /** What new data may share with the old: nothing of what nobody can hold. */
  get #dataToShare(): unknown {
    const isUnheld = this.#data instanceof Cold && typeof this.options.structuralSharing !== 'function';
    return isUnheld ? undefined : this.data;
  }

  /** A state of the engine's scalars, with this data. */
  #stateWith(data: unknown): State {
    const { host } = this.#cache;
    host.engine.load(this.slot);
    return loadState(host.numbers, host.scratch, {
      data,
      error: this.#error,
      fetchFailureReason: this.#failureReason,
      fetchMeta: this.#fetchMeta,
    });
  }

  /** Lets a state read the packed data when it is asked for it; later the query may have other data than that state. */
  #unread(state: State, cold: Cold): State {
    return readLater(state, () => (this.#data === cold ? this.data : cold.value(this.#cache.host.engine)));
  }

  // Effects

  announce(effect: number, action: unknown): void {
    const type = ACTIONS[effect];
    this.#cache.notify({ query: this as never, type: 'updated', action: (type ? { type } : action) as never });
  }

  begin(): void {
    if (this.#task && !this.#task.settled) {
      this.#strays.push(this.#task);
    }
    this.#task = this.#announced!;
    this.#announced = this.#task.announcedBefore;
  }

  run(generation: number): void {
    this.#taskOf(generation).run();
  }

  rejectLast(generation: number): void {
    this.#taskOf(generation).giveUp();
  }

  continueLater(): void {
    this.#task!.continueLater();
  }

  wakeLater(generation: number): void {
    this.#taskOf(generation).wakeLater();
  }

  #taskOf(generation: number): FetchTask {
    const isMeant = (task: FetchTask) => (task.generation & 0xffff) === generation;
    return isMeant(this.#task!) ? this.#task! : this.#strays.find(isMeant)!;
  }

  #begin(options: Options | undefined, fetchOptions: FetchOptions | undefined): FetchTask {
    const { host } = this.#cache;
    const meets = host.engine.wish_fetch(this.attach(), fetchOptions?.cancelRefetch ?? false);
    if (meets === 1) {
      this.#task!.join(fetchOptions);
      return this.#task!;
    }
    if (meets === 2) {
      this.#task!.cancel({ silent: true });
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
    this.#revert = this.#values();
    const meta = this.options.behavior || this.#queryType ? task.behave() : fetchOptions?.meta;
    const announced = this.#fetchMeta === meta && !host.engine.is_idle(this.attach());
    task.generation = host.engine.start_fetch(
      this.attach(),
      networkCode(this.options.networkMode),
      announced,
      environment(),
    );
    task.announcedBefore = this.#announced;
    this.#announced = task;
    if (!announced) {
      this.#fetchMeta = meta ?? null;
      this.#failureReason = null;
      if (this.#data === undefined) {
        this.#error = null;
      }
    }
    host.drain(true, { action: { type: 'fetch', meta } });
    return task;
  }

  // For its fetches

  /** The fetch that ran last, or runs. */
  get task(): FetchTask | undefined {
    return this.#task;
  }

  get cache(): QueryCache {
    return this.#cache;
  }

  /** The answer to the same request that the data came from, if the data still is what it gave. */
  answerTo(url: string, credentials: RequestCredentials | undefined, headers: Headers): AnsweredWith | undefined {
    const holds = this.#validators && this.isAttached && this.#cache.host.engine.may_revalidate(this.slot);
    return holds ? this.#validators!.find(url, credentials, headers, this.data) : undefined;
  }

  /** What HTTP said of the data, for a copy that is kept elsewhere; nothing where it said nothing, or `no-store`. */
  get keptAnswer(): KeptAnswer | undefined {
    if (this.slot === DETACHED || this.isNoStore) {
      return undefined;
    }
    const freshFor = this.#cache.host.engine.fresh_for(this.slot);
    const isAnswer = !Number.isNaN(freshFor);
    if (!isAnswer && !this.#answerTags) {
      return undefined;
    }
    return {
      ...(isAnswer && { freshFor }),
      ...(this.#answerTags && { tags: this.#answerTags.split(SEPARATOR) }),
      ...(isAnswer && this.#validators && { requests: this.#validators.kept }),
    };
  }

  /** The data is a copy of what an answer gave. */
  restoreAnswer({ freshFor, tags, requests }: KeptAnswer): void {
    const slot = this.attach();
    if (freshFor !== undefined) {
      this.#cache.host.engine.restore_answer(slot, freshFor);
      this.#validators = requests && Validators.restore(requests);
    }
    this.#answerTags = tags ? tags.join(SEPARATOR) : '';
    this.#tellTags(this.#tags);
  }

  /**
   * Takes what the query function came to, and what HTTP said meanwhile; `shared`: another tab may have fetched it
   * (where, it says). Throws what structural sharing or a listener throws.
   */
  takeAnswer(value: unknown, generation: number, answers: Answers | undefined, shared?: FromElsewhere): void {
    const { host } = this.#cache;
    const decodes = this.#sharesAsUsual && this.#decodes?.isOf(host.engine, this.slot) ? this.#decodes : undefined;
    const isShared = decodes?.isShared(value, this.#data);
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
    this.#updatedAt = updatedAt;
    this.#changeData(data);
    this.#error = null;
    this.#failureReason = null;
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
    if (this.slot === DETACHED || !this.#sharesAsUsual || this.#queryType) {
      return undefined;
    }
    const { host } = this.#cache;
    if (!this.#decodes?.isOf(host.engine, this.slot)) {
      this.#decodes = new Decodes(host, this.slot);
    }
    return this.#decodes!.decode(pieces, this.#data);
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
    this.#failureReason = error;
    const { host } = this.#cache;
    const pending = host.engine.announce_failure(this.slot);
    host.drain(pending, {
      action: { type: 'failed', failureCount: host.engine.failures(this.slot, generation), error },
    });
  }

  /** Takes why the fetch has failed. `answered`: there was an answer, which wasn't to be taken. */
  takeError(error: unknown, generation: number, answered: boolean): void {
    const { host } = this.#cache;
    const pending = host.engine.fail(this.attach(), generation, answered, Date.now());
    this.#error = error;
    this.#failureReason = error;
    host.drain(pending, { action: { type: 'error', error } });
  }

  /** A fetch is over: an unwatched query may go after its time, an unindexed one at once. */
  takeEnd(task: FetchTask): void {
    if (this.#strays.length > 0) {
      this.#strays = this.#strays.filter((stray) => stray !== task);
    }
    if (task === this.#task) {
      // It would keep the data of before.
      this.#revert = undefined;
    }
    if (this.slot !== DETACHED) {
      const { host } = this.#cache;
      host.drain(host.engine.fetch_ended(this.slot, reading()));
      this.detach();
    }
  }

  /**
   * Takes what a store has kept of it, where it has no data. A fetch in flight goes on, unless all who asked for it have enough.
   *
   * @param at when the data came (ms)
   * @param onTaken is called before anybody is told
   */
  takeStored(data: unknown, at: number, isInvalidated: boolean, onTaken: () => void): void {
    const { host } = this.#cache;
    const tags = this.#tagsOf(data);
    const slot = this.attach();
    if (!host.engine.restore(slot, at, isInvalidated, Date.now())) {
      return;
    }
    this.#updatedAt = at;
    this.#changeData(data);
    this.#error = null;
    this.#failureReason = null;
    if (this.#revert) {
      this.#revert = this.#values();
    }
    this.#tellTags(tags);
    onTaken();
    host.engine.judge_restored(slot);
    const task = this.#task && !this.#task.settled ? this.#task : undefined;
    const isEnough = task?.isEnough() ?? false;
    const pending = host.engine.end_restore(slot, isEnough);
    if (isEnough) {
      task!.settleStored();
    }
    const { status, dataUpdatedAt } = this.state;
    host.drain(this.#measure(pending), { action: { type: 'setState', state: { data, status, dataUpdatedAt } } });
  }

  /** Gives back what was before the fetch. */
  takeBack(): void {
    const { host } = this.#cache;
    const tags = this.#tagsOf((this.#revert ?? this.#values()).data);
    const pending = host.engine.revert(this.slot);
    if (this.#revert) {
      this.#takeValues(this.#revert);
      this.#updatedAt = this.state.dataUpdatedAt;
    }
    this.#tellTags(tags);
    const state = this.#revert ? { ...this.state } : { fetchStatus: 'idle' };
    host.drain(this.#measure(pending), { action: { type: 'setState', state } });
  }

  // After a sign-out

  /** Whatever is under way is dropped, and nothing is left of its values, also where somebody still holds the query. */
  forget(): void {
    const tasks = this.#strays.splice(0);
    if (this.#task && !this.#task.ended) {
      tasks.push(this.#task);
    }
    for (let task = this.#announced; task; task = task.announcedBefore) {
      tasks.push(task);
    }
    this.#initial = initialState({});
    this.#revert = undefined;
    this.restoring = undefined;
    for (const task of tasks) {
      task.drop();
    }
    if (this.#task?.ended) {
      // It would keep its answer.
      this.#task = undefined;
    }
    this.detach();
    if (this.slot === DETACHED) {
      this.#snapshot = this.#initial;
      this.#updatedAt = 0;
      this.#takeValues(this.#initial);
    } else {
      this.#cache.host.engine.sign_out(this.slot);
      this.setState(this.#initial);
    }
  }

  // After a trap

  /** Keeps what is known here as an idle, invalidated state outside of any engine; the fetches that this loses. */
  leaveEngine(): FetchTask[] {
    const lost = this.#strays.splice(0);
    if (this.#task && !this.#task.ended) {
      lost.push(this.#task);
    }
    for (let task = this.#announced; task; task = task.announcedBefore) {
      lost.unshift(task);
    }
    this.#announced = undefined;
    for (const task of lost) {
      task.isLost = true;
      task.settled = true;
      task.ended = true;
    }
    this.#decodes = undefined;
    this.#snapshot = this.#knownState();
    this.#version++;
    this.#revert = undefined;
    this.slot = DETACHED;
    return lost;
  }

  replayTags(): void {
    if (this.#toldTags) {
      this.#cache.host.engine.set_tags(this.slot, this.#toldTags);
    }
  }

  /** The last snapshot, as far as it is still true of the values. */
  #knownState(): State {
    const last = this.#snapshot ?? this.#initial;
    if (this.#data instanceof Cold) {
      // Nothing has happened to it since it was frozen; and there is no engine to thaw it.
      const state = Object.assign(copyUnread(last), { isInvalidated: true, fetchStatus: 'idle' as const });
      return this.#unread(state, this.#data);
    }
    const isSame = last.data === this.#data && last.error === this.#error;
    const ownStatus = this.#error !== null ? 'error' : this.#data === undefined ? 'pending' : 'success';
    return {
      ...last,
      ...this.#values(),
      dataUpdatedAt: this.#data === undefined ? 0 : this.#updatedAt,
      dataUpdateCount: last.dataUpdateCount + (last.data === this.#data ? 0 : 1),
      errorUpdateCount: last.errorUpdateCount + (last.error === this.#error || this.#error === null ? 0 : 1),
      fetchFailureCount: isSame ? last.fetchFailureCount : 0,
      status: isSame ? last.status : ownStatus,
      isInvalidated: true,
      fetchStatus: 'idle',
    };
  }

  // Values

  #values(): Values {
    return {
      data: this.data,
      error: this.#error,
      fetchFailureReason: this.#failureReason,
      fetchMeta: this.#fetchMeta,
    };
  }

  #changeData(data: unknown): void {
    if (data === undefined) {
      this.#forgetDecodes();
    }
    if (data !== this.#data) {
      this.revision++;
    }
    this.#storeData(data);
  }

  #storeData(data: unknown): void {
    this.#data = data;
    if (this.slot !== DETACHED) {
      this.#cache.host.setData(this.slot, data);
    }
  }

  #takeAnswers(answers: Answers | undefined, value: unknown, data: unknown): void {
    const old = this.#answerTags;
    this.#answerTags = answers?.adds ? uniteTags(old, answers.tags) : (answers?.tags ?? '');
    if (!answers && !this.#validators) {
      return;
    }
    const known = answers?.adds && this.#cache.host.engine.may_revalidate(this.slot) ? this.#validators : undefined;
    // What a function of the app made of it needn't equal it.
    const isKept = typeof this.options.structuralSharing !== 'function' || data === value;
    this.#validators =
      answers && isKept
        ? Validators.of(answers.requests, value, this.#queryType === 'infinite', known, known && this.data)
        : undefined;
  }

  #takeValues(state: Values): void {
    this.#changeData(state.data);
    this.#error = state.error;
    this.#failureReason = state.fetchFailureReason;
    this.#fetchMeta = state.fetchMeta;
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
      this.gcTime = this.#cache.host.engine.wish_gc_time(
        this.slot,
        gcTime ?? Number.NaN,
        skip,
        environmentManager.isServer(),
      );
    }
    const { tags } = this.options;
    // A function once: it has said its word on this data.
    if (Array.isArray(tags) || (tags && tags !== this.#tagsBy)) {
      this.#tellTags(this.#tagsOf());
    }
  }

  /**
   * The tags of the query with this data, or that which it has, joined. Runs a function of the user: call it before the
   * engine's verdict.
   */
  #tagsOf(...given: [data?: unknown]): string {
    const { tags } = this.options;
    if (!tags) {
      return this.#tags;
    }
    this.#tagsBy = tags;
    if (typeof tags !== 'function') {
      return joinTags(tags);
    }
    const data = given.length > 0 ? given[0] : this.data;
    return joinTags(data === undefined ? [] : (tags(data) ?? []));
  }

  #tellTags(joined: string): void {
    if (this.slot !== DETACHED) {
      this.#tags = joined;
      const all = uniteTags(joined, this.#answerTags);
      if (all !== this.#toldTags) {
        this.#toldTags = all;
        this.#cache.host.engine.set_tags(this.slot, all);
      }
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
    if (this.slot !== DETACHED) {
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

const pass = <T>(value: T): T => value;
