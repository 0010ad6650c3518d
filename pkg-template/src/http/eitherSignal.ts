/** A signal that aborts with the first of both. */
export function eitherSignal(
  own: AbortSignal | undefined,
  other: AbortSignal | null | undefined,
): AbortSignal | undefined {
  if (!own || !other) {
    return own ?? other ?? undefined;
  }
  // Not in Safari before 17.4.
  if (typeof AbortSignal.any === 'function') {
    return AbortSignal.any([own, other]);
  }
  const controller = new AbortController();
  for (const signal of [own, other]) {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) {
      abort();
    } else {
      signal.addEventListener('abort', abort, { once: true, signal: controller.signal });
    }
  }
  return controller.signal;
}
