import type { Faked } from './clock.js';

/** How a world is laid out before the first step. */
export interface Setup {
  /** Two clients on one cache, or each on its own. */
  clients: 'one' | 'two, one cache' | 'two, two caches';
  /** `mount()` is called on each client. */
  mounted: boolean;
  /** Default query options of client 0. */
  defaults?: Record<string, unknown>;
  /** The cache is made with onError, onSuccess and onSettled. */
  callbacks: boolean;
  /** Listen to all cache events; with `false` nobody watches the cache unless a step does. */
  events: boolean;
  /**
   * When states are read. `each step` reads every query after every step; `event` also inside every cache
   * event; `end` only once, so that states which are built lazily can't hide behind constant reading.
   */
  states: 'each step' | 'event' | 'end';
  /** How notifications are flushed. */
  scheduler: 'timeout' | 'microtask' | 'sync';
  faked: Faked;
}

export const SETUP: Setup = {
  clients: 'one',
  mounted: true,
  callbacks: false,
  events: true,
  states: 'each step',
  scheduler: 'timeout',
  faked: 'all',
};
