import type { CoreName } from '../core/core';
import { parseRun, type Run } from './run';

const keyOf = (core: CoreName) => `costs:${core}`;

/** What a core cost when it ran last in this browser; `null` if it never did, or if that isn't known. */
export function lastRun(core: CoreName): Run | null {
  try {
    const text = localStorage.getItem(keyOf(core));
    return text === null ? null : parseRun(text);
  } catch {
    // Storage is forbidden.
    return null;
  }
}

export function keepRun(core: CoreName, run: Run): void {
  try {
    localStorage.setItem(keyOf(core), JSON.stringify(run));
  } catch {
    // Forbidden or full: there will be nothing to compare with, and the page says so.
  }
}
