import type { QueryClient, QueryKey, QueryMeta } from '../query-core/index.js';

/** What came of JSON bodies, and what is kept to compare the next ones with. */
export interface DecodeStats {
  /** Bodies that were compared, or could be the next time. */
  bodies: number;
  /** Those of which nothing had to be parsed. */
  unchanged: number;
  /** Those of which parts had to be parsed. */
  partial: number;
  /** Bytes that came. */
  received: number;
  /** Bytes that had to be parsed. */
  parsed: number;
  /** Queries whose last body is kept. */
  kept: number;
  /** What these bodies take, with what is known of their parts (bytes of the engine's memory). */
  keptBytes: number;
  /** Queries whose bodies were dropped because all together took too much. */
  dropped: number;
}

/**
 * The value of a JSON body, as `JSON.parse` gives it. Only what changed since the query's last body is parsed: everything that
 * deeply equals the previous data keeps its identity, at any depth, also where elements moved, were inserted or removed.
 * @param context - What the query function got.
 * @param body - What `fetch` answered, not read by anybody else; or the body's bytes, as UTF-8.
 * @throws {SyntaxError} `JSON.parse`'s own, when the body isn't JSON
 * @throws {TypeError} when there is no body, or it has been read before
 * @throws the signal's reason, when the fetch is aborted while the body arrives
 * @example
 * ```ts
 * queryFn: async (context) => decodeJson(context, await fetch('/api/agents', { signal: context.signal }))
 * ```
 */
export declare function decodeJson<T = unknown>(
  context: { client: unknown; queryKey: ReadonlyArray<unknown> },
  body: Response | ArrayBuffer | ArrayBufferView,
): Promise<T>;

/** What {@link jsonQuery} takes beside what `fetch` takes. */
export interface JsonQueryInit extends RequestInit {
  /** Used instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** What a query function gets, of one page or of none. */
export interface JsonQueryContext<TQueryKey = QueryKey> {
  client: QueryClient;
  queryKey: TQueryKey;
  signal: AbortSignal;
  meta: QueryMeta | undefined;
  /** The query's `skipCache`. */
  skipCache?: boolean | 'no-store';
  /** Of an infinite query: what its options say of the page. */
  pageParam?: any;
  direction?: any;
}

/** A query function that fits into the options of any query, infinite or not. */
export type JsonQueryFunction<T> = (context: JsonQueryContext) => Promise<T>;

/**
 * Makes a query function that fetches JSON: with the query's signal, `Accept: application/json`, the validators of the last
 * answer (a 304 keeps the data), and `Cache-Control: no-cache` where the query says `skipCache`. The answer's headers have
 * their say: `staleTime: 'http'`, `Cache-Tag`, `Retry-After`, `no-store`. See docs/json.md.
 *
 * The query function rejects with an {@link HttpError} where the answer is no success, with a SyntaxError where it isn't JSON,
 * and with what `fetch` rejects with. An answer without content (204, 205) is `null`.
 *
 * @param url - What to fetch, or a function of the query function's context that says it.
 * @param init - As for `fetch`, or a function of the context that gives it; `fetch` in it replaces the global one.
 * @example
 * ```ts
 * useQuery({ queryKey: ['agents'], queryFn: jsonQuery<Agent[]>('/api/agents'), staleTime: 'http' })
 * ```
 */
export declare function jsonQuery<T = unknown>(
  url: string | URL | ((context: JsonQueryContext<any>) => string | URL | Promise<string | URL>),
  init?:
    | JsonQueryInit
    | ((context: JsonQueryContext<any>) => JsonQueryInit | undefined | Promise<JsonQueryInit | undefined>),
): JsonQueryFunction<T>;

/**
 * An answer that is no success, as {@link jsonQuery} and {@link decodeJson} reject with it. Where no `retry` is set, one that
 * blames the client (4xx, but for 408, 425 and 429) isn't tried again; `Retry-After` puts off the next try, by an hour at most.
 */
export declare class HttpError extends Error {
  name: 'HttpError';
  /**
   * @param response - The answer.
   * @param body - What it brought.
   * @param url - Where it came from; by default what the answer says.
   */
  constructor(response: Response, body?: unknown, url?: string);
  readonly status: number;
  readonly statusText: string;
  /** Where it came from, without user, password, query and fragment. */
  readonly url: string;
  readonly headers: Headers;
  /** The body: parsed where it is JSON of up to 64 kB, else its first 1,000 characters; `undefined` where it is empty. */
  readonly body: unknown;
  /** The answer itself; its body has been read. */
  readonly response: Response;
}
