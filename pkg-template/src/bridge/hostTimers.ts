import type { ManagedTimerId } from '@tanstack/query-core';
import type { Engine } from '#glue';
import { timeoutManager } from '../timeoutManager';
import { environment } from './environment';
import { outliveTrap } from './instance';
import { type FakeClock, fakeClock, reading } from './reading';

/** Whose deadlines they are. */
export interface Timed {
  readonly engine: Engine;
  drain(pending: boolean): void;
}

interface Timer {
  id: ManagedTimerId | undefined;
  readonly repeats: boolean;
}

/**
 * The host's timers of one engine: a single one, for whatever is due next. Under fake timers, where their number and their order
 * can be seen, one for each deadline, as query-core has them.
 */
export class HostTimers {
  readonly #timed: Timed;
  /** The fake timers among which they are. */
  #clock: FakeClock | undefined;
  #single: Timer | undefined;
  /** By the engine's names of deadlines. */
  readonly #apart = new Map<number, Timer>();

  constructor(timed: Timed) {
    this.#timed = timed;
  }

  /** Whether fake timers have come or gone, and there is something to drain: those that were set went with them. */
  haveMoved(): boolean {
    const clock = fakeClock();
    if (clock === this.#clock) {
      return false;
    }
    this.#clock = clock;
    this.#single = undefined;
    this.#apart.clear();
    return this.#timed.engine.set_timers_apart(clock !== undefined, reading());
  }

  /** Whether each deadline has its own: then cleared ones are to be told of, too. */
  get areApart(): boolean {
    return this.#clock !== undefined;
  }

  // Effects

  /** Sets the single one anew (ms). */
  arm(delay: number): void {
    this.#clear(this.#single);
    this.#single = this.#set(delay, false, (timer) => {
      if (this.#single === timer) {
        this.#single = undefined;
        this.#fire((engine) => engine.fire(reading(), Date.now(), environment()));
      }
    });
  }

  /** Later, as most often another deadline comes at once. */
  disarm(): void {
    queueMicrotask(this.#disarm);
  }

  /** Sets and clears those of deadlines. */
  change(): void {
    const changes = this.#timed.engine.timer_changes();
    for (let at = 0; at < changes.length; at += 3) {
      const deadline = changes[at]!;
      const delay = changes[at + 1]!;
      const repeats = changes[at + 2] === 1;
      this.#clear(this.#apart.get(deadline));
      this.#apart.delete(deadline);
      if (!Number.isNaN(delay)) {
        this.#apart.set(
          deadline,
          this.#set(delay, repeats, (timer) => {
            if (this.#apart.get(deadline) === timer) {
              if (!repeats) {
                this.#apart.delete(deadline);
              }
              this.#fire((engine) => engine.fire_one(deadline, reading(), Date.now(), environment()));
            }
          }),
        );
      }
    }
  }

  /** The engine is gone, and its deadlines with it. */
  end(): void {
    this.#clear(this.#single);
    for (const timer of this.#apart.values()) {
      this.#clear(timer);
    }
    this.#single = undefined;
    this.#apart.clear();
    // What takes its place has a single one, until it is told otherwise.
    this.#clock = undefined;
  }

  /** A timer that was cleared may fire all the same, where only some of a host's functions are faked: it knows itself. */
  #set(delay: number, repeats: boolean, onFire: (timer: Timer) => void): Timer {
    const timer: Timer = { id: undefined, repeats };
    const fire = () => onFire(timer);
    timer.id = repeats ? timeoutManager.setInterval(fire, delay) : timeoutManager.setTimeout(fire, delay);
    return timer;
  }

  #clear(timer: Timer | undefined): void {
    if (timer?.repeats) {
      timeoutManager.clearInterval(timer.id);
    } else if (timer) {
      timeoutManager.clearTimeout(timer.id);
    }
  }

  #fire(fire: (engine: Engine) => boolean): void {
    outliveTrap(() => this.#timed.drain(fire(this.#timed.engine)));
  }

  readonly #disarm = (): void => {
    outliveTrap(() => {
      if (this.#timed.engine.disarm()) {
        this.#clear(this.#single);
        this.#single = undefined;
      }
    });
  };
}
