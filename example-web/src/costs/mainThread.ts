import { notifyManager } from '../core';
import { meter } from './meter';

/** `data`: decoding an answer, and what the cache makes of it. */
type Work = 'data' | 'other';

const channel = new MessageChannel();
let counted: { work: Work; since: number } | undefined;
let isFrameAwaited = false;

channel.port1.onmessage = () => {
  book(performance.now());
  counted = undefined;
};

/**
 * Counts the rest of this turn of the event loop, microtasks included: the message comes when the main thread is free
 * again. Nothing runs while nothing is counted.
 */
export function countTurn(work: Work): void {
  const now = performance.now();
  if (counted) book(now);
  else channel.port2.postMessage(null);
  counted = { work, since: now };
}

function book(now: number): void {
  if (counted) meter.busy(now - counted.since, counted.work === 'data');
}

/** Style, layout and paint follow the frame's callbacks. */
function countNextFrame(): void {
  if (isFrameAwaited) return;
  isFrameAwaited = true;
  requestAnimationFrame(() => {
    isFrameAwaited = false;
    countTurn('other');
  });
}

/** Counts, from now on, what it takes to tell components of changes, React to render them and the browser to draw them. */
export function countUpdates(): void {
  notifyManager.setScheduler((flush) => {
    setTimeout(() => {
      countTurn('other');
      countNextFrame();
      flush();
    });
  });
}
