import type { MemoryOptions } from '../../types/extras';
import { show } from '../show';

/** After how long without use a value is frozen (ms). */
const COLD_AFTER = 60_000;
/** The share of the budget that a single value may take. */
const LARGEST_SHARE = 0.25;
/** Values smaller than this aren't worth packing (bytes). */
const COLD_FROM = 1_024;

/** What the engine takes. */
export interface Budget {
  maxBytes: number;
  largest: number;
  coldAfter: number;
  coldFrom: number;
}

/** Throws a TypeError that names the wrong option and how to mend it. */
export function readOptions(options: MemoryOptions): Budget {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`memory is ${show(options)}: give an object, { maxBytes: 50_000_000 }.`);
  }
  const { maxBytes, coldAfter = COLD_AFTER, largestShare = LARGEST_SHARE, coldFrom = COLD_FROM } = options;
  if (!(typeof maxBytes === 'number' && maxBytes > 0)) {
    throw new TypeError(
      `memory.maxBytes is ${show(maxBytes)}: give a number of bytes above 0, such as 50_000_000, or Infinity for no bound.`,
    );
  }
  if (!(typeof coldAfter === 'number' && coldAfter >= 0)) {
    throw new TypeError(
      `memory.coldAfter is ${show(coldAfter)}: give milliseconds, such as 60_000, or Infinity to freeze only for want of room.`,
    );
  }
  if (!(typeof largestShare === 'number' && largestShare > 0 && largestShare <= 1)) {
    throw new TypeError(`memory.largestShare is ${show(largestShare)}: give a share of maxBytes above 0, at most 1.`);
  }
  if (!(typeof coldFrom === 'number' && coldFrom >= 0)) {
    throw new TypeError(`memory.coldFrom is ${show(coldFrom)}: give a number of bytes, such as 1_024.`);
  }
  return { maxBytes, coldAfter, coldFrom, largest: maxBytes * largestShare };
}
