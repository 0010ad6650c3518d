import type {
  Mutation as CoreMutation,
  MutationCacheConfig,
  MutationCacheNotifyEvent,
  MutationFunctionContext,
  MutationMeta,
  MutationObserver,
  MutationOptions,
  MutationState,
  QueryClient,
} from '@tanstack/query-core';
import type { Engine } from '#glue';
import { gcTimeNumber } from './bridge/gcTime';
import type { Host } from './bridge/host';
import type { MutationPort } from './bridge/ports';
import { reading } from './bridge/reading';
import { CancelledError } from './cancelledError';
import { runsOnServer } from './environmentManager';
import { EngineTrapError } from './errors';
import { MutationRun, type RunningMutation } from './mutationRun';
import { idleState, type MutationValues, scalarsOf, stateOf } from './mutationState';
import { notifyManager } from './notifyManager';

type Options = MutationOptions<any, any, any, any>;
type State = MutationState<any, any, any, any>;
type AnyObserver = MutationObserver<any, any, any, any>;

/** What a mutation needs of its cache. */
export interface MutationHome {
  readonly config: MutationCacheConfig;
  /** Where its mutations are known. */
  hostFor(client: QueryClient): Host<any, any>;
  notify(event: MutationCacheNotifyEvent): void;
  remove(mutation: CoreMutation<any, any, any, any>): void;
  runNext(mutation: CoreMutation<any, any, any, any>): Promise<unknown>;
  /** A mutation gets a slot; the cache's own id in the engine. */
  enter(mutation: Mutation): number;
  /** A mutation has given its slot back. */
  leave(mutation: Mutation): void;
}

interface MutationConfig {
  client: QueryClient;
  mutationId: number;
  mutationCache: MutationHome;
  options: Options;
  state?: State;
}

/** Outside the engine. */
const DETACHED = -1;

/** One mutation: the values under an engine's slot, and the order of the callbacks. */
export class Mutation implements MutationPort, RunningMutation {
  readonly mutationId: number;
  options!: Options;
  /** How long it stays when nobody watches it (ms): the longest wish so far. */
  gcTime = 0;
  /** The id of its slot in the engine. */
  slot = DETACHED;
  /** Whether its cache lists it. */
  isStored = false;
  readonly #host: Host<any, any>;
  readonly #client: QueryClient;
  readonly #cache: MutationHome;
  #observers: AnyObserver[] = [];
  #state: State;
  /** The last execution; none once that has settled. */
  #run: MutationRun | undefined;
  readonly #runs: MutationRun[] = [];
  /** Its user has signed out. */
  #isDropped = false;

  constructor(config: MutationConfig) {
    this.#client = config.client;
    this.mutationId = config.mutationId;
    this.#cache = config.mutationCache;
    this.#host = this.#cache.hostFor(this.#client);
    this.#state = config.state ?? idleState();
    this.setOptions(config.options);
  }

  get state(): State {
    return this.#state;
  }

  set state(state: State) {
    this.#state = state;
    if (this.slot !== DETACHED) {
      this.ask((engine, slot) => engine.set_mutation_state(slot, ...scalarsOf(state)));
    }
  }

  get meta(): MutationMeta | undefined {
    return this.options.meta;
  }

  get host(): Host<any, any> {
    return this.#host;
  }

  /** Whether its scope lets it run. */
  get canRun(): boolean {
    const can = this.ask((engine, slot) => engine.can_run(slot));
    this.release();
    return can;
  }

  /** The mutation of its scope that waits longest. */
  get nextInScope(): Mutation | undefined {
    const next = this.ask((engine, slot) => engine.next_in_scope(slot));
    this.release();
    return this.#host.mutation(next);
  }

  setOptions(options: Options): void {
    this.options = options;
    if (this.slot !== DETACHED) {
      this.ask((engine, slot) => this.#tellOptions(engine, slot));
    }
  }

  addObserver(observer: AnyObserver): void {
    if (this.#observers.includes(observer)) {
      return;
    }
    if (this.slot !== DETACHED) {
      this.#host.drain(this.ask((engine, slot) => engine.watch_mutation(slot)));
    }
    this.#observers.push(observer);
    this.#cache.notify({ type: 'observerAdded', mutation: this as never, observer });
  }

  removeObserver(observer: AnyObserver): void {
    const known = this.#observers.includes(observer);
    if (this.slot !== DETACHED) {
      this.#host.drain(this.ask((engine, slot) => engine.unwatch_mutation(slot, known, reading())));
    }
    this.#observers = this.#observers.filter((other) => other !== observer);
    this.#cache.notify({ type: 'observerRemoved', mutation: this as never, observer });
  }

  /** Stops the time after which it would go. */
  destroy(): void {
    if (this.slot !== DETACHED) {
      this.#host.drain(this.ask((engine, slot) => engine.clear_mutation_gc(slot)));
    }
  }

  /** Takes it up where it waits; one that was restored in flight is executed anew. */
  continue(): Promise<unknown> {
    if (this.#run) {
      return this.#run.continue();
    }
    return this.#state.status === 'pending' ? this.execute(this.#state.variables) : Promise.resolve();
  }

  async execute(variables: any): Promise<any> {
    const context: MutationFunctionContext = {
      client: this.#client,
      meta: this.options.meta,
      mutationKey: this.options.mutationKey,
    };
    const run = new MutationRun(this, () => this.#callMutationFn(variables, context), this.options);
    this.#run = run;
    this.#runs.push(run);
    const asCore = this as unknown as CoreMutation<unknown, unknown, unknown>;
    const isRestored = this.#state.status === 'pending';
    const isPaused = !run.canStart;
    try {
      if (isRestored) {
        this.goOn();
      } else {
        this.#submit({ type: 'pending', variables, isPaused });
        if (this.#cache.config.onMutate) {
          await this.#cache.config.onMutate(variables, asCore, context);
        }
        this.#check();
        const onMutateResult = await this.options.onMutate?.(variables, context);
        this.#check();
        if (onMutateResult !== this.#state.context) {
          this.#submit({ type: 'pending', context: onMutateResult, variables, isPaused });
        }
      }
      const data = await run.start();
      await this.#cache.config.onSuccess?.(data, variables, this.#state.context, asCore, context);
      this.#check();
      await this.options.onSuccess?.(data, variables, this.#state.context, context);
      this.#check();
      await this.#cache.config.onSettled?.(data, null, this.#state.variables, this.#state.context, asCore, context);
      this.#check();
      await this.options.onSettled?.(data, null, variables, this.#state.context, context);
      this.#check();
      this.#succeed(data);
      return data;
    } catch (thrown) {
      const error = thrown as Error;
      for (const tell of [
        () => this.#cache.config.onError?.(error, variables, this.#state.context, asCore, context),
        () => this.options.onError?.(error, variables, this.#state.context, context),
        () =>
          this.#cache.config.onSettled?.(undefined, error, this.#state.variables, this.#state.context, asCore, context),
        () => this.options.onSettled?.(undefined, error, variables, this.#state.context, context),
      ]) {
        if (this.#isDropped) {
          break;
        }
        try {
          await tell();
        } catch (again) {
          // An unhandled rejection: it hides neither the first error nor the callbacks that follow.
          void Promise.reject(again);
        }
      }
      if (!this.#isDropped) {
        this.#giveUp(error);
      }
      throw error;
    } finally {
      this.#end(run);
      this.#cache.runNext(this as never);
      this.release();
    }
  }

  // For its runs

  pause(): void {
    this.ask((engine, slot) => engine.pause_mutation(slot, true));
    this.#take({ type: 'pause' }, this.#state);
  }

  goOn(): void {
    this.ask((engine, slot) => engine.pause_mutation(slot, false));
    this.#take({ type: 'continue' }, this.#state);
  }

  tellFailure(failureCount: number, error: unknown): void {
    this.ask((engine, slot) => engine.fail_mutation(slot, failureCount));
    const { context, data, error: last, variables } = this.#state;
    this.#take(
      { type: 'failed', failureCount, error },
      { context, data, error: last, failureReason: error as Error, variables },
    );
  }

  // For its cache

  /** Puts it into the engine's list; whether there is something to drain. */
  store(): boolean {
    this.isStored = true;
    return this.ask((engine, slot) => engine.store_mutation(slot, reading()));
  }

  /** Takes it out of the engine's list, alone or with all others. */
  unstore(isClear: boolean): void {
    this.isStored = false;
    this.#host.drain(this.ask((engine, slot) => engine.unstore_mutation(slot, isClear)));
    this.release();
  }

  // For the engine

  collect(): void {
    this.#cache.remove(this as never);
  }

  // Slot

  /** Asks the engine; if that traps, once more in the one that takes its place. */
  ask<T>(question: (engine: Engine, slot: number) => T): T {
    const host = this.#host;
    try {
      return question(host.engine, this.#attach(host));
    } catch (error) {
      if (error instanceof EngineTrapError) {
        return question(host.engine, this.#attach(host));
      }
      throw error;
    }
  }

  #attach(host: Host<any, any>): number {
    if (this.slot === DETACHED) {
      this.slot = host.engine.create_mutation(this.#cache.enter(this), ...scalarsOf(this.#state));
      host.setMutation(this.slot, this);
      this.#tellOptions(host.engine, this.slot);
      for (const _ of this.#observers) {
        host.engine.watch_mutation(this.slot);
      }
      for (const run of this.#runs) {
        run.register();
      }
    }
    return this.slot;
  }

  /** Gives the slot back if the engine has nothing to do for it: it gets one again when there is. */
  release(): void {
    if (this.slot === DETACHED || this.isStored || this.#runs.some((run) => run.isSleeping)) {
      return;
    }
    if (this.ask((engine, slot) => engine.is_queued(slot))) {
      return;
    }
    this.ask((engine, slot) => {
      for (const run of this.#runs) {
        run.unregister(engine);
      }
      engine.release_mutation(slot);
    });
    this.#host.setMutation(this.slot, undefined);
    this.slot = DETACHED;
    this.#cache.leave(this);
  }

  #tellOptions(engine: Engine, slot: number): void {
    const { gcTime, scope } = this.options;
    const name: unknown = scope?.id;
    this.gcTime = engine.set_mutation_options(
      slot,
      typeof name === 'string' ? name : undefined,
      gcTimeNumber(gcTime),
      runsOnServer(),
    );
  }

  // After a sign-out

  /** Nothing follows from it any more: no callback, no other try. Who waits is told that it was cancelled. */
  drop(): void {
    this.#isDropped = true;
    for (const run of this.#runs) {
      run.stop(new CancelledError({ silent: true }));
    }
    this.#state = idleState();
    for (const observer of [...this.#observers]) {
      observer.reset();
    }
  }

  #check(): void {
    if (this.#isDropped) {
      throw new CancelledError({ silent: true });
    }
  }

  // After a trap

  leaveEngine(): void {
    this.slot = DETACHED;
    for (const run of this.#runs) {
      run.leaveEngine();
    }
  }

  /** Goes on in a fresh engine with all that is known here. */
  replay(): void {
    this.#attach(this.#host);
    if (this.isStored) {
      this.store();
    }
  }

  resume(): void {
    for (const run of this.#runs) {
      run.resume();
    }
  }

  stop(error: EngineTrapError): void {
    for (const run of this.#runs) {
      run.stop(error);
    }
  }

  // Transitions

  #callMutationFn(variables: any, context: MutationFunctionContext): unknown {
    return this.options.mutationFn
      ? this.options.mutationFn(variables, context)
      : Promise.reject(new Error('No mutationFn found'));
  }

  #submit(action: { type: 'pending'; variables: unknown; isPaused: boolean; context?: unknown }): void {
    const { context, variables, isPaused } = action;
    this.ask((engine, slot) => engine.submit_mutation(slot, isPaused, Date.now()));
    this.#take(action, { context, data: undefined, error: null, failureReason: null, variables });
  }

  #succeed(data: unknown): void {
    this.ask((engine, slot) => engine.settle_mutation(slot, true));
    const { context, variables } = this.#state;
    this.#take({ type: 'success', data }, { context, data, error: null, failureReason: null, variables });
  }

  #giveUp(error: Error): void {
    this.ask((engine, slot) => engine.settle_mutation(slot, false));
    const { context, variables } = this.#state;
    this.#take({ type: 'error', error }, { context, data: undefined, error, failureReason: error, variables });
  }

  /** Takes over the state into which a step has led, and tells of it. */
  #take(action: object, values: MutationValues): void {
    this.#state = stateOf(values, this.#host.numbers, this.#host.scratch);
    notifyManager.batch(() => {
      this.#observers.forEach((observer) => {
        observer.onMutationUpdate(action as never);
      });
      this.#cache.notify({ mutation: this as never, type: 'updated', action: action as never });
    });
  }

  #end(run: MutationRun): void {
    this.#runs.splice(this.#runs.indexOf(run), 1);
    if (this.#run === run) {
      this.#run = undefined;
    }
    run.end();
  }
}
