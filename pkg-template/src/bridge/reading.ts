/** The clock of fake timers: `@sinonjs/fake-timers`, which Sinon, Jest and Vitest use, hangs it on what it replaces. */
interface FakeTimeout {
  clock?: FakeClock;
}

export interface FakeClock {
  performance?: { now(): number };
  /** Those that are set, by id. */
  timers?: object;
}

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
