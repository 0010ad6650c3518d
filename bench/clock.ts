/** Milliseconds, monotonic. The page is cross-origin isolated, which makes this 5 µs fine in Chromium. */
export const now = (): number => performance.now();

/**
 * Resolves in the next macrotask. Not `setTimeout`: browsers clamp nested timers to 4 ms, Node to 1 ms, and both would
 * hide the work that is measured.
 */
export const turn: () => Promise<void> =
  typeof setImmediate === 'function' ? () => new Promise((resolve) => setImmediate(resolve)) : messageTurns();

function messageTurns(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(0);
    });
}

/** Resolves after `ms` milliseconds. */
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
