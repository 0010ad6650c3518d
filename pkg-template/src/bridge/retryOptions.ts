import type { MutationOptions, QueryOptions } from '@tanstack/query-core';

/** The network mode as the engine takes it. */
export function networkCode(mode: QueryOptions['networkMode']): number {
  return mode === 'always' ? 1 : mode === 'offlineFirst' ? 2 : 0;
}

/** How many tries may follow, as the engine takes it; NaN where nothing is said or a function has to be asked. */
export function retryNumber(retry: QueryOptions['retry'] | MutationOptions['retry']): number {
  if (typeof retry === 'number') {
    return retry;
  }
  return retry === true ? Number.POSITIVE_INFINITY : retry === false ? 0 : Number.NaN;
}

/** The pause before another try (ms), as the engine takes it; NaN where nothing is said or a function has to be asked. */
export function retryDelayNumber(delay: QueryOptions['retryDelay'] | MutationOptions['retryDelay']): number {
  if (typeof delay === 'number') {
    return Number.isNaN(delay) ? 0 : delay;
  }
  return Number.NaN;
}
