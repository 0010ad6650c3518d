import type { WarmOptions, WarmProgress } from '../types/extras';
import { outliveTrap } from './bridge/instance';
import { CancelledError } from './cancelledError';
import type { Companion } from './companion';
import type { QueryCache } from './queryCache';
import { report } from './report';
import { show } from './show';

const WAIT = -1;
const WHATS = ['skipped', 'done', 'failed'] as const;

/** `fetch`: of an entry; `undefined` where its data is fresh. Throws a TypeError that names what is wrong. */
export function warm<T>(
  cache: QueryCache,
  entries: readonly T[],
  options: WarmOptions | undefined,
  fetch: (entry: T) => Promise<unknown> | undefined,
): Promise<WarmProgress> {
  if (!Array.isArray(entries)) {
    throw new TypeError(`warm: got ${show(entries)}: give a list of query options.`);
  }
  const { concurrency = 4, onProgress } = options ?? {};
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(`warm: concurrency is ${show(concurrency)}: give a whole number from 1 on.`);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError(`warm: onProgress is ${show(onProgress)}: give a function.`);
  }
  return new Promise((resolve, reject) =>
    new Warming(cache, [...entries], { ...options, concurrency }, fetch, resolve, reject).begin(),
  );
}

/** A list in work: which entry is next is the engine's choice. */
class Warming<T> implements Companion {
  readonly #cache: QueryCache;
  readonly #entries: readonly T[];
  readonly #options: WarmOptions & { concurrency: number };
  readonly #fetch: (entry: T) => Promise<unknown> | undefined;
  readonly #resolve: (progress: WarmProgress) => void;
  readonly #reject: (error: unknown) => void;
  #progress: WarmProgress;
  #id = 0;
  /** Entries begun. */
  #begun = 0;
  #isOver = false;
  readonly #listening = new AbortController();

  constructor(
    cache: QueryCache,
    entries: readonly T[],
    options: WarmOptions & { concurrency: number },
    fetch: (entry: T) => Promise<unknown> | undefined,
    resolve: (progress: WarmProgress) => void,
    reject: (error: unknown) => void,
  ) {
    this.#cache = cache;
    this.#entries = entries;
    this.#options = options;
    this.#fetch = fetch;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#progress = { done: 0, failed: 0, skipped: 0, total: entries.length };
  }

  begin(): void {
    const { signal } = this.#options;
    if (signal?.aborted) {
      return this.#reject(signal.reason);
    }
    signal?.addEventListener('abort', () => this.#end(() => this.#reject(signal.reason)), {
      signal: this.#listening.signal,
    });
    this.#cache.companions.add(this);
    this.replay();
    this.#goOn();
  }

  replay(): void {
    const { total, done, failed, skipped } = this.#progress;
    const { concurrency, stopOnError = false } = this.#options;
    this.#id = this.#cache.host.engine.begin_warm(
      total,
      Math.min(concurrency, 0xffff),
      stopOnError,
      this.#begun,
      done,
      failed,
      skipped,
    );
  }

  resume(): void {
    this.#goOn();
  }

  /** What it would fetch was its user's. */
  signOut(): void {
    this.#end(() => this.#reject(new CancelledError({ silent: true })));
  }

  stop(error: Error): void {
    this.#end(() => this.#reject(error));
  }

  #goOn(): void {
    while (!this.#isOver) {
      const next = this.#cache.host.engine.choose_warm(this.#id);
      if (next === WAIT) {
        return;
      }
      if (next < 0) {
        return this.#end(() => this.#resolve(this.#progress));
      }
      this.#begun++;
      this.#start(this.#entries[next]!);
    }
  }

  #start(entry: T): void {
    let fetching: Promise<unknown> | undefined;
    try {
      fetching = this.#fetch(entry);
    } catch (error) {
      return this.#settle(2, error);
    }
    if (!fetching) {
      return this.#settle(0);
    }
    fetching.then(
      () => this.#later(1),
      (error) => this.#later(2, error),
    );
  }

  #later(what: number, error?: unknown): void {
    this.#settle(what, error);
    this.#goOn();
  }

  #settle(what: number, error?: unknown): void {
    if (this.#isOver) {
      return;
    }
    this.#cache.host.engine.settle_warm(this.#id, what);
    const name = WHATS[what]!;
    this.#progress = { ...this.#progress, [name]: this.#progress[name] + 1 };
    try {
      this.#options.onProgress?.(this.#progress);
    } catch (thrown) {
      report(thrown);
    }
    if (what === 2 && this.#options.stopOnError) {
      this.#end(() => this.#reject(error));
    }
  }

  #end(tell: () => void): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#listening.abort();
    this.#cache.companions.delete(this);
    outliveTrap(() => this.#cache.host.engine.stop_warm(this.#id));
    tell();
  }
}
