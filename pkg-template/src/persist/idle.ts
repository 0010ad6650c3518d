import { timeoutManager } from '../timeoutManager';

/** How much of an idle time is used at once (ms): what follows a slice runs in the same task. */
const SLICE_MS = 8;
/** A page that is never idle is interrupted after this time (ms). */
const LATEST_MS = 1000;

/** Calls `run` once the page is idle, with a function that says how much time is left (ms). Gives back how to stop it. */
export function whenIdle(run: (room: () => number) => void): () => void {
  const limited = (left: () => number) => {
    const end = performance.now() + SLICE_MS;
    run(() => Math.min(left(), end - performance.now()));
  };
  if (typeof requestIdleCallback === 'function') {
    const id = requestIdleCallback(
      (deadline) => limited(() => (deadline.didTimeout ? SLICE_MS : deadline.timeRemaining())),
      {
        timeout: LATEST_MS,
      },
    );
    return () => cancelIdleCallback(id);
  }
  const id = timeoutManager.setTimeout(() => limited(() => SLICE_MS), 0);
  return () => timeoutManager.clearTimeout(id);
}
