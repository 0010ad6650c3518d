import type { CancelOptions, Query as CoreQuery, QueryFunctionContext, QueryOptions } from '@tanstack/query-core';
import { environment } from './bridge/environment';
import { outliveTrap } from './bridge/instance';
import { reading } from './bridge/reading';
import { answerRetry, retryDelayNumber, retryNumber } from './bridge/retryOptions';
import { CancelledError } from './cancelledError';
import { type ContextExtras, extrasOf } from './contextExtras';
import { isDevelopment } from './development';
import type { FetchedQuery, SharedFetch } from './fetchedQuery';
import { carrySignal, claimSignal, type SignalSource, sourceOf } from './fetchSignal';
import { Answers } from './http/answers';
import { HttpError } from './http/httpError';
import type { AnsweredWith } from './http/validators';
import { fetchPages } from './infinitePages';
import { LazyPromise } from './lazyPromise';
import { microtask } from './microtask';
import { ensureQueryFn, type FetchContext, type FetchOptions } from './queryFunction';

type Context = QueryFunctionContext & ContextExtras;

/** One fetch of a query: calls the query function, and hands on what it comes to. Whether there is another try is the engine's. */
export class FetchTask implements SignalSource {
  generation = 0;
  /** No answer counts any more. */
  settled = false;
  /** All that follows from it has been done. */
  ended = false;
  /** Its engine is gone: what comes of it counts no more. */
  isLost = false;
  /** What the query function comes to; cancelling rejects it at once. */
  readonly raw = new LazyPromise();
  /** What the caller of `fetch` gets: a cancelled fetch may still lead to data. */
  readonly answer = new LazyPromise();
  /** The fetch whose announcement goes on after this one's. */
  announcedBefore: FetchTask | undefined;
  /** What HTTP has said meanwhile. */
  answers: Answers | undefined;
  readonly query: FetchedQuery<FetchTask>;
  /** The options with which it began: those of its query may change meanwhile. */
  readonly #options: QueryOptions<any, any, any, any>;
  readonly #fetchOptions: FetchOptions | undefined;
  #initialPromise: Promise<unknown> | undefined;
  /** Whether data from a store will do, for each who wants the fetch; nothing where one of them wants it in any case. */
  #wishes: (() => boolean)[] | undefined;
  /** What a behavior has put in place of the query function. */
  #fetchFn: (() => unknown) | undefined;
  #lastError: unknown;
  #aborted = false;
  #controller: AbortController | undefined;
  /** Its part in what tabs share, while the query function runs or another tab is waited for. */
  #shared: SharedFetch | undefined;

  constructor(query: FetchedQuery<FetchTask>, fetchOptions: FetchOptions | undefined) {
    this.query = query;
    this.#options = query.options;
    this.#fetchOptions = fetchOptions;
    this.#initialPromise = fetchOptions?.initialPromise;
    this.#wishes = fetchOptions?.isEnough && [fetchOptions.isEnough];
  }

  /** What a caller of `fetch` gets. */
  wait(): Promise<any> {
    return new Promise((resolve, reject) => this.#tell(resolve, reject));
  }

  /**
   * Hands the answer on. Who waits waits for the query function first, each from its call on, and for what follows from it then:
   * of fetches that end in one turn, who has waited longer is told first.
   */
  #tell(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    const follow = () => {
      this.answer.promise.then(resolve, reject);
    };
    this.raw.promise.then(follow, follow);
  }

  /** Somebody else wants the answer. */
  join(fetchOptions: FetchOptions | undefined): void {
    if (fetchOptions?.isEnough) {
      this.#wishes?.push(fetchOptions.isEnough);
    } else {
      this.#wishes = undefined;
    }
  }

  /** Whether data from a store will do for all who wanted the fetch. */
  isEnough(): boolean {
    try {
      return this.#wishes?.every((isEnough) => isEnough()) ?? false;
    } catch {
      // A function of the user's options: whoever asks it next is told.
      return false;
    }
  }

  /** Its query has its data from a store, and nobody wants it any more. */
  settleStored(): void {
    this.settled = true;
    this.#tellTabs(false);
    const { data } = this.query;
    later(() => {
      this.answer.resolve(data);
      this.#end();
    });
    this.raw.resolve(data);
  }

  /** Made when it is first read: most query functions never do. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      claimSignal(this.#controller.signal, this);
      if (this.#aborted) {
        this.#controller.abort();
      }
    }
    return this.#controller.signal;
  }

  /** Takes the headers of an answer (`Engine.hear`), asked for at `sent` on the clock of `reading()` (ms). */
  hear(headers: string, sent: number): void {
    const answers = this.#answersNow();
    if (answers) {
      const { slot, cache } = this.query;
      const { engine } = cache.host;
      answers.addTags(engine.hear(slot, this.generation, headers, sent, reading(), Date.now(), answers.adds));
    }
  }

  /** Remembers what was asked and what came. */
  note(answered: AnsweredWith): void {
    this.#answersNow()?.requests.push(answered);
  }

  noteSignalRead(): void {
    this.query.isStoppable = true;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }

  /** Lets the loop over pages, or a behavior of the user's, wrap the query function; the meta that it leaves. */
  behave(): FetchOptions['meta'] {
    const query = this.query;
    const context = {
      fetchOptions: this.#fetchOptions,
      options: query.options,
      queryKey: query.queryKey,
      client: query.client,
      state: query.state,
      fetchFn: () => this.#callQueryFn(),
    };
    const full = carrySignal(context, this) as FetchContext;
    if (query.queryType === 'infinite') {
      fetchPages(full, query as unknown as CoreQuery);
    } else {
      query.options.behavior?.onFetch(full, query as unknown as CoreQuery);
    }
    this.#fetchFn = context.fetchFn;
    return context.fetchOptions?.meta;
  }

  // Effects

  run(): void {
    const { restoring } = this.query;
    if (restoring) {
      restoring.then(() => outliveTrap(() => this.#runOn()));
    } else {
      this.#run();
    }
  }

  /** There is no data in the store, or it wasn't enough. */
  #runOn(): void {
    if (this.settled) {
      return;
    }
    if (this.#fetchFn && this.query.data !== undefined) {
      // It has looked at the data: it is to fetch the pages that have come from the store.
      this.behave();
    }
    this.#run();
  }

  #run(): void {
    const { query } = this;
    if (this.settled) {
      // Dropped while it was being announced.
      query.cache.host.engine.drop_fetch(query.slot, this.generation);
      return;
    }
    if ((this.#options as { earlyRefresh?: unknown }).earlyRefresh) {
      query.cache.host.engine.measure(query.slot, this.generation, Date.now());
    }
    const { sharing } = query.cache;
    let answer: unknown;
    try {
      if (sharing?.shares(query) && !this.#initialPromise && !this.#adds) {
        this.#shared = sharing.fetch(this, this.#fetchOptions?.cancelRefetch === true, () => this.#call());
        answer = this.#shared.answer;
      } else {
        answer = this.#initialPromise ?? this.#call();
      }
    } catch (error) {
      answer = Promise.reject(error);
    }
    this.#initialPromise = undefined;
    Promise.resolve(answer)
      .then((value) => this.#answered(value))
      .catch((error) => outliveTrap(() => this.#rejected(error)));
  }

  #call(): unknown {
    return this.#fetchFn ? this.#fetchFn() : this.#callQueryFn();
  }

  /** Tabs that wait for the answer get it if it is stored, or look for themselves. */
  #tellTabs(hasAnswer: boolean): void {
    const shared = this.#shared;
    this.#shared = undefined;
    shared?.settle(hasAnswer);
  }

  /** There is no other try after the last error. */
  giveUp(): void {
    this.#giveUp(this.#lastError);
  }

  continueLater(): void {
    const { host } = this.query.cache;
    later(() => {
      if (!this.settled) {
        host.drain(host.engine.continue_fetch(this.query.slot, this.generation));
        // After all that go on with it have been announced, and those first that never ran.
        const proceed = () => this.#proceed();
        later(host.engine.has_tried(this.query.slot, this.generation) ? () => later(proceed) : proceed);
      }
    });
  }

  wakeLater(): void {
    const { host } = this.query.cache;
    later(() => {
      if (this.settled) {
        return;
      }
      if (host.engine.wake_fetch(this.query.slot, this.generation, environment())) {
        later(() => this.#proceed());
      } else {
        host.drain(true);
      }
    });
  }

  cancel(options: CancelOptions | undefined): void {
    const query = this.query;
    if (this.settled || !query.isAttached) {
      return;
    }
    this.settled = true;
    const error = new CancelledError(options);
    query.cache.host.engine.cancel_fetch(query.slot);
    this.#tellTabs(false);
    later(() => this.#cancelled(error));
    this.raw.reject(error);
    try {
      if (options?.revert) {
        query.takeBack();
      }
    } finally {
      this.abort();
    }
  }

  /** Its user has signed out: whatever comes of it counts no more, and who waits is told that it was cancelled. */
  drop(): void {
    if (this.settled) {
      return;
    }
    this.settled = true;
    const { host } = this.query.cache;
    const error = new CancelledError({ silent: true });
    host.engine.drop_fetch(this.query.slot, this.generation);
    this.#tellTabs(false);
    later(() => {
      this.answer.reject(error);
      this.#end();
    });
    this.raw.reject(error);
    this.abort();
  }

  /** Its engine is gone: who waits gets the answer of the fetch that took its place, if there is one. */
  settleLost(): void {
    const error = new CancelledError({ silent: true });
    const { task } = this.query;
    this.raw.reject(error);
    if (task && task !== this && !task.isLost) {
      this.#answerAs(task);
    } else {
      this.answer.reject(error);
    }
  }

  #answersNow(): Answers | undefined {
    const { query } = this;
    if (this.settled || !query.isAttached) {
      return undefined;
    }
    this.answers ??= new Answers(this.#adds && query.data?.pages?.length > 0);
    return this.answers;
  }

  /** Whether it fetches one page more. */
  get #adds(): boolean {
    return this.#fetchOptions?.meta?.fetchMore !== undefined;
  }

  #proceed(): void {
    if (!this.settled) {
      const { host } = this.query.cache;
      host.drain(host.engine.proceed(this.query.slot, this.generation));
    }
  }

  #callQueryFn(): unknown {
    const query = this.query;
    const { options } = query;
    query.isStoppable = false;
    const context = carrySignal({ client: query.client, queryKey: query.queryKey, meta: query.meta }, this) as Context;
    const { skipCache } = options as ContextExtras;
    if (skipCache) {
      Object.assign(context, extrasOf(options as ContextExtras));
    }
    const queryFn = ensureQueryFn(options, this.#fetchOptions);
    // What a persister keeps is a cache too.
    return options.persister && !skipCache
      ? options.persister(queryFn, context, query as unknown as CoreQuery)
      : queryFn(context as never);
  }

  /** Nothing changes the answer any more; what follows from it comes a microtask later, and before who waits for `promise`. */
  #answered(value: unknown): void {
    if (!this.settled) {
      this.settled = true;
      later(() => this.#resolved(value));
      this.raw.resolve(value);
    }
  }

  #resolved(value: unknown): void {
    if (this.isLost) {
      return;
    }
    const query = this.query;
    try {
      if (value === undefined) {
        if (isDevelopment) {
          console.error(
            `Query data cannot be undefined. Please make sure to return a value other than undefined from your query function. Affected query key: ${query.queryHash}`,
          );
        }
        throw new Error(`${query.queryHash} data is undefined`);
      }
      query.takeAnswer(value, this.generation, this.answers, this.#shared);
      this.#tellTabs(true);
      const { config } = query.cache;
      config.onSuccess?.(value, query as never);
      config.onSettled?.(value, query.error, query as never);
      this.answer.resolve(value);
    } catch (error) {
      this.#fail(error, true);
      return;
    }
    this.#end();
  }

  #rejected(error: unknown): void {
    if (this.settled) {
      return;
    }
    this.#tellTabs(false);
    const query = this.query;
    const { host } = query.cache;
    const { retry, retryDelay } = this.#options;
    let verdict: number;
    const failures = host.engine.failures(query.attach(), this.generation);
    try {
      if (error instanceof HttpError) {
        const { status, headers } = error;
        const retryAfter = headers.get('retry-after') ?? '';
        const date = headers.get('date') ?? '';
        host.engine.hear_failure(query.slot, this.generation, status, retryAfter, date, Date.now());
      }
      verdict = host.decide(
        host.engine.failed(
          query.slot,
          this.generation,
          retryNumber(retry),
          typeof retry === 'function',
          retryDelayNumber(retryDelay),
          typeof retryDelay === 'function',
          environment(),
          reading(),
        ),
        (topic) => answerRetry(topic, retry, retryDelay, failures, error),
      );
    } catch (thrown) {
      if (!this.isLost) {
        this.#giveUp(thrown);
      }
      return;
    }
    if (verdict === 0) {
      this.#giveUp(error);
    } else if (verdict === 1) {
      this.#lastError = error;
      query.takeFailure(error, this.generation);
    }
  }

  #giveUp(error: unknown): void {
    if (!this.settled) {
      this.settled = true;
      later(() => this.#fail(error));
      this.raw.reject(error);
    }
  }

  #fail(error: unknown, answered = false): void {
    if (this.isLost) {
      return;
    }
    this.#tellTabs(false);
    const query = this.query;
    const { config } = query.cache;
    try {
      query.takeError(error, this.generation, answered);
      config.onError?.(error as Error, query as never);
      config.onSettled?.(query.data, error as Error, query as never);
      this.answer.reject(error);
    } catch (thrown) {
      this.answer.reject(thrown);
    }
    this.#end();
  }

  #cancelled(error: CancelledError): void {
    const query = this.query;
    if (error.silent) {
      // Who waits gets the answer of the fetch that took its place.
      if (query.task === this) {
        this.answer.reject(error);
      } else {
        this.#answerAs(query.task!);
      }
    } else if (error.revert) {
      if (query.data === undefined) {
        this.answer.reject(error);
      } else {
        this.answer.resolve(query.data);
      }
    } else {
      this.#fail(error);
      return;
    }
    this.#end();
  }

  #answerAs(other: FetchTask): void {
    if (this.raw.isWanted) {
      other.#tell(
        (value) => this.answer.resolve(value),
        (error) => this.answer.reject(error),
      );
    }
  }

  #end(): void {
    if (!this.isLost) {
      this.ended = true;
      this.query.takeEnd(this);
    }
  }
}

/**
 * The fetch that a context belongs to; none where an app made the context. For those who must learn of its end without
 * reading `signal`.
 */
export function taskOf(context: unknown): FetchTask | undefined {
  const source = sourceOf(context);
  return source instanceof FetchTask ? source : undefined;
}

/** In a microtask, where nobody catches what is thrown. */
function later(run: () => void): void {
  microtask(() => outliveTrap(run));
}
