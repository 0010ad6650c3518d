import type { MutationOptions, QueryOptions } from '@tanstack/query-core';
import { RETRY } from './observerOptions';

type Retry = QueryOptions['retry'] | MutationOptions['retry'];
type RetryDelay = QueryOptions['retryDelay'] | MutationOptions['retryDelay'];
type Ask = (failureCount: number, error: unknown) => unknown;

/** The network mode as the engine takes it. */
export function networkCode(mode: QueryOptions['networkMode']): number {
  return mode === 'always' ? 1 : mode === 'offlineFirst' ? 2 : 0;
}

/** How many tries may follow, as the engine takes it; NaN where nothing is said. */
export function retryNumber(retry: Retry): number {
  if (retry === undefined || retry === null) {
    return Number.NaN;
  }
  if (retry === true) {
    return Number.POSITIVE_INFINITY;
  }
  return typeof retry === 'number' && !Number.isNaN(retry) ? retry : 0;
}

/** The pause before another try (ms), as the engine takes it; NaN where nothing is said. */
export function retryDelayNumber(delay: RetryDelay): number {
  if (delay === undefined || delay === null) {
    return Number.NaN;
  }
  // As hosts take it for a timer.
  const ms = Number(delay);
  return Number.isNaN(ms) ? 0 : ms;
}

/** Calls the function of which the engine asks after a failed try, and puts what it says into a number. */
export function answerRetry(topic: number, retry: Retry, delay: RetryDelay, failures: number, error: unknown): number {
  return topic === RETRY ? ((retry as Ask)(failures, error) ? 1 : 0) : Number((delay as Ask)(failures, error));
}
