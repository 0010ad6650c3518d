import type { ManagedTimerId } from '@tanstack/query-core';
import type { Engine } from '#glue';
import { microtask } from '../microtask';
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
  /** What those have set, ours among it: another object once all have been cleared. */
  #held: object | undefined;
  #single: Timer | undefined;
  /** By the engine's names of deadlines. */
  readonly #apart = new Map<number, Timer>();

  constructor(timed: Timed) {
    this.#timed = timed;
  }

  /**
   * Looks, before effects are carried out, whether fake timers have come, gone or been cleared, which takes those along that were
   * set; and sets what deadlines have changed. Whether there is something to drain.
   */
  look(): boolean {
    const { engine } = this.#timed;
    const clock = fakeClock();
    let pending = false;
    if (clock !== this.#clock) {
      this.#clock = clock;
      this.#single = undefined;
      this.#apart.clear();
      pending = engine.set_timers_apart(clock !== undefined, reading());
    } else if (this.#apart.size > 0 && clock?.timers !== this.#held) {
      this.#apart.clear();
      engine.lose_timers();
    }
    if (clock !== undefined) {
      this.change();
    }
    return pending;
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
    microtask(this.#disarm);
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
    this.#held = this.#clock?.timers;
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
