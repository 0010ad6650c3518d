import type { Engine, LiveClient, LiveOptions, ShareClient } from '#glue';
import type { EngineTrapError } from '../errors';
import { Drain } from './drain';
import * as effects from './effect';
import { engineJson } from './engineJson';
import { environment } from './environment';
import { HostTimers } from './hostTimers';
import { type Instance, instance, outliveTrap, type Tenant } from './instance';
import { LinearMemory } from './linearMemory';
import type { MutationPort, ObserverPort, QueryPort, RunPort, SchedulePort } from './ports';
import { Symbols } from './symbols';

/** No id. */
export const NONE = 0xffffffff;
/** The part of an id that names the slot. */
const SLOT = 0xffffff;
/** Where in an effect the generation of a fetch begins. */
const GENERATION = 2 ** 32;

/** What the caller of a command holds for its effects. */
export interface Command<TQuery> {
  /** The action that `updated` events carry. */
  action?: unknown;
  /** Fetches a query that the command chose. */
  fetch?: (query: TQuery) => void;
}

/** Brings values and engine together again after a trap. */
export interface Recovery<TQuery, TObserver> {
  /** Lets go of the ids of an engine, without a word to it. */
  leave(queries: readonly TQuery[], observers: readonly TObserver[]): void;
  /** Tells a fresh engine of everything; runs no function of the user. */
  replay(): void;
  /** Ends the fetches that were lost, and lets observers fetch again. */
  resume(): void;
  /** There is no other engine. */
  stop(error: EngineTrapError): void;
}

/** How often a client gets a fresh engine: a trap that comes again and again must not fetch for ever. */
const MOST_MOVES = 5;

/** One engine, the tables of values under its ids, its host timer, and the carrying out of its effects. */
export class Host<TQuery extends QueryPort, TObserver extends ObserverPort> implements Tenant {
  engine!: Engine;
  symbols!: Symbols;
  #instance!: Instance;
  #queries: (TQuery | undefined)[] = [];
  /** What the queries hold too: here a read finds it without touching them. */
  #data: unknown[] = [];
  #observers: (TObserver | undefined)[] = [];
  #mutations: (MutationPort | undefined)[] = [];
  #runs: (RunPort | undefined)[] = [];
  #schedules: (SchedulePort | undefined)[] = [];
  /** Observers that have left, while a running notification may still reach them. */
  readonly #leaving: [id: number, observer: TObserver][] = [];
  /** Queries that nothing needs, while something may still be told of them. */
  readonly #detaching = new Set<TQuery>();
  #depth = 0;
  #memory!: LinearMemory;
  readonly #timers = new HostTimers(this);
  /** Fetches what a sweep chose. */
  onSweep: (query: TQuery) => void = () => {};
  onSwept: () => void = () => {};
  /** Queries wait to be written to a store. */
  onSave: () => void = () => {};
  recovery: Recovery<TQuery, TObserver> | undefined;
  #moves = 0;
  #isStopped = false;

  constructor() {
    this.#moveIn();
  }

  #moveIn(): void {
    const home = instance();
    const engine = new home.glue.Engine(Math.random());
    this.#instance = home;
    this.engine = engine;
    this.#memory = new LinearMemory(home.memory);
    this.scratch = engine.scratch_ptr() >>> 3;
    this.symbols = new Symbols(engine);
    const tenant = new WeakRef<Tenant>(this);
    home.tenants.add(tenant);
    finalizer.register(this, { engine, home, tenant }, this);
  }

  // Tables

  query(id: number): TQuery | undefined {
    return this.#queries[id & SLOT];
  }

  setQuery(id: number, query: TQuery | undefined): void {
    this.#queries[id & SLOT] = query;
  }

  /** The data of a query. */
  data(id: number): unknown {
    return this.#data[id & SLOT];
  }

  setData(id: number, data: unknown): void {
    this.#data[id & SLOT] = data;
  }

  observer(id: number): TObserver | undefined {
    return this.#observers[id & SLOT];
  }

  addObserver(id: number, observer: TObserver): void {
    this.#observers[id & SLOT] = observer;
  }

  removeObserver(id: number, observer: TObserver): void {
    if (this.#depth > 0) {
      this.#leaving.push([id, observer]);
    } else {
      this.#forgetObserver(id, observer);
    }
  }

  /** Another observer may have the slot by now, or the same one again. */
  #forgetObserver(id: number, observer: TObserver): void {
    const at = id & SLOT;
    if (this.#observers[at] === observer && (observer.slot & SLOT) !== at) {
      this.#observers[at] = undefined;
    }
  }

  /** Those with listeners. */
  observers(): TObserver[] {
    return this.#observers.filter((observer) => observer !== undefined && observer.slot !== NONE) as TObserver[];
  }

  mutation(id: number): any {
    return this.#mutations[id & SLOT];
  }

  setMutation(id: number, mutation: MutationPort | undefined): void {
    this.#mutations[id & SLOT] = mutation;
  }

  setRun(id: number, run: RunPort | undefined): void {
    this.#runs[id & SLOT] = run;
  }

  setSchedule(id: number, schedule: SchedulePort | undefined): void {
    this.#schedules[id & SLOT] = schedule;
  }

  // Memory

  /** Where the state that was loaded last begins among `numbers`; its layout is that of `load` in src/wasm/queries.rs. */
  scratch!: number;

  /** The engine's memory. */
  get numbers(): Float64Array {
    return this.#memory.numbers;
  }

  /** A part of the engine's memory; good until the next call of the engine. */
  bytes(at: number, length: number): Uint8Array {
    return this.#memory.bytes(at, length);
  }

  /** Such a part as words. */
  words(at: number, length: number): Uint32Array {
    return this.#memory.words(at, length);
  }

  /** Puts bytes where the engine has made room for them. */
  give(at: number, bytes: Uint8Array): void {
    this.#memory.writeBytes(at, bytes);
  }

  /** Size of the memory that all engines of the page share (bytes). */
  get memoryBytes(): number {
    return this.#memory.size;
  }

  /** Hands ids or symbols to the next command. */
  send(values: ArrayLike<number>, length: number): void {
    this.#memory.writeWords(this.engine.inbox_ptr(length), values, length);
  }

  /** The ids that are selected now. */
  selection(): Uint32Array {
    const length = this.engine.selection_length();
    return this.#memory.words(this.engine.selection_ptr(), length).slice();
  }

  /** Forgets symbols that a removal has freed. */
  forgetSymbols(length: number): void {
    if (length > 0) {
      for (const symbol of this.#memory.words(this.engine.freed_ptr(), length)) {
        this.symbols.forget(symbol);
      }
    }
  }

  /**
   * A live connection that marks in this engine. After a call of `onOutput` with another kind than `status` there may be
   * effects to drain; see src/wasm/live.rs. Throws an Error that names the wrong option.
   */
  openLive(
    options: LiveOptions,
    token: ((refused: boolean) => string | Promise<string>) | undefined,
    onOutput: (kind: string, a: unknown, b: unknown) => void,
  ): LiveClient {
    return new this.#instance.glue.LiveClient(this.engine, engineJson(options), token, onOutput, Math.random());
  }

  /** One tab's part in sharing the answers of this engine. */
  openShare(): ShareClient {
    return new this.#instance.glue.ShareClient(this.engine, Math.random());
  }

  /** The name by which tabs that share find each other. */
  channelName(channel: string, scope: string): string {
    return this.#instance.glue.ShareClient.channel_name(channel, scope);
  }

  // Effects

  /** Whether a query has to keep its slot until all that runs has been told; it is then asked to detach again. */
  detachesLater(query: TQuery): boolean {
    if (this.#depth > 0) {
      this.#detaching.add(query);
    }
    return this.#depth > 0;
  }

  /** Carries out what a command left to do. `pending` is the command's own word. */
  drain(pending: boolean, command?: Command<TQuery>): void {
    if (!this.#timers.look() && !pending) {
      return;
    }
    const { engine } = this;
    const drain = new Drain(engine, this, command);
    this.#depth++;
    drain.run();
    if (this.engine === engine) {
      this.#depth--;
    }
    if (this.#depth === 0) {
      this.#partFromTheGone();
    }
    drain.throwFailure();
  }

  /** Brings a decision to its end; `answer` calls the user's functions. */
  decide(verdict: number, answer: (topic: number, observer: TObserver | undefined) => number): number {
    while (verdict < 0) {
      const question = -verdict - 1;
      let value: number;
      try {
        value = answer(question % 16, this.observer(Math.floor(question / 16)));
      } catch (error) {
        this.engine.forget_decision();
        throw error;
      }
      verdict = this.engine.answer(value);
    }
    return verdict;
  }

  /** Now that nothing is told any more: observers that have left, and queries that nothing needs. */
  #partFromTheGone(): void {
    for (const [id, observer] of this.#leaving.splice(0)) {
      this.#forgetObserver(id, observer);
    }
    for (const query of this.#detaching) {
      this.#detaching.delete(query);
      query.detach();
    }
  }

  carryOut(code: number, id: number, command: Command<TQuery> | undefined): void {
    switch (code) {
      case effects.NOTIFY:
        return this.observer(id)?.onQueryUpdate();
      case effects.EVENT:
      case effects.EVENT_INVALIDATE:
      case effects.EVENT_PAUSE:
      case effects.EVENT_CONTINUE:
        return this.query(id)?.announce(code, command?.action);
      case effects.FETCH: {
        const query = this.query(id);
        return query && (command?.fetch ?? this.onSweep)(query);
      }
      case effects.WAKE:
        this.observer(id)?.wake();
        return this.#look();
      case effects.POLL:
        this.observer(id)?.poll();
        return this.#look();
      case effects.STALE:
        this.observer(id)?.turnStale();
        return this.#look();
      case effects.BEGIN:
        this.query(id)?.begin();
        return this.#look();
      case effects.WAKENED:
        return this.query(id)?.wakeLater(Math.floor(id / GENERATION));
      case effects.RUN:
        return this.query(id)?.run(Math.floor(id / GENERATION));
      case effects.REJECT:
        return this.query(id)?.rejectLast(Math.floor(id / GENERATION));
      case effects.CONTINUE:
        return this.query(id)?.continueLater();
      case effects.REMOVE:
        this.query(id)?.collect();
        return this.#look();
      case effects.RELEASE:
        return this.query(id)?.detach();
      case effects.RESET:
        return this.query(id)?.reset();
      case effects.ASK:
        return this.#reply(id % 16, this.observer(Math.floor(id / 16)));
      case effects.ARM:
        return this.#timers.arm(id);
      case effects.DISARM:
        return this.#timers.disarm();
      case effects.TIMERS:
        return this.#timers.change();
      case effects.FREEZE:
      case effects.FREEZE_AT_ONCE:
        return this.query(id)?.freeze(code);
      case effects.EVICT:
      case effects.EVICT_TOO_LARGE:
        return this.query(id)?.evict(code);
      case effects.COLLECT_MUTATION:
        return this.#mutations[id & SLOT]?.collect();
      case effects.WAKE_RUN:
        return this.#runs[id & SLOT]?.wake();
      case effects.SCHEDULED:
        this.#schedules[id & SLOT]?.run();
        return this.#look();
      case effects.SWEPT:
        return this.onSwept();
      case effects.SAVE:
        return this.onSave();
    }
  }

  /** What decides next has to know what the managers say now: a listener may have changed it. */
  #look(): void {
    this.engine.look(environment());
  }

  #reply(topic: number, observer: TObserver | undefined): void {
    let answer = 0;
    try {
      answer = observer?.answer(topic) ?? 0;
    } finally {
      // Also where the function has thrown: an engine without an answer would ask again.
      this.engine.reply(answer);
    }
  }

  // After a trap

  move(): void {
    const { broken } = this.#instance;
    this.#leave();
    if (++this.#moves > MOST_MOVES) {
      throw broken;
    }
    this.#moveIn();
    this.recovery?.replay();
  }

  resume(): void {
    this.recovery?.resume();
    if (this.#isStopped) {
      return;
    }
    // Deadlines that the fresh engine has got.
    outliveTrap(() => this.drain(this.engine.timer_pending()));
  }

  stop(error: EngineTrapError): void {
    this.#isStopped = true;
    this.#leave();
    this.engine = refusing(error);
    this.symbols = refusing(error);
    this.recovery?.stop(error);
  }

  #leave(): void {
    const queries = this.#queries.filter((query) => query !== undefined);
    const observers = this.#observers.filter((observer) => observer !== undefined);
    finalizer.unregister(this);
    this.#timers.end();
    this.#queries = [];
    this.#data = [];
    this.#observers = [];
    this.#mutations = [];
    this.#runs = [];
    this.#schedules = [];
    this.#leaving.length = 0;
    this.#detaching.clear();
    this.#depth = 0;
    this.recovery?.leave(queries, observers);
  }
}

/** An object each of whose properties throws. */
function refusing(error: Error): never {
  return new Proxy(
    {},
    {
      get: () => {
        throw error;
      },
    },
  ) as never;
}

/** Frees the engines of caches that nobody holds any more; linear memory has no garbage collector. */
const finalizer = new FinalizationRegistry<{ engine: Engine; home: Instance; tenant: WeakRef<Tenant> }>(
  ({ engine, home, tenant }) => {
    home.tenants.delete(tenant);
    if (!home.broken) {
      engine.free();
    }
  },
);
