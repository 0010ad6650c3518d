/** The clock of fake timers: `@sinonjs/fake-timers`, which Sinon, Jest and Vitest use, hangs it on what it replaces. */
interface FakeTimeout {
  clock?: { performance?: { now(): number }; duringTick?: boolean };
}

/** How much later fake timers run what is set without delay while they run another (ms). */
export const TICK = 1;

let source: unknown;
let offset = 0;
let last = 0;

/**
 * The clock by which the host's timers run (ms): `performance.now()`, or that of fake timers, whose `performance.now()` may be
 * the real one all the same. Goes on from where it stood when fake timers come or go.
 */
export function reading(): number {
  const fake = (setTimeout as FakeTimeout).clock?.performance;
  const now = fake ? fake.now() : performance.now();
  if (fake !== source) {
    source = fake;
    offset = last - now;
  }
  last = now + offset;
  return last;
}

/** Whether fake timers are running one. */
export function isTicking(): boolean {
  return (setTimeout as FakeTimeout).clock?.duringTick === true;
}
