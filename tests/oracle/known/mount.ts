import { fetcher } from '../script/markers.js';
import { observer } from '../script/steps.js';

/** The key that known scenarios use when one is enough. */
export const a = ['a'];

/** The options that most of them start from: an answer after 7 ms. */
export const plain = { queryKey: a, queryFn: fetcher() };

/** Makes an observer in the slot and listens to it. */
export const mount = (options: Record<string, unknown> = {}, slot = 0) => [
  observer.create(slot, { ...plain, ...options }),
  observer.subscribe(slot),
];
