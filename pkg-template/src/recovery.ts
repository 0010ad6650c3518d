import { type Host, NONE, type Recovery as Port } from './bridge/host';
import { outliveTrap } from './bridge/instance';
import type { Companion } from './companion';
import type { EngineTrapError } from './errors';
import type { Events } from './events';
import type { FetchTask } from './fetchTask';
import type { Memory } from './memory/memory';
import { notifyManager } from './notifyManager';
import type { Query } from './query';
import { report } from './report';
import type { Watcher } from './watcher';

/** What moves: a cache, and all that is known of it here. */
export interface Movable {
  readonly host: Host<Query, Watcher>;
  readonly events: Events;
  readonly companions: ReadonlySet<Companion>;
  readonly memory: Memory | undefined;
  getAll(): Query[];
  /** Puts a query whose key has just been interned into the engine's index. */
  index(query: Query): boolean;
  /** Tells the engine of an observer. */
  register(query: Query, watcher: Watcher): void;
  /** Tells the engine whether anybody listens. */
  tellListening(): void;
  /** Tells the engine what all values take. */
  measureAll(): void;
}

/** Brings a cache into a fresh engine after a trap. Nothing is read from the old one: its memory may be torn. */
export class Recovery implements Port<Query, Watcher> {
  readonly #cache: Movable;
  #lost: FetchTask[] = [];
  #observers: Watcher[] = [];

  constructor(cache: Movable) {
    this.#cache = cache;
  }

  leave(known: readonly Query[], watchers: readonly Watcher[]): void {
    this.#observers = watchers.filter((observer) => observer.hasListeners());
    for (const observer of watchers) {
      observer.slot = NONE;
    }
    for (const query of new Set<Query>([...this.#cache.getAll(), ...known])) {
      this.#lost.push(...query.leaveEngine());
    }
    for (const companion of this.#cache.companions) {
      companion.leaveEngine?.();
    }
  }

  replay(): void {
    const { host, events } = this.#cache;
    const stored = this.#cache.getAll();
    events.replay();
    this.#cache.memory?.tellBudget();
    this.#cache.tellListening();
    for (const query of stored) {
      host.symbols.intern(query.queryKey);
      this.#cache.index(query);
      query.replayTags();
    }
    for (const observer of this.#observers) {
      this.#cache.register(observer.getCurrentQuery() as never, observer);
    }
    for (const companion of this.#cache.companions) {
      companion.replay?.();
    }
  }

  resume(): void {
    const lost = this.#lost;
    const observers = this.#observers;
    this.#lost = [];
    this.#observers = [];
    notifyManager.batch(() => {
      for (const task of lost) {
        attempt(() => task.abort());
      }
      for (const observer of observers) {
        if (observer.slot !== NONE) {
          attempt(() => observer.resume());
        }
      }
      for (const task of lost) {
        attempt(() => task.settleLost());
      }
      if (this.#cache.memory) {
        attempt(() => this.#cache.measureAll());
      }
      this.#cache.events.resume();
      for (const companion of this.#cache.companions) {
        attempt(() => companion.resume());
      }
    });
  }

  stop(error: EngineTrapError): void {
    for (const task of this.#lost) {
      task.raw.reject(error);
      task.answer.reject(error);
    }
    this.#cache.events.resume();
    for (const companion of this.#cache.companions) {
      companion.stop(error);
    }
  }
}

/** One that fails must not keep the others from going on. */
function attempt(run: () => void): void {
  try {
    outliveTrap(run);
  } catch (error) {
    report(error);
  }
}
