import { notifyManager } from '../core';
import { meter } from './meter';

const channel = new MessageChannel();
let since: number | undefined;
let isFrameAwaited = false;

channel.port1.onmessage = () => {
  if (since !== undefined) meter.busy(performance.now() - since);
  since = undefined;
};

/**
 * Counts the rest of this turn of the event loop, microtasks included: the message comes when the main thread is free
 * again. Nothing runs while nothing is counted.
 */
export function countTurn(): void {
  if (since !== undefined) return;
  since = performance.now();
  channel.port2.postMessage(null);
}

/** Style, layout and paint follow the frame's callbacks. */
function countNextFrame(): void {
  if (isFrameAwaited) return;
  isFrameAwaited = true;
  requestAnimationFrame(() => {
    isFrameAwaited = false;
    countTurn();
  });
}

/** Counts, from now on, what it takes to tell components of changes, React to render them and the browser to draw them. */
export function countUpdates(): void {
  notifyManager.setScheduler((flush) => {
    setTimeout(() => {
      countTurn();
      countNextFrame();
      flush();
    });
  });
}
