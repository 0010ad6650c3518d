import { vi } from 'vitest';

/**
 * What the fake clock replaces: everything; what older test set-ups name (no `performance`); all but `Date`; or nothing
 * but timers. A `Date` that isn't faked stands still while timers run. `unseen` is everything, by a clock that doesn't show
 * itself, as the real one doesn't: then ours has one host timer for all deadlines.
 */
export type Faked = 'all' | 'unseen' | 'timers and Date' | 'all but Date' | 'timers';

const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

/** Every scenario starts at this instant (ms since 1970), so that times in traces are equal. */
export const START = Date.UTC(2025, 0, 1);

/** Timers in one stretch after which a core is taken to spin: the longest wait has far fewer. */
const MOST_TIMERS = 100_000;

// Taken before any clock is faked: a macrotask runs only when no microtask is left.
const realImmediate = setImmediate;

/** Runs every microtask that is due, however long the chains of promises are. */
export function flush(): Promise<void> {
  return new Promise((resolve) => realImmediate(resolve));
}

/** Fake timers, and the answers that fetchers owe, as one line of time. */
export class Clock {
  readonly #fake: { now(): number };
  readonly #start: number;
  readonly #restore: () => void = () => {};
  #jumped = 0;
  #sequence = 0;
  #answers: { at: number; sequence: number; give: () => void }[] = [];

  /**
   * @param onThrow receives what a timer's callback throws.
   * @param enough ends `advance` early.
   * @param pace ms of the fake timers in each ms that a scenario lets pass or an answer takes.
   */
  constructor(
    private readonly faked: Faked,
    private readonly onThrow: (error: unknown) => void,
    private readonly enough: () => boolean,
    private readonly pace: number,
  ) {
    const others = { 'timers and Date': ['Date'], 'all but Date': ['performance'], timers: [] } as const;
    if (faked === 'all' || faked === 'unseen') vi.useFakeTimers({ now: START });
    else vi.useFakeTimers({ now: START, toFake: [...TIMERS, ...others[faked]] });
    if (!this.#fakesDate) {
      const { now } = Date;
      Date.now = () => START + this.#jumped;
      this.#restore = () => {
        Date.now = now;
      };
    }
    this.#fake = (setTimeout as unknown as { clock: { performance: { now(): number } } }).clock.performance;
    this.#start = this.#fake.now();
    if (faked === 'unseen') Object.defineProperty(setTimeout, 'clock', { value: undefined });
  }

  stop(): void {
    vi.clearAllTimers();
    vi.useRealTimers();
    this.#restore();
  }

  /**
   * Gives an answer in `delay` ms: a timer as any other, whose place among those of one millisecond shows. Under a clock that
   * doesn't show itself it comes after all timers, as a tie between a fetch and a deadline then depends on how many host timers
   * a core uses.
   */
  answer(delay: number, give: () => void): void {
    if (this.faked !== 'unseen') {
      setTimeout(give, delay * this.pace);
      return;
    }
    this.#answers.push({ at: this.now + delay * this.pace, sequence: this.#sequence++, give });
    this.#answers.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
  }

  /** Lets `ms` pass: fires timers and gives answers one by one, with all microtasks run in between. */
  async advance(ms: number): Promise<void> {
    const target = this.now + ms * this.pace;
    await flush();
    while (!this.enough()) {
      const next = this.#answers[0];
      const due = next !== undefined && next.at <= target;
      if (!(await this.#runTimersUntil(due ? next.at : target))) continue;
      if (!due) return;
      this.#answers.shift();
      next.give();
      await flush();
    }
  }

  /** Moves `Date` without letting time pass for timers, as when the user or NTP sets the wall clock. */
  jump(ms: number): void {
    this.#jumped += ms;
    if (this.#fakesDate) vi.setSystemTime(Date.now() + ms);
  }

  /** ms of the timers since the start, whatever happened to `Date`. */
  get now(): number {
    return this.#fake.now() - this.#start;
  }

  get #fakesDate(): boolean {
    return this.faked === 'all' || this.faked === 'unseen' || this.faked === 'timers and Date';
  }

  /**
   * Fires all timers up to `time` and those set meanwhile.
   * @returns false if it stopped on the way, as an answer became due before `time`.
   */
  async #runTimersUntil(time: number): Promise<boolean> {
    const first = this.#answers[0];
    let reached = false;
    const mark = setTimeout(() => {
      reached = true;
    }, time - this.now);
    for (let fired = 0; !reached && !this.enough() && this.#answers[0] === first; fired++) {
      if (fired > MOST_TIMERS) throw new Error(`${MOST_TIMERS} timers fired and time does not pass`);
      this.#guard(() => vi.advanceTimersToNextTimer());
      await flush();
    }
    clearTimeout(mark);
    if (!reached) return false;
    // Timers that were set for this very millisecond after the mark was.
    for (let round = 0; round < 3; round++) {
      this.#guard(() => vi.advanceTimersByTime(0));
      await flush();
    }
    return this.#answers[0] === first;
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.onThrow(error);
    }
  }
}
