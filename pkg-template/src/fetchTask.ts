import type { QueryOptions } from '@tanstack/query-core';
import { LazyPromise } from './lazyPromise';

/** The values of one fetch: its promises, its abort signal, its last error. What it decides is the engine's. */
export class FetchTask {
  generation = 0;
  fetchFn: () => unknown = () => undefined;
  initialPromise: Promise<unknown> | undefined;
  /** No answer counts any more. */
  settled = false;
  /** All that follows from it has been done. */
  ended = false;
  /** Its engine is gone: what comes of it counts no more. */
  isLost = false;
  lastError: unknown;
  /** The options with which it began: those of its query may change meanwhile. */
  readonly options: Pick<QueryOptions<any, any, any, any>, 'retry' | 'retryDelay'>;
  #aborted = false;
  #controller: AbortController | undefined;

  constructor(options: QueryOptions<any, any, any, any>) {
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
