import type { FetchTask } from './fetchTask';

/**
 * Under this key the context of a query function carries the signal of its fetch for those who must learn of a
 * cancellation without reading `signal`: whoever reads that one says that it stops, and is stopped with the last observer.
 */
export const fetchSignal = Symbol('fetchSignal');

/** Whose signal it is. A weak map: a copy of a context has the same signal. */
const sources = new WeakMap<AbortSignal, SignalSource>();

/** What may carry the signal of a fetch; contexts that an app made don't. */
export interface SignalCarrier {
  readonly [fetchSignal]?: AbortSignal;
}

/** Has a signal, and wants to know when somebody reads it. */
export interface SignalSource {
  readonly signal: AbortSignal;
  noteSignalRead(): void;
}

/** Remembers that the signal is that of this fetch. */
export function claimSignal(signal: AbortSignal, by: SignalSource): void {
  sources.set(signal, by);
}

/** The fetch that a context belongs to; none where an app made the context. */
export function taskOf(context: unknown): FetchTask | undefined {
  const { [fetchSignal]: own, signal } = (context ?? {}) as SignalCarrier & { signal?: AbortSignal };
  return sources.get((own ?? signal)!) as FetchTask | undefined;
}

const source = Symbol('source');
type Sourced = { [source]: SignalSource };

// One getter for all contexts: made for each, they cost more than the rest of the context.
const PROPERTIES: PropertyDescriptorMap = {
  signal: {
    enumerable: true,
    get(this: Sourced) {
      this[source].noteSignalRead();
      return this[source].signal;
    },
  },
  // A copy of a context is to have it too.
  [fetchSignal]: {
    enumerable: true,
    get(this: Sourced) {
      return this[source].signal;
    },
  },
};

/** Adds the signal of a fetch, as `signal`, which notes that it is read, and for those who only want to learn of its end. */
export function carrySignal<T extends object>(object: T, from: SignalSource): T & { readonly signal: AbortSignal } {
  Object.defineProperty(object, source, { value: from });
  return Object.defineProperties(object, PROPERTIES) as never;
}

/**
 * Adds `signal` as a property that asks for the signal when it is first read, and calls `onAbort` when that aborts, at once
 * if it has.
 */
export function addSignal<T extends object>(
  object: T,
  getSignal: () => AbortSignal,
  onAbort: () => void,
  carrier: SignalCarrier,
): T & { readonly signal: AbortSignal } {
  let signal: AbortSignal | undefined;
  Object.defineProperty(object, 'signal', {
    enumerable: true,
    get: () => {
      if (!signal) {
        signal = getSignal();
        if (signal.aborted) {
          onAbort();
        } else {
          signal.addEventListener('abort', onAbort, { once: true });
        }
      }
      return signal;
    },
  });
  Object.defineProperty(object, fetchSignal, { get: () => carrier[fetchSignal] });
  return object as T & { readonly signal: AbortSignal };
}
