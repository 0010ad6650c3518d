import type { Query, QueryCache, QueryClient } from '@tanstack/query-core';
import { ops } from '../ops/ops.js';
import { code } from '../script/code.js';
import type { Step } from '../script/step.js';
import { cacheOf, isItsMoment, PACE, toItsMoment } from './caches.js';
import { Clock } from './clock.js';
import { COLD, type Core, collect, isCold, judge } from './core.js';
import { realiseAll } from './functions.js';
import { Mutations } from './mutations.js';
import { Observers } from './observers.js';
import { Recorder } from './recorder.js';
import type { Setup } from './setup.js';
import { Watch } from './watch.js';

/** Nested steps (listeners that act) after which a scenario goes quiet, so that every scenario ends. */
const MOST_NESTED = 60;

/** One run of a scenario on one core: clients, caches, observers, fetchers, and the record of what they did. */
export class World {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly clients: QueryClient[] = [];
  readonly caches: QueryCache[] = [];
  readonly observers: Observers;
  readonly mutations: Mutations;
  readonly watch: Watch;
  /** Hashes of queries whose query function watches its signal, and hasn't answered. */
  readonly stoppable = new Set<string>();
  #onces = new Map<string, unknown>();
  #fetches = new Map<string, number>();
  #nested = 0;
  #depth = 0;

  constructor(
    readonly core: Core,
    readonly setup: Setup,
  ) {
    const recorder = new Recorder();
    this.recorder = recorder;
    this.clock = new Clock(
      setup.faked,
      (error) => recorder.call(`a timer throws ${recorder.show.error(error)}`),
      () => recorder.full,
      setup.clients === 'two, two caches' ? PACE : 1,
    );
    core.environmentManager.setIsServer(() => false);
    core.focusManager.setFocused(true);
    core.onlineManager.setOnline(true);
    core.notifyManager.setScheduler(
      setup.scheduler === 'timeout'
        ? core.defaultScheduler
        : setup.scheduler === 'microtask'
          ? (run) => queueMicrotask(() => this.guard(run))
          : (run) => run(),
    );
    this.watch = new Watch(this);
    this.observers = new Observers(this);
    this.mutations = new Mutations(this);
    const count = setup.clients === 'one' ? 1 : 2;
    for (let index = 0; index < count; index++) this.#addClient(index);
  }

  #addClient(index: number): void {
    const { core, setup } = this;
    const shared = setup.clients === 'two, one cache' ? this.caches[0] : undefined;
    const queryCache = shared ?? new core.QueryCache(setup.callbacks ? this.watch.callbacks() : {});
    const options = index === 0 && setup.defaults ? { queries: realiseAll(this, setup.defaults, 'default ') } : {};
    const client = new core.QueryClient({
      queryCache,
      mutationCache: this.mutations.addCache(),
      defaultOptions: options,
      ...(isCold && COLD),
    });
    this.clients.push(this.recorder.show.name(client, `client${index}`));
    if (!shared) {
      this.caches.push(this.recorder.show.name(queryCache, `cache${index}`));
      if (setup.events) this.watch.events(queryCache);
    }
    if (this.#mounts(index)) client.mount();
  }

  /** Focus and network come to all mounted clients in one moment: where there are two caches, only one of them is. */
  #mounts(index: number): boolean {
    return this.setup.mounted && (index === 0 || this.caches.length === 1);
  }

  /** Runs a step to the end: all microtasks and all that is due now. */
  async run(step: Step): Promise<void> {
    this.recorder.line(`> ${code(step)}`);
    await toItsMoment(this, cacheOf(this, step));
    await this.#apply(step);
    await this.clock.advance(0);
    await toItsMoment(this, 0);
    if (step.op === 'advance' && this.core !== judge) collect();
    this.recorder.endStep();
    if (this.setup.states !== 'end') {
      this.watch.states();
      this.mutations.states();
    }
  }

  /** Runs a step inside a callback, synchronously; `query` is what a listener is told of. */
  applyInside(step: Step, query?: Query<any, any, any, any>): void {
    if (++this.#nested > MOST_NESTED || this.#depth > 3) return;
    // differences.md, 1
    if (step.op === 'raise' && query && this.#startsOrStops(query)) return;
    // differences.md, 6
    if (this.observers.leavesWhileSettingUp(step)) return;
    if (!isItsMoment(this, cacheOf(this, step))) return;
    this.recorder.line(`  (inside) ${code(step)}`);
    this.#depth++;
    try {
      // A raise is the callback's own throw: it belongs to the core.
      if (step.op === 'raise') throw new Error(String(step.args[0]));
      void this.#apply(step);
    } finally {
      this.#depth--;
    }
  }

  /** Whether a fetch of the query may be about to start, or its query function about to be told to stop. */
  #startsOrStops(query: Query<any, any, any, any>): boolean {
    return query.state.fetchStatus !== 'idle' || this.stoppable.has(query.queryHash);
  }

  #apply(step: Step): unknown {
    const op = ops[step.op];
    if (!op) throw new Error(`there is no step "${step.op}"; steps are: ${Object.keys(ops).join(', ')}`);
    const { recorder } = this;
    let value: unknown;
    try {
      value = op(this, ...step.args);
    } catch (error) {
      recorder.line(`  throws ${recorder.show.error(error)}`);
      return;
    }
    if (step.op === 'advance') return value;
    if (typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function')
      recorder.watch(value as PromiseLike<unknown>);
    else if (value !== undefined) recorder.line(`  = ${recorder.show.data(value)}`);
    return undefined;
  }

  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.recorder.line(`  the scheduler sees ${this.recorder.show.error(error)}`);
    }
  }

  /** Makes a thing at its first use in this world and gives the same one ever after. */
  once<T>(name: string, make: () => T): T {
    if (!this.#onces.has(name)) this.#onces.set(name, make());
    return this.#onces.get(name) as T;
  }

  countFetch(key: string): number {
    const count = this.#fetches.get(key) ?? 0;
    this.#fetches.set(key, count + 1);
    return count;
  }

  /** Ends the run, so that nothing of it reaches the next one on the same singletons. */
  async stop(): Promise<void> {
    this.watch.states();
    this.mutations.states();
    this.watch.stop();
    this.mutations.stop();
    this.#nested = MOST_NESTED;
    this.observers.stop();
    for (const [index, client] of this.clients.entries()) {
      if (this.#mounts(index)) client.unmount();
      client.clear();
    }
    await this.clock.advance(0);
    this.clock.stop();
    this.core.notifyManager.setScheduler(this.core.defaultScheduler);
  }
}
