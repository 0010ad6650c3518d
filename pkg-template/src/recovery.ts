import { NONE, type Recovery as Port } from './bridge/host';
import { outliveTrap } from './bridge/instance';
import type { EngineTrapError } from './errors';
import type { FetchTask } from './fetchTask';
import { notifyManager } from './notifyManager';
import type { Query } from './query';
import type { QueryCache } from './queryCache';
import type { QueryObserver } from './queryObserver';
import { report } from './report';

/** What goes on with the cache in another engine, such as a live connection. */
export interface Companion {
  /** Lets go of the ids of an engine, without a word to it. */
  leaveEngine?(): void;
  /** Tells a fresh engine of everything; runs no function of the user. */
  replay?(): void;
  /** Goes on. */
  resume(): void;
  /** There is no other engine. */
  stop(error: EngineTrapError): void;
  /** Its user has signed out. */
  signOut?(): void;
  /** Of a live connection: where it is, `undefined` as long as it doesn't know. */
  position?(): string | undefined;
  /** Of a live connection: whether it has applied everything up to this position. */
  hasApplied?(position: string): boolean;
}

/** Brings a cache into a fresh engine after a trap. Nothing is read from the old one: its memory may be torn. */
export class Recovery implements Port<Query, any> {
  readonly #cache: QueryCache;
  #lost: FetchTask[] = [];
  #observers: QueryObserver[] = [];

  constructor(cache: QueryCache) {
    this.#cache = cache;
  }

  leave(known: readonly Query[], watchers: readonly QueryObserver[]): void {
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
    const stored: readonly Query[] = this.#cache.getAll();
    events.replay();
    this.#cache.memory?.tellBudget();
    this.#cache.tellListening();
    for (const query of stored) {
      host.symbols.intern(query.queryKey);
      this.#cache.index(query);
      query.replayTags();
    }
    for (const observer of this.#observers) {
      this.#cache.register(observer.getCurrentQuery() as never, observer as never);
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
