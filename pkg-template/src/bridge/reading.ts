/** The clock of fake timers: `@sinonjs/fake-timers`, which Sinon, Jest and Vitest use, hangs it on what it replaces. */
interface FakeTimeout {
  clock?: FakeClock;
}

export interface FakeClock {
  performance?: { now(): number };
  duringTick?: boolean;
  /** Those that are set, by id. */
  timers?: object;
}

/** How much later fake timers run what is set without delay while they run another (ms). */
export const TICK = 1;

let source: unknown;
let offset = 0;
let last = 0;

/**
 * The clock by which the host's timers run (ms): `performance.now()`, or that of fake timers, whose `performance.now()` may be
 * the real one all the same. Goes on from where it stood when fake timers come, go or are cleared.
 */
export function reading(): number {
  const fake = (setTimeout as FakeTimeout).clock?.performance;
  const now = fake ? fake.now() : performance.now();
  if (fake !== source || now + offset < last) {
    source = fake;
    offset = last - now;
  }
  last = now + offset;
  return last;
}

/** The fake timers that are there now. */
export function fakeClock(): FakeClock | undefined {
  return (setTimeout as FakeTimeout).clock;
}

/** Whether these fake timers have that timer. */
export function holds(clock: FakeClock | undefined, timer: unknown): boolean {
  return clock?.timers !== undefined && Object.hasOwn(clock.timers, Number(timer));
}

/** Whether fake timers are running one. */
export function isTicking(): boolean {
  return fakeClock()?.duringTick === true;
}
