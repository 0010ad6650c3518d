/**
 * Runs something in a microtask; what it throws is an unhandled rejection. By a promise, as `queueMicrotask` may be fake: then it
 * would wait until a test lets time pass.
 */
export function microtask(run: () => void): void {
  void Promise.resolve().then(run);
}
