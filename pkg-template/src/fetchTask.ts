import type { QueryOptions, QueryState } from '@tanstack/query-core';
import { LazyPromise } from './lazyPromise';

/** What a cancelled fetch gives back. */
export type RevertValues = Pick<QueryState<any, any>, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>;

/** The values of one fetch: its promises, its abort signal, its last error. What it decides is the engine's. */
export class FetchTask {
  generation = 0;
  fetchFn: () => unknown = () => undefined;
  initialPromise: Promise<unknown> | undefined;
  /** No answer counts any more. */
  settled = false;
  /** All that follows from it has been done. */
  ended = false;
  /** Whether the query function has read the signal, so that stopping it makes sense. */
  signalRead = false;
  lastError: unknown;
  /** Nothing once data has come by another way than by hand. */
  revert: RevertValues | undefined;
  /** The options with which it began: those of its query may change meanwhile. */
  readonly options: Pick<QueryOptions<any, any, any, any>, 'retry' | 'retryDelay'>;
  #aborted = false;
  #controller: AbortController | undefined;

  constructor(revert: RevertValues, options: QueryOptions<any, any, any, any>) {
    this.revert = revert;
    this.options = options;
  }

  /** Made when it is first read: most query functions never do. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) {
        this.#controller.abort();
      }
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** What the query function comes to; cancelling rejects it at once. */
  readonly raw = new LazyPromise();
  /** What the caller of `fetch` gets: a cancelled fetch may still lead to data. */
  readonly answer = new LazyPromise();
}
