import type {
  CancelOptions,
  Query as CoreQuery,
  FetchStatus,
  QueryClient,
  QueryFunctionContext,
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
import { outliveTrap } from './bridge/instance';
import { RETRY, staleTimeNumber } from './bridge/observerOptions';
import { networkCode, retryDelayNumber, retryNumber } from './bridge/retryOptions';
import { CancelledError } from './cancelledError';
import { isDevelopment } from './development';
import { environmentManager } from './environmentManager';
import { fetchSignal, type SignalCarrier } from './fetchSignal';
import { FetchTask } from './fetchTask';
import { fetchPages } from './infinitePages';
import { noop, skipToken } from './markers';
import type { QueryCache } from './queryCache';
import { ensureQueryFn, type FetchContext, type FetchOptions } from './queryFunction';
import { initialState, loadState, storeScalars } from './queryState';
import { replaceData } from './structuralSharing';
import { joinTags } from './tags';

type Options = QueryOptions<any, any, any, any> & {
  tags?: readonly string[] | ((data: any) => readonly string[]);
  skipCache?: boolean | 'no-store';
};
type State = QueryState<any, any>;
type Values = Pick<State, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>;

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
const ACTIONS: Record<number, string> = {
  [effects.EVENT_INVALIDATE]: 'invalidate',
  [effects.EVENT_PAUSE]: 'pause',
  [effects.EVENT_CONTINUE]: 'continue',
};
/** One query: the values under an engine's slot, and the carrying out of its fetches. */
export class Query {
  queryKey: QueryKey;
  queryHash: string;
  options: Options = {};
  /** How long the query stays when nobody watches it (ms): the longest wish so far. */
  gcTime = 0;
  /** The id of its slot in the engine. */
  slot = DETACHED;
  readonly #client: QueryClient;
  readonly #cache: QueryCache;
  readonly #defaultOptions: Options | undefined;
  #initial: State;
  #snapshot: State | undefined;
  #version = 0;
  /** When the data was written (ms), for the day on which the engine can't be asked. */
  #updatedAt = 0;
  #data: any;
  #error: any = null;
  #failureReason: any = null;
  #fetchMeta: any = null;
  /** The fetch that began last. */
  #task: FetchTask | undefined;
  /** Fetches before it that go on beside it. */
  #strays: FetchTask[] = [];
  /** What cancelling the fetch gives back; nothing once data has come otherwise than by hand. */
  #revert: Values | undefined;
  /** Whether the query function that ran last has read its signal. */
  #signalRead = false;
  readonly #noteSignal = () => {
    this.#signalRead = true;
  };
  /** Fetches that are being announced; a listener may ask for another one meanwhile. */
  readonly #announced: FetchTask[] = [];
  /** Stays once it is known: also who brings no such option then fetches pages. */
  #queryType: 'infinite' | undefined;
  #tags = '';
  #taken: Options | undefined;
  #wishedGcTime: number | undefined;
  #wishedSkip: boolean | undefined;

  /** Whether filters can't see it: it isn't stored, and goes with its last observer. */
  readonly isPrivate: boolean;

  constructor(config: QueryConfig) {
    this.isPrivate = config.options?.skipCache === 'no-store';
    this.#defaultOptions = config.defaultOptions;
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
      host.engine.load(this.slot);
      this.#version = version;
      this.#snapshot = loadState(host.numbers, host.scratch, {
        data: this.#data,
        error: this.#error,
        fetchFailureReason: this.#failureReason,
        fetchMeta: this.#fetchMeta,
      });
    }
    return this.#snapshot;
  }

  /** The data, without a snapshot of the rest. */
  get data(): any {
    return this.#data;
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

  /** The network mode as the engine takes it. */
  get networkCode(): number {
    return networkCode(this.options.networkMode);
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
    const data = replaceData(this.#data, newData, this.options);
    // Only now: functions of the user may have removed the query.
    const slot = this.attach();
    const manual = options?.manual ?? false;
    const updatedAt = options?.updatedAt ?? Date.now();
    const pending = host.engine.write(slot, data !== undefined, updatedAt, manual);
    this.#updatedAt = updatedAt;
    this.#data = data;
    this.#error = null;
    if (!manual) {
      this.#failureReason = null;
    }
    this.#revert = manual ? this.#values() : undefined;
    if (this.options.tags) {
      this.#tellTags();
    }
    if (pending) {
      host.drain(true, {
        action: { data, type: 'success', dataUpdatedAt: options?.updatedAt, manual: options?.manual },
      });
    }
    return data;
  }

  setState(state: Partial<State>): void {
    const { host } = this.#cache;
    const slot = this.attach();
    const next = { ...this.state, ...state };
    storeScalars(next, host.numbers, host.scratch);
    const pending = host.engine.set_state(slot);
    this.#takeValues(next);
    this.#updatedAt = next.dataUpdatedAt;
    if (typeof this.options.tags === 'function') {
      this.#tellTags();
    }
    host.drain(pending, { action: { type: 'setState', state } });
  }

  cancel(options?: CancelOptions): Promise<void> {
    const { promise } = this;
    this.#cancelTask(options);
    return promise ? promise.then(noop).catch(noop) : Promise.resolve();
  }

  /** Stops the fetch without a word, and the time after which the query would go. */
  destroy(): void {
    if (this.slot !== DETACHED) {
      this.#cache.host.engine.clear_gc(this.slot);
    }
    this.#cancelTask({ silent: true });
  }

  get resetState(): State {
    return this.#initial;
  }

  reset(): void {
    this.destroy();
    this.setState(this.resetState);
    if (this.slot !== DETACHED) {
      const { host } = this.#cache;
      host.drain(host.engine.schedule_gc(this.slot, performance.now()));
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

  /** The slot, made where there is none. */
  attach(): number {
    if (this.slot === DETACHED) {
      const { host } = this.#cache;
      storeScalars(this.#snapshot!, host.numbers, host.scratch);
      this.slot = host.engine.create(this.#version);
      host.setQuery(this.slot, this);
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
    this.slot = DETACHED;
  }

  /** The query has got into the index: what lives there is told. */
  indexed(): void {
    this.#tags = '';
    this.#tellTags();
  }

  collect(): void {
    this.#cache.remove(this as never);
  }

  /** Whether stopping the query function makes sense. */
  get isStoppable(): boolean {
    return this.#signalRead;
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
    this.#task = this.#announced.pop();
  }

  run(generation: number): void {
    const task = this.#taskOf(generation);
    let answer: unknown;
    try {
      answer = task.initialPromise ?? task.fetchFn();
    } catch (error) {
      answer = Promise.reject(error);
    }
    task.initialPromise = undefined;
    Promise.resolve(answer)
      .then((value) => this.#answered(task, value))
      .catch((error) => outliveTrap(() => this.#rejected(task, error)));
  }

  rejectLast(generation: number): void {
    const task = this.#taskOf(generation);
    this.#giveUp(task, task.lastError);
  }

  continueLater(): void {
    const task = this.#task!;
    const { host } = this.#cache;
    later(() => {
      if (!task.settled) {
        host.drain(host.engine.continue_fetch(this.slot, task.generation));
        // After all that go on with it have been announced, and those first that never ran.
        const proceed = () => this.#proceed(task);
        later(host.engine.has_tried(this.slot, task.generation) ? () => later(proceed) : proceed);
      }
    });
  }

  wakeLater(generation: number): void {
    const task = this.#taskOf(generation);
    const { host } = this.#cache;
    later(() => {
      if (task.settled) {
        return;
      }
      if (host.engine.wake_fetch(this.slot, task.generation, environment())) {
        later(() => this.#proceed(task));
      } else {
        host.drain(true);
      }
    });
  }

  #taskOf(generation: number): FetchTask {
    const isMeant = (task: FetchTask) => (task.generation & 0xffff) === generation;
    return isMeant(this.#task!) ? this.#task! : this.#strays.find(isMeant)!;
  }

  #proceed(task: FetchTask): void {
    if (!task.settled) {
      const { host } = this.#cache;
      host.drain(host.engine.proceed(this.slot, task.generation));
    }
  }

  #begin(options: Options | undefined, fetchOptions: FetchOptions | undefined): FetchTask {
    const { host } = this.#cache;
    const meets = host.engine.wish_fetch(this.attach(), fetchOptions?.cancelRefetch ?? false);
    if (meets === 1) {
      return this.#task!;
    }
    if (meets === 2) {
      this.#cancelTask({ silent: true });
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
    const task = new FetchTask(this.options);
    this.#revert = this.#values();
    task.fetchFn = () => this.#callQueryFn(task, fetchOptions);
    task.initialPromise = fetchOptions?.initialPromise;
    const meta = this.options.behavior || this.#queryType ? this.#behave(task, fetchOptions) : fetchOptions?.meta;
    const announced = this.#fetchMeta === meta && this.state.fetchStatus !== 'idle';
    task.generation = host.engine.start_fetch(this.attach(), this.networkCode, announced, environment());
    this.#announced.push(task);
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

  /** Lets the loop over pages, or a behavior of the user's, wrap the query function; the meta that it leaves. */
  #behave(task: FetchTask, fetchOptions: FetchOptions | undefined): FetchOptions['meta'] {
    const context = {
      fetchOptions,
      options: this.options,
      queryKey: this.queryKey,
      client: this.#client,
      state: this.state,
      fetchFn: task.fetchFn,
    };
    const full = withSignal(context, task, this.#noteSignal) as FetchContext;
    if (this.#queryType === 'infinite') {
      fetchPages(full, this as unknown as CoreQuery);
    } else {
      this.options.behavior?.onFetch(full, this as unknown as CoreQuery);
    }
    task.fetchFn = context.fetchFn;
    return context.fetchOptions?.meta;
  }

  #callQueryFn(task: FetchTask, fetchOptions: FetchOptions | undefined): unknown {
    const { persister, skipCache } = this.options;
    this.#signalRead = false;
    const noteSignal = this.#noteSignal;
    const context: QueryFunctionContext & SignalCarrier & { skipCache?: boolean | 'no-store' } = {
      client: this.#client,
      queryKey: this.queryKey,
      meta: this.meta,
      get signal() {
        noteSignal();
        return task.signal;
      },
      get [fetchSignal]() {
        return task.signal;
      },
    };
    if (skipCache) {
      context.skipCache = skipCache;
    }
    const queryFn = ensureQueryFn(this.options, fetchOptions);
    return persister
      ? this.options.persister!(queryFn, context, this as unknown as CoreQuery)
      : queryFn(context as never);
  }

  /** Nothing changes the answer any more; what follows from it comes a microtask later, and before who waits for `promise`. */
  #answered(task: FetchTask, value: unknown): void {
    if (!task.settled) {
      task.settled = true;
      later(() => this.#resolved(task, value));
      task.raw.resolve(value);
    }
  }

  #resolved(task: FetchTask, value: unknown): void {
    if (task.isLost) {
      return;
    }
    const { host } = this.#cache;
    try {
      if (value === undefined) {
        if (isDevelopment) {
          console.error(
            `Query data cannot be undefined. Please make sure to return a value other than undefined from your query function. Affected query key: ${this.queryHash}`,
          );
        }
        throw new Error(`${this.queryHash} data is undefined`);
      }
      const data = replaceData(this.#data, value, this.options);
      const updatedAt = Date.now();
      const pending = host.engine.succeed(this.attach(), task.generation, data !== undefined, updatedAt);
      this.#updatedAt = updatedAt;
      this.#data = data;
      this.#error = null;
      this.#failureReason = null;
      if (this.options.tags) {
        this.#tellTags();
      }
      host.drain(pending, { action: { data, type: 'success', dataUpdatedAt: undefined, manual: undefined } });
      this.#cache.config.onSuccess?.(value, this as never);
      this.#cache.config.onSettled?.(value, this.#error, this as never);
      task.answer.resolve(value);
    } catch (error) {
      this.#fail(task, error, true);
      return;
    }
    this.#ended(task);
  }

  #rejected(task: FetchTask, error: unknown): void {
    if (task.settled) {
      return;
    }
    const { host } = this.#cache;
    const { retry, retryDelay } = task.options;
    let verdict: number;
    const failures = host.engine.failures(this.attach(), task.generation);
    try {
      verdict = host.decide(
        host.engine.failed(
          this.slot,
          task.generation,
          retryNumber(retry),
          typeof retry === 'function',
          retryDelayNumber(retryDelay),
          typeof retryDelay === 'function',
          environment(),
          performance.now(),
        ),
        (topic) =>
          topic === RETRY
            ? Number((retry as (count: number, error: unknown) => boolean)(failures, error))
            : (retryDelay as (count: number, error: unknown) => number)(failures, error),
      );
    } catch (thrown) {
      if (!task.isLost) {
        this.#giveUp(task, thrown);
      }
      return;
    }
    if (verdict === 0) {
      this.#giveUp(task, error);
    } else if (verdict === 1) {
      task.lastError = error;
      this.#failureReason = error;
      const pending = host.engine.announce_failure(this.slot);
      host.drain(pending, {
        action: { type: 'failed', failureCount: host.engine.failures(this.slot, task.generation), error },
      });
    }
  }

  #giveUp(task: FetchTask, error: unknown): void {
    if (!task.settled) {
      task.settled = true;
      later(() => this.#fail(task, error));
      task.raw.reject(error);
    }
  }

  #fail(task: FetchTask, error: unknown, answered = false): void {
    if (task.isLost) {
      return;
    }
    const { host, config } = this.#cache;
    try {
      const pending = host.engine.fail(this.attach(), task.generation, answered, Date.now());
      this.#error = error;
      this.#failureReason = error;
      host.drain(pending, { action: { type: 'error', error } });
      config.onError?.(error as Error, this as never);
      config.onSettled?.(this.#data, error as Error, this as never);
      task.answer.reject(error);
    } catch (thrown) {
      task.answer.reject(thrown);
    }
    this.#ended(task);
  }

  #cancelTask(options: CancelOptions | undefined): void {
    const task = this.#task;
    if (!task || task.settled || this.slot === DETACHED) {
      return;
    }
    const { host } = this.#cache;
    task.settled = true;
    const error = new CancelledError(options);
    host.engine.cancel_fetch(this.slot);
    later(() => this.#cancelled(task, error));
    task.raw.reject(error);
    try {
      if (options?.revert) {
        const pending = host.engine.revert(this.slot);
        if (this.#revert) {
          this.#takeValues(this.#revert);
        }
        const state = this.#revert ? { ...this.state } : { fetchStatus: 'idle' };
        host.drain(pending, { action: { type: 'setState', state } });
      }
    } finally {
      task.abort();
    }
  }

  #cancelled(task: FetchTask, error: CancelledError): void {
    if (error.silent) {
      // Who waits gets the answer of the fetch that took its place.
      if (this.#task === task) {
        task.answer.reject(error);
      } else if (task.answer.isWanted) {
        task.answer.resolve(this.#task!.answer.promise);
      }
    } else if (error.revert) {
      if (this.#data === undefined) {
        task.answer.reject(error);
      } else {
        task.answer.resolve(this.#data);
      }
    } else {
      this.#fail(task, error);
      return;
    }
    this.#ended(task);
  }

  /** The fetch is over: an unwatched query may go after its time, an unindexed one at once. */
  #ended(task: FetchTask): void {
    if (task.isLost) {
      return;
    }
    task.ended = true;
    if (this.#strays.length > 0) {
      this.#strays = this.#strays.filter((stray) => stray !== task);
    }
    if (this.slot === DETACHED) {
      return;
    }
    const { host } = this.#cache;
    host.drain(host.engine.fetch_ended(this.slot, performance.now()));
    this.detach();
  }

  // After a trap

  /** Keeps what is known here as an idle, invalidated state outside of any engine; the fetches that this loses. */
  leaveEngine(): FetchTask[] {
    const lost = [...this.#announced.splice(0), ...this.#strays.splice(0), ...(this.#task ? [this.#task] : [])].filter(
      (task) => !task.ended,
    );
    for (const task of lost) {
      task.isLost = true;
      task.settled = true;
      task.ended = true;
    }
    this.#snapshot = this.#knownState();
    this.#version++;
    this.#revert = undefined;
    this.slot = DETACHED;
    return lost;
  }

  replayTags(): void {
    if (this.#tags) {
      this.#cache.host.engine.set_tags(this.slot, this.#tags);
    }
  }

  /** Who waited for a lost fetch gets the answer of the one that took its place, if there is one. */
  settleLost(task: FetchTask): void {
    const error = new CancelledError({ silent: true });
    task.raw.reject(error);
    if (this.#task !== task && this.#task && !this.#task.isLost) {
      if (task.answer.isWanted) {
        task.answer.resolve(this.#task.answer.promise);
      }
    } else {
      task.answer.reject(error);
    }
  }

  /** The last snapshot, as far as it is still true of the values. */
  #knownState(): State {
    const last = this.#snapshot ?? this.#initial;
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
      data: this.#data,
      error: this.#error,
      fetchFailureReason: this.#failureReason,
      fetchMeta: this.#fetchMeta,
    };
  }

  #takeValues(state: Values): void {
    this.#data = state.data;
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
    this.options = { ...this.#defaultOptions, ...options };
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
    if (Array.isArray(this.options.tags)) {
      this.#tellTags();
    }
  }

  #tellTags(): void {
    const { tags } = this.options;
    const list = typeof tags === 'function' ? (this.#data === undefined ? [] : tags(this.#data)) : tags;
    const joined = joinTags(list ?? []);
    if (joined !== this.#tags && this.slot !== DETACHED) {
      this.#tags = joined;
      this.#cache.host.engine.set_tags(this.slot, joined);
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

/** In a microtask, where nobody catches what is thrown. */
function later(run: () => void): void {
  queueMicrotask(() => outliveTrap(run));
}

const pass = <T>(value: T): T => value;

/** Adds the signal, once as a property that notes when it is read. */
function withSignal<T extends object>(object: T, task: FetchTask, noteRead: () => void): T & { signal: AbortSignal } {
  return Object.defineProperties(object, {
    signal: {
      enumerable: true,
      get: () => {
        noteRead();
        return task.signal;
      },
    },
    [fetchSignal]: { enumerable: true, get: () => task.signal },
  }) as never;
}

export type { FetchStatus };
