import type { Step } from './step.js';

/**
 * Functions can't stand in a scenario, which is plain data that prints, shrinks and runs twice. Markers stand
 * for them; each world makes its own functions of them (`world/functions.ts`). `args` prints the call that
 * makes the marker again.
 */
export class Marker<Name extends string = string, Args extends readonly unknown[] = readonly unknown[]> {
  constructor(
    readonly marker: Name,
    readonly args: Args,
  ) {}
}

/** What a query function does. */
export interface FetcherPlan {
  /** ms until it answers; `now` is a settled promise, `sync` a bare value or a throw, `never` is never. */
  delay?: number | 'now' | 'sync' | 'never';
  /** How many calls in a row fail before one succeeds. */
  fail?: number;
  /** What it answers, made from the number of the call; see `world/fetcher.ts`. */
  data?: 'fresh' | 'same' | 'half' | 'scalar' | 'null' | 'undefined' | 'list' | 'page';
  /** Its query is one of pages: called for all of them at once, it answers with a list of one (differences.md, 1). */
  pages?: boolean;
  /** `read` looks at the signal, `heed` rejects when it aborts. */
  signal?: 'read' | 'heed';
  /** Runs inside the call. */
  steps?: Step[];
}

export type Updates = 'increment' | 'same' | 'copy' | 'none' | 'raise';
export type Selects = 'n' | 'wrap' | 'same' | 'raise' | 'raise on odd';
export type Predicates = 'has data' | 'active' | 'never' | 'short key' | 'raise';
export type Shares = 'keep old' | 'take new' | 'merge';

/** A query function. */
export const fetcher = (plan: FetcherPlan = {}) => new Marker('fetcher', [plan] as const);
/** An option given as a function: answers by call, the last answer stays. */
export const fn = (answers: readonly unknown[]) => new Marker('fn', [answers] as const);
/** `retryDelay` by failure count: `base` · 2ⁿ ms. */
export const backoff = (base: number) => new Marker('backoff', [base] as const);
export const update = (name: Updates) => new Marker('update', [name] as const);
/** `select`; one `name` is one function for the whole scenario unless `fresh` asks for a new one. */
export const select = (name: Selects, fresh = false) => new Marker('select', [name, fresh] as const);
export const predicate = (name: Predicates) => new Marker('predicate', [name] as const);
export const share = (name: Shares) => new Marker('share', [name] as const);
/** `placeholderData: keepPreviousData`. */
export const keepPrevious = () => new Marker('keepPrevious', [] as const);
/** One object for the whole scenario, by name: the way to hand in the same reference twice. */
export const shared = (name: string) => new Marker('shared', [name] as const);
export const skip = () => new Marker('skip', [] as const);
/** A listener that acts: at its `nth` notification (0 is the first) it runs `steps`. */
export const at = (nth: number, steps: Step[]) => new Marker('at', [nth, steps] as const);
