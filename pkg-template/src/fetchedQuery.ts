import type {
  QueryCacheConfig,
  QueryClient,
  QueryKey,
  QueryMeta,
  QueryOptions,
  QueryState,
  SetDataOptions,
} from '@tanstack/query-core';
import type { Host } from './bridge/host';
import type { Answers } from './http/answers';
import type { KeptAnswer } from './http/keptAnswer';
import type { AnsweredWith } from './http/validators';

type Options = QueryOptions<any, any, any, any>;
type State = QueryState<any, any>;

/** Another tab's answer, where an answer is one: when it came there (ms), and what HTTP said of it. */
export interface FromElsewhere {
  readonly updatedAt: number | undefined;
  readonly kept: KeptAnswer | undefined;
}

/** A fetch that may come to another tab's answer. */
export interface SharedFetch extends FromElsewhere {
  readonly answer: Promise<unknown>;
  /** It has ended: with an answer that is stored, or without. */
  settle(hasAnswer: boolean): void;
}

/** Where answers are shared with other tabs. */
export interface Sharing {
  /** Whether answers of a query are shared. */
  shares(query: FetchedQuery): boolean;
  /** `call` calls the query function; `insists`: only an answer that is made from now on will do. */
  fetch(fetch: { query: FetchedQuery; generation: number }, insists: boolean, call: () => unknown): SharedFetch;
}

/** What a fetch, and those who work for it, need of its query. */
export interface FetchedQuery<TFetch = unknown> {
  readonly queryKey: QueryKey;
  readonly queryHash: string;
  readonly queryType: 'infinite' | undefined;
  readonly options: Options;
  readonly meta: QueryMeta | undefined;
  readonly client: QueryClient;
  readonly cache: {
    readonly host: Host<any, any>;
    readonly config: QueryCacheConfig;
    readonly sharing: Sharing | undefined;
  };
  /** Until when its data may come from a store: its fetches wait for that. */
  readonly restoring: Promise<void> | undefined;
  /** Whether stopping the query function makes sense: whether the one that ran last has read its signal. */
  isStoppable: boolean;
  /** Whether filters can't see it. */
  readonly isPrivate: boolean;

  readonly state: State;
  readonly data: any;
  readonly error: any;
  readonly resetState: State;
  isFetched(): boolean;
  setData(data: any, options?: SetDataOptions & { manual: boolean }): any;
  setState(state: Partial<State>): void;

  /** The id of its slot in the engine, where it has one. */
  readonly slot: number;
  readonly isAttached: boolean;
  /** The slot, made where there is none. */
  attach(): number;

  /** The fetch that ran last, or runs. */
  readonly task: TFetch | undefined;
  takeAnswer(value: unknown, generation: number, answers: Answers | undefined, shared?: FromElsewhere): void;
  takeFailure(error: unknown, generation: number): void;
  takeError(error: unknown, generation: number, answered: boolean): void;
  /** Gives back what was before the fetch. */
  takeBack(): void;
  takeEnd(task: TFetch): void;

  /** The answer to the same request that the data came from, if the data still is what it gave. */
  answerTo(url: string, credentials: RequestCredentials | undefined, headers: Headers): AnsweredWith | undefined;
  /** The value of a JSON body that its function got; `undefined` where the body is to be parsed as it is. */
  decode(pieces: readonly Uint8Array[]): unknown;
}
