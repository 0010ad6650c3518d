import { Marker } from './markers.js';
import type { Step } from './step.js';

/** What a mutation function does. */
export interface MutatorPlan {
  /** ms until it answers; `now` is a settled promise, `sync` a bare value or a throw, `never` is never. */
  delay?: number | 'now' | 'sync' | 'never';
  /** How many calls in a row fail before one succeeds. */
  fail?: number;
  /** Runs inside the call. */
  steps?: Step[];
}

/** What a callback of a mutation does. */
export interface CallbackPlan {
  /** ms until its promise settles; without it the callback is synchronous. */
  delay?: number;
  /** What it returns, or resolves with. */
  returns?: unknown;
  /** It throws, or rejects. */
  raise?: boolean;
  /** Runs inside the call. */
  steps?: Step[];
}

/** A mutation function. */
export const mutationFn = (plan: MutatorPlan = {}) => new Marker('mutationFn', [plan] as const);
/** `onMutate`, `onSuccess`, `onError` or `onSettled`. */
export const callback = (plan: CallbackPlan = {}) => new Marker('callback', [plan] as const);
