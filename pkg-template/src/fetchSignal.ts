/**
 * Under this key the context of a query function carries the signal of its fetch for those who must learn of a
 * cancellation without reading `signal`: whoever reads that one says that it stops, and is stopped with the last observer.
 */
export const fetchSignal = Symbol('fetchSignal');

/** What may carry the signal of a fetch; contexts that an app made don't. */
export interface SignalCarrier {
  readonly [fetchSignal]?: AbortSignal;
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
