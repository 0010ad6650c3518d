import type { Query, QueryObserverOptions } from '@tanstack/query-core';
import { show } from '../show';

type AnyOptions = QueryObserverOptions<any, any, any, any, any> & {
  skipCache?: boolean | 'no-store';
  earlyRefresh?: number | boolean;
};

/** An observer's options as the engine takes them; the layout of the bits is in src/engine/observer.rs. */
export interface PackedOptions {
  readonly bits: number;
  /** ms; `STATIC` for ever. */
  readonly staleTime: number;
  /** ms; 0 for none, NaN where nothing is said. */
  readonly interval: number;
}

/** The stale time `'static'`. */
export const STATIC = Number.NEGATIVE_INFINITY;

/** The stale time `'http'`, as in src/engine/http.rs. */
export const HTTP = 1.7e308;

const ASK = 3;

// The topics of src/engine/decision.rs.
const ENABLED = 0;
const STALE_TIME = 1;
const ON_MOUNT = 2;
const ON_FOCUS = 3;
const ON_RECONNECT = 4;
const RETRY_ON_MOUNT = 5;
const INTERVAL = 6;
const PREVIOUS_ENABLED = 7;
const PREVIOUS_STALE_TIME = 8;
export const RETRY = 9;

export function packOptions(options: AnyOptions): PackedOptions {
  const { staleTime, refetchInterval, earlyRefresh } = options;
  const skip = options.skipCache !== undefined && options.skipCache !== false;
  let bits =
    enabledBits(options.enabled) |
    (refetchBits(skip ? 'always' : options.refetchOnMount) << 2) |
    (refetchBits(options.refetchOnWindowFocus) << 4) |
    (refetchBits(options.refetchOnReconnect) << 6) |
    (flagBits(options.retryOnMount) << 8);
  if (typeof staleTime === 'function') bits |= 1 << 10;
  if (typeof refetchInterval === 'function') bits |= 1 << 11;
  if (options.refetchIntervalInBackground) bits |= 1 << 12;
  if (options.suspense) bits |= 1 << 13;
  if (skip) bits |= 1 << 14;
  if (earlyRefresh !== undefined && earlyRefresh !== false && earlyRefresh !== 0) bits |= earlyBits(earlyRefresh);
  return {
    bits,
    staleTime: typeof staleTime === 'function' ? 0 : staleTimeNumber(staleTime),
    interval: typeof refetchInterval === 'function' ? 0 : intervalNumber(refetchInterval),
  };
}

/** Calls the function behind an option and puts what it says into a number. */
export function answerTopic(
  topic: number,
  options: AnyOptions,
  previous: AnyOptions | undefined,
  query: Query<any, any, any, any>,
): number {
  switch (topic) {
    case ENABLED:
      return enabledNumber(resolve(options.enabled, query));
    case STALE_TIME:
      return staleTimeNumber(resolve(options.staleTime, query));
    case ON_MOUNT:
      return refetchBits(resolve(options.refetchOnMount, query));
    case ON_FOCUS:
      return refetchBits(resolve(options.refetchOnWindowFocus, query));
    case ON_RECONNECT:
      return refetchBits(resolve(options.refetchOnReconnect, query));
    case RETRY_ON_MOUNT:
      return flagNumber(resolve(options.retryOnMount, query));
    case INTERVAL:
      return intervalNumber(resolve(options.refetchInterval, query));
    case PREVIOUS_ENABLED:
      return enabledNumber(resolve(previous?.enabled, query));
    case PREVIOUS_STALE_TIME:
      return staleTimeNumber(resolve(previous?.staleTime, query));
    default:
      throw new Error(`The engine asks for topic ${topic}, which this version doesn't know.`);
  }
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** β as the upper half of a float. */
function earlyBits(early: number | true): number {
  const beta = early === true ? 1 : early;
  if (typeof beta !== 'number' || !(beta > 0 && beta <= 1e30)) {
    throw new TypeError(
      `earlyRefresh is ${show(early)}: give true, or a number above 0 (1 is as good as true, 2 refreshes twice as early).`,
    );
  }
  float[0] = beta;
  return word[0]! & 0xffff0000;
}

/** The engine takes NaN for a stale time that isn't given. */
export function staleTimeNumber(staleTime: unknown): number {
  if (typeof staleTime === 'number') {
    // As stale as any negative one; the number itself stands for `'static'`.
    return staleTime === STATIC ? -1 : staleTime;
  }
  return staleTime === 'static' ? STATIC : staleTime === 'http' ? HTTP : Number.NaN;
}

/** A stale time, or a function that tells it, with the number in the place of `'http'`. */
export function numericHttp(staleTime: unknown): any {
  if (typeof staleTime === 'function') {
    return (query: unknown) => numericHttp(staleTime(query));
  }
  return staleTime === 'http' ? HTTP : staleTime;
}

export function resolve<T>(value: T | ((query: any) => T), query: unknown): T {
  return typeof value === 'function' ? (value as (query: unknown) => T)(query) : value;
}

function enabledBits(value: unknown): number {
  return typeof value === 'function' ? ASK : enabledNumber(value);
}

/** Nothing said is a yes, and yet a change when it becomes one. */
function enabledNumber(value: unknown): number {
  return value === undefined ? 2 : flagNumber(value);
}

function flagBits(value: unknown): number {
  return typeof value === 'function' ? ASK : flagNumber(value);
}

function flagNumber(value: unknown): number {
  return value === false ? 0 : 1;
}

function refetchBits(value: unknown): number {
  return typeof value === 'function' ? ASK : value === false ? 0 : value === 'always' ? 2 : 1;
}

function intervalNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
