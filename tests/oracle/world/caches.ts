import type { Step } from '../script/step.js';
import type { World } from './world.js';

/**
 * Two caches at once have no common order for their timers of one millisecond (differences.md, 3). So they get none: time goes
 * in steps of two milliseconds, all that the first cache does falls on even ones, and all that the second does on odd ones.
 */
export const PACE = 2;
/** From one cache's moment to the next one of the other, in ms of a scenario. */
const BETWEEN = 1 / PACE;

/** Which cache a step is about. */
export function cacheOf(world: World, { op, args }: Step): number {
  if (world.caches.length < 2) return 0;
  if (op.startsWith('client1.')) return 1;
  if (op.startsWith('hydration.')) return args[1] === 1 ? 1 : 0;
  if (op === 'observer.create') return args[3] === 1 ? 1 : 0;
  return op.startsWith('observer.') ? (world.observers.get(args[0] as number)?.cache ?? 0) : 0;
}

/** Whether the cache may act now. */
export const isItsMoment = ({ caches, clock }: World, cache: number): boolean =>
  caches.length < 2 || clock.now % PACE === cache;

/** Waits for the cache's moment. */
export async function toItsMoment(world: World, cache: number): Promise<void> {
  if (!isItsMoment(world, cache)) await world.clock.advance(BETWEEN);
}

/** A promise of one cache as the network would bring it to another. */
export async function carried<T>(world: World, cache: number, promise: PromiseLike<T>): Promise<T> {
  try {
    return await promise;
  } finally {
    if (!isItsMoment(world, cache)) await new Promise<void>((resolve) => world.clock.answer(BETWEEN, resolve));
  }
}
