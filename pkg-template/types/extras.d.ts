import type { Query, QueryClient, QueryFilters, QueryKey } from './query-core/index.js';

/** Times to live, in milliseconds. */
export declare const TTL: {
  /** 1 minute */
  readonly SHORT: 60000;
  /** 5 minutes */
  readonly MEDIUM: 300000;
  /** 30 minutes */
  readonly LONG: 1800000;
  /** 1 hour */
  readonly HOUR: 3600000;
  /** 1 day */
  readonly DAY: 86400000;
};

/** One entry of a key registry. */
export interface KeyTemplate {
  /** The backend key, with `{param}` placeholders: `'exec:dashboard:{workspaceId}'`. Its parts are split at `:`. */
  readonly key: string;
  /** How long an answer stays fresh, in milliseconds; becomes `staleTime`. */
  readonly ttl: number;
  /** Tags of the query, with the same kind of placeholders: `['workspace:{workspaceId}']`. */
  readonly tags?: ReadonlyArray<string>;
}

/** What a placeholder may stand for. */
export type KeyParam = string | number | boolean;

/** The names of the `{param}` placeholders in a template. */
export type ParamNames<TTemplate extends string> = TTemplate extends `${string}{${infer TName}}${infer TRest}`
  ? TName | ParamNames<TRest>
  : never;

/** The names of all placeholders in an entry's key and tags. */
export type TemplateParamNames<TEntry extends KeyTemplate> =
  | ParamNames<TEntry['key']>
  | (TEntry extends { readonly tags: ReadonlyArray<infer TTag extends string> } ? ParamNames<TTag> : never);

type Part<TPart extends string, TParams> = TPart extends `{${infer TName}}`
  ? TName extends keyof TParams
    ? TParams[TName]
    : KeyParam
  : TPart extends `${string}{${string}}${string}`
    ? string
    : TPart;

/** A template's key as a tuple: literal parts as literals, `{param}` parts as the value that stands for them. */
export type TemplateQueryKey<TKey extends string, TParams> = string extends TKey
  ? ReadonlyArray<KeyParam>
  : TKey extends `${infer TFirst}:${infer TRest}`
    ? readonly [Part<TFirst, TParams>, ...TemplateQueryKey<TRest, TParams>]
    : readonly [Part<TKey, TParams>];

/** What an entry of a registry gives, ready to spread into query options. */
export interface KeyOptions<TQueryKey extends ReadonlyArray<unknown>> {
  queryKey: TQueryKey;
  /** Milliseconds. */
  staleTime: number;
  tags: Array<string>;
}

type Params<TNames extends string> = { readonly [TName in TNames]: KeyParam };

/** `T`, but a property that `TAllowed` doesn't have is a compile error. */
type Exactly<T, TAllowed extends string> = T & { readonly [TName in Exclude<keyof T, TAllowed>]: never };

/** One entry of a registry: a function from the parameters to query options. */
export interface Key<TEntry extends KeyTemplate> {
  /**
   * The query options for these parameters.
   * @throws {TypeError} when a parameter is missing, unknown, or neither string, number nor boolean
   */
  <const TParams extends Params<TemplateParamNames<TEntry>>>(
    ...args: [TemplateParamNames<TEntry>] extends [never]
      ? [params?: Record<string, never>]
      : [params: Exactly<TParams, TemplateParamNames<TEntry>>]
  ): KeyOptions<TemplateQueryKey<TEntry['key'], TParams>>;
  /**
   * The Redis glob over the backend keys of this entry. What is given is taken literally (a `*` in a value matches a
   * star), what is left out matches anything.
   * @throws {TypeError} when a parameter is unknown, or neither string, number nor boolean
   */
  pattern(params?: Partial<Params<ParamNames<TEntry['key']>>>): string;
}

/** A registry of keys, as made by {@link defineKeys}. */
export type Keys<TTemplates extends Record<string, KeyTemplate>> = {
  readonly [TName in keyof TTemplates]: Key<TTemplates[TName]>;
};

/**
 * Makes a typed registry of keys: each entry becomes a function from the parameters of its template to query options.
 * @param templates - The entries by name.
 * @throws {TypeError} when a template is malformed, such as one with an unclosed `{`
 * @example
 * ```ts
 * const keys = defineKeys({
 *   executive: {
 *     key: 'exec:dashboard:{workspaceId}:{timeframe}',
 *     ttl: TTL.LONG,
 *     tags: ['workspace:{workspaceId}'],
 *   },
 * })
 *
 * useQuery({ ...keys.executive({ workspaceId, timeframe: '30d' }), queryFn })
 * queryClient.invalidateQueries({ pattern: keys.executive.pattern({ workspaceId }) })
 * ```
 */
export declare function defineKeys<const TTemplates extends Record<string, KeyTemplate>>(
  templates: TTemplates,
): Keys<TTemplates>;

/**
 * One consequence of an event: a Redis glob over backend keys, a tag, or another event. `{field}` placeholders stand
 * for the event's arguments, which are always taken literally.
 */
export type Rule =
  | string
  | { readonly tag: string }
  | { readonly event: string; readonly args?: Readonly<Record<string, string>> };

/**
 * What each event makes stale, by the event's name. Rules may name other events; a cycle is an error when the client
 * is made.
 * @example
 * ```ts
 * new QueryClient({
 *   rules: {
 *     'agent.run.completed': ['agent:*:{agent_id}:*', { tag: 'workspace:{workspace_id}' }],
 *   },
 * })
 * ```
 */
export type Rules = Record<string, ReadonlyArray<Rule>>;

/** Options of `queryClient.connect`. */
export interface ConnectOptions {
  /** The server's stream, such as `'/inv/v1/stream'`; absolute, or relative to the page. */
  url: string;
  /**
   * Redis globs over what to listen to; within what the token allows.
   * @defaultValue everything that the token allows
   */
  subscribe?: ReadonlyArray<string>;
  /**
   * Called before each connect; its answer is sent as a bearer token, in a header. `refused`: the last one was answered with
   * 401 or is about to expire (`exp` in the server's `hello`), so give another one. What it throws, and an answer that takes
   * more than 30 seconds, counts as a failed attempt.
   */
  token?: (refused: boolean) => string | Promise<string>;
  /** Where to start: for server-rendered data, the cursor taken before the data was loaded. */
  cursor?: string;
  /**
   * Whether cookies are sent, as in `fetch`.
   * @defaultValue 'same-origin'
   */
  credentials?: RequestCredentials;
  /**
   * Whether the tabs of this origin share one connection. Only those share that agree in `url`, `subscribe`, `credentials` and
   * `scope`. Where the browser has no Web Locks or no BroadcastChannel, each tab connects for itself.
   * @defaultValue true; with a `token`, only if there is a `scope`
   */
  tabs?: boolean;
  /** Whose data it is, such as a user's id: tabs of different scopes never share. Give it wherever users can change. */
  scope?: string;
}

/** The state of a live connection. */
export interface LiveStatus {
  /**
   * - `connecting`: a request is on its way
   * - `replaying`: connected, what was missed is being caught up
   * - `live`: nothing was missed, and what the server invalidates arrives as it happens
   * - `offline`: not connected, waiting for the next attempt
   * - `stopped`: closed, or refused by the server; no further attempts
   */
  state: 'connecting' | 'replaying' | 'live' | 'offline' | 'stopped';
  /** When this state began, in milliseconds since the epoch. */
  since: number;
  /** The position up to which everything was applied, `null` before the first. Opaque. */
  cursor: string | null;
  /**
   * For how long, in milliseconds, nothing had been known of the server when this state began: what is cached may be so much
   * behind. 0 while live, `null` before the connection was live for the first time.
   */
  lag: number | null;
  /** Attempts to connect since the connection was last live. */
  attempts: number;
  /** Why it is offline or stopped. */
  reason?: string;
}

/** A live connection, as opened by `queryClient.connect`. */
export interface LiveConnection {
  /** The status now; its cursor is that of this moment. */
  readonly status: LiveStatus;
  /** The status that listeners were told of last: the same object until the next change, as `useSyncExternalStore` wants it. */
  readonly getStatus: () => LiveStatus;
  /**
   * Calls the listener on each change of the status.
   * @returns Stops calling it.
   */
  readonly subscribe: (listener: (status: LiveStatus) => void) => () => void;
  /** Names this connection among all clients: 16 letters and digits. */
  readonly id: string;
  /**
   * A new name for a mutation of one's own, `<id>.<number>`. Send it along with the mutation, in a header of your choice; the
   * server puts it into the `src` of what it publishes.
   */
  source(): string;
  /**
   * Writes the answer of an own mutation into the cache: what `write` sets with `setQueryData` is not fetched again when the
   * server's word about this very mutation arrives.
   * @param source - What `source()` gave for the mutation.
   * @param write - Called at once; not a Promise.
   * @throws {TypeError} when the source is no text or `write` no function
   * @example
   * ```ts
   * const source = live.source()
   * const agent = await rename(id, name, { headers: { 'x-live-source': source } })
   * live.write(source, () => client.setQueryData(['agent', id], agent))
   * ```
   */
  write<T>(source: string, write: () => T): T;
  /** Closes the connection for good. */
  close(): void;
}

/** What options of pages have beyond those of a query. */
export interface PagesOptions {
  initialPageParam?: unknown;
  getNextPageParam?: (...args: any[]) => unknown;
  /** How many are fetched. */
  pages?: number;
}

/** How far a list is that is being warmed. */
export interface WarmProgress {
  /** Fetched. */
  done: number;
  /** Whose fetch failed. */
  failed: number;
  /** Fresh already, so not fetched. */
  skipped: number;
  /** All of them. */
  total: number;
}

/** Options of `queryClient.warm`. */
export interface WarmOptions {
  /**
   * How many are fetched at once.
   * @defaultValue 4
   */
  concurrency?: number;
  /** Called after each query. */
  onProgress?: (progress: WarmProgress) => void;
  /** Stops: what is under way is finished, nothing else begun. */
  signal?: AbortSignal;
  /**
   * Whether the first error ends it.
   * @defaultValue false
   */
  stopOnError?: boolean;
}

/** Options of `shareAnswers`. */
export interface ShareOptions {
  /** Whose answers they are, such as a user's id: tabs of different scopes never share. */
  scope: string;
  /**
   * Tells apps of one origin apart.
   * @defaultValue ''
   */
  channel?: string;
  /**
   * Larger answers aren't shared (bytes, about).
   * @defaultValue 1 MiB
   */
  maxBytes?: number;
}

/** When a scheduled query is fetched. */
export interface ScheduleOptions {
  /** Milliseconds from one fetch to the next. */
  every: number;
  /**
   * Up to which share of `every` a fetch comes earlier, at random, so that pages don't fetch together: from 0 to below 1.
   * @defaultValue 0.1
   */
  jitter?: number;
  /**
   * Whether it is fetched while nobody sees the page.
   * @defaultValue false
   */
  whileHidden?: boolean;
}

/** A scheduled query, as `schedule.list()` shows it. */
export interface ScheduledQuery {
  name: string;
  /** When it is due, in milliseconds since the epoch; `null` while it waits for the network, or for the page to be seen. */
  nextAt: number | null;
  isFetching: boolean;
  /** What its last fetch came to, and when (milliseconds since the epoch); `null` before the first. */
  lastResult: { status: 'success' | 'error'; at: number; error?: unknown } | null;
}

/** Scheduled queries, as `queryClient.schedule` gives them. */
export interface Schedule {
  /**
   * Ends the schedule of this name, or of all. The data stays as that of any other query.
   * @throws {TypeError} when nothing of this name is scheduled here
   */
  readonly stop: (name?: string) => void;
  /** All that are scheduled, in the order in which they were given. */
  readonly list: () => ScheduledQuery[];
}

/** How much memory cached data may take; given to `new QueryClient({ memory })`. */
export interface MemoryOptions {
  /**
   * What all data together may take, in bytes: that of watched queries counts too, but stays. Beyond it the least recently
   * used data is packed, and when nothing is left to pack, removed. `Infinity` for no bound.
   */
  maxBytes: number;
  /**
   * After how many milliseconds without use data that nobody watches is packed, even if there is room; `Infinity` for never.
   * @defaultValue 60_000
   */
  coldAfter?: number;
  /**
   * The share of `maxBytes`, from 0 to 1, that the data of a single query may take; more is removed as soon as nobody watches
   * it.
   * @defaultValue 0.25
   */
  largestShare?: number;
  /**
   * Data smaller than this, in bytes, is never packed. With 0 all is, also what gets larger by it: for tests.
   * @defaultValue 1024
   */
  coldFrom?: number;
}

/** Why a query was removed to save memory: all data together, or its own, was too large. */
export type EvictionReason = 'budget' | 'tooLarge';

/** What cached data takes, as estimated; see docs/memory.md. */
export interface MemoryStats {
  /** The bound, in bytes; `null` where there is none. */
  maxBytes: number | null;
  /** What the data of watched queries takes, in bytes. */
  watchedBytes: number;
  /** What the data of other queries takes that is kept as objects, in bytes. */
  hotBytes: number;
  /** What packed data takes, in bytes. */
  coldBytes: number;
  /** Watched queries with data. */
  watchedEntries: number;
  /** Other queries whose data is kept as objects. */
  hotEntries: number;
  /** Queries whose data is packed. */
  coldEntries: number;
  /** How often data was packed. */
  freezes: number;
  /** How often it couldn't be, because it doesn't survive JSON or because it wasn't worth it. */
  refusals: number;
  /** How often packed data was read. */
  thaws: number;
  /** Queries removed to save memory, by reason. */
  evicted: Record<EvictionReason, number>;
}

/** Counters by what happened to queries. */
export interface PrefixStats {
  /** Fetches that were not needed, because the cached data was fresh. */
  hits: number;
  /** Fetches that were needed: no data, or stale data. */
  misses: number;
  /** Fetches that joined one already in flight. */
  dedupes: number;
  /** Fetches that were started. */
  fetches: number;
  /** Queries that were marked stale. */
  invalidations: number;
}

/** One query in a {@link Store}, as the store sees it: names and bytes. */
export interface StoredRecord {
  /** Names it within its scope. */
  id: string;
  /** With which version, and which key, it was written. */
  version: string;
  /** When its data came, in milliseconds since the epoch. */
  at: number;
  /** Bytes of head and body. */
  size: number;
  /** Small: the query's key, and what else is known of it. */
  head: Uint8Array;
  /** Its data. Not there in an index, and in a write where what is stored stays. */
  body?: Uint8Array;
}

/** Some of a scope's records, without their bodies. */
export interface IndexPage {
  /** Which life of the scope this is: `clear` ends it, and the next `readIndex` begins another one. */
  epoch: string;
  /** In the order of their ids; empty where there are no more. */
  records: Array<StoredRecord>;
  /** Why all that the store had is gone, if it has just found that out: it is counted as a failure. */
  lost?: string;
}

/** Where persisted queries live. Every method may reject; what comes out of a store is never trusted. */
export interface Store {
  /**
   * The records whose ids follow `after` and come before `before`, as many as are read at once; from the first, and to the last,
   * where these are left out.
   */
  readIndex(scope: string, after?: string, before?: string): Promise<IndexPage>;
  /** Whole records, in the order of `ids`; `undefined` for each that isn't there. */
  readBodies(scope: string, ids: ReadonlyArray<string>): Promise<Array<StoredRecord | undefined>>;
  /**
   * Puts records in, all of them or none; a record without a body keeps the one that is there.
   * @returns False, and nothing is written, where the scope's epoch is another one by now.
   * @throws An error named `QuotaExceededError` where there is no room.
   */
  write(scope: string, epoch: string, records: ReadonlyArray<StoredRecord>): Promise<boolean>;
  /** Deletes records; those that aren't there don't matter. */
  delete(scope: string, ids: ReadonlyArray<string>): Promise<void>;
  /** Deletes all that there is of a scope, and ends its epoch. */
  clear(scope: string): Promise<void>;
  /** Called when nothing waits to be written and the page is hidden, or has stopped writing: this may be the end of it. */
  rest?(): Promise<void>;
}

/**
 * Keeps persisted queries in IndexedDB.
 * @param options - `name`: the database's name, `'ferroquery'` by default; several scopes and clients may share one.
 * @throws {TypeError} when the name is no text
 */
export declare function indexedDb(options?: { name?: string }): Store;

/** A store that lasts as long as the page: for tests, and where nothing else is allowed. Clients may share one. */
export declare function memoryStore(): Store;

/** Options of {@link persist}. */
export interface PersistOptions {
  client: QueryClient;
  /** Where the queries are kept, such as `indexedDb({ name: 'my-app' })`. */
  store: Store;
  /** Whose data it is, such as a user's id: nobody of another scope sees it. `'public'` where it is everybody's. */
  scope: string;
  /**
   * Encrypts what is kept, with AES-GCM: 16, 24 or 32 bytes (also as base64), or a CryptoKey that may encrypt and decrypt. Keep
   * it where the data isn't, such as on the server, and give it after login. Without it, queries marked `sensitive` aren't kept.
   */
  key?: CryptoKey | BufferSource | string | Promise<CryptoKey | BufferSource | string>;
  /**
   * Older data is dropped, in milliseconds.
   * @defaultValue 1 day
   */
  maxAge?: number;
  /**
   * Data of another version is dropped: change it when the shape of the data changes.
   * @defaultValue ''
   */
  version?: string;
  /**
   * Which queries are kept: filters, or a function of the query.
   * @defaultValue all
   */
  filter?: QueryFilters<any> | ((query: Query<any, any, any, any>) => boolean);
}

/** A store at work, as given by {@link persist}. */
export interface Persistence {
  /** Resolves when it is known what the store has, or that it doesn't work; never rejects. Nothing has to wait for it. */
  readonly restored: Promise<void>;
  /** Writes at once all that has changed. Resolves when the store has it; never rejects. */
  flush(): Promise<void>;
  /**
   * Brings stored queries into the cache, where they have no data yet.
   * @param filters - A key, for all whose keys begin so; or `{ queryKey, exact }`. All where it is left out.
   * @returns How many have got their data; it never rejects.
   */
  restore(filters?: QueryKey | { queryKey?: QueryKey; exact?: boolean }): Promise<number>;
  /** Stops reading and writing; what the store has stays there. What has changed since the last write is lost: `flush` first. */
  stop(): void;
}

/**
 * Keeps the client's queries in a store, so that the next visit starts with their data: each is read when it is first wanted,
 * and written when it has changed and the page is idle. A second call takes the place of the first.
 * @throws {TypeError} when an option is wrong
 * @example
 * ```ts
 * persist({ client: queryClient, store: indexedDb({ name: 'my-app' }), scope: user.id, version: '1' })
 * ```
 */
export declare function persist(options: PersistOptions): Persistence;

/** What happened between a client and its store. */
export interface PersistStats {
  /** Records in the store now, as far as this page knows. */
  records: number;
  /** Their bytes. */
  bytes: number;
  /** Queries that wait to be written. */
  unsaved: number;
  /** Records written, since the client was made. */
  written: number;
  /** Their bytes. */
  writtenBytes: number;
  /** Queries that got their data from the store. */
  restored: number;
  /** Records deleted: too old, of another version or key, damaged, or for want of room. */
  dropped: { maxAge: number; version: number; corrupt: number; quota: number };
  /** Queries not written: sensitive without a key, not to be kept by JSON, forbidden by the server, too large. */
  refused: { sensitive: number; notJson: number; noStore: number; tooLarge: number };
  /** What the store failed to do. */
  failures: number;
}

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

/** A client's counters, as given by `queryClient.stats()`. */
export interface Stats extends PrefixStats {
  /** Queries in the cache now. */
  queries: number;
  /** Subscribed observers now. */
  observers: number;
  /** Events without a rule. */
  ignoredEvents: number;
  /** `hits / (hits + misses)`, from 0 to 1; 0 before the first of either. */
  hitRate: number;
  /** The engine's linear memory, in bytes. */
  memoryBytes: number;
  /** What cached data takes; zeros for a client without `memory`. */
  memory: MemoryStats;
  /** What came of JSON bodies. */
  decode: DecodeStats;
  /** Interned key parts now. */
  symbols: number;
  /** What came of HTTP. */
  http: {
    /** Requests that asked whether the data has changed, with `If-None-Match` or `If-Modified-Since`. */
    conditional: number;
    /** Answers that it hasn't (304). */
    notModified: number;
    /** Failed tries whose answer asked for a pause, with `Retry-After`. */
    retryAfter: number;
  };
  /** Fetches that were begun ahead: by `earlyRefresh`, `warm` and `schedule`. */
  stampedes: { early: number; warmed: number; scheduled: number };
  /**
   * Answers shared with other tabs: fetches for which they were asked, answers taken and given, waits that ended because the
   * other tab died or didn't answer, and messages or values that were not to be taken.
   */
  shared: { asked: number; taken: number; given: number; takeovers: number; refused: number };
  /** The counters by the first part of the key. */
  byPrefix: Record<string, PrefixStats>;
  /** What happened between the client and its store, if it has one. */
  persist: PersistStats;
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

/** The engine can't run here: WebAssembly is missing or forbidden. The message names the cause and the remedy. */
export declare class EngineUnavailableError extends Error {
  name: 'EngineUnavailableError';
  /** What the platform threw. */
  cause: unknown;
}

/** The engine failed and was replaced by a fresh one: data is kept and marked stale, fetches in flight were aborted. */
export declare class EngineTrapError extends Error {
  name: 'EngineTrapError';
}

/** What {@link jsonQuery} takes beside what `fetch` takes. */
export interface JsonQueryInit extends RequestInit {
  /** Used instead of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** What a query function gets, of one page or of none. */
export interface JsonQueryContext<TQueryKey = import('./query-core/index.js').QueryKey> {
  client: import('./query-core/index.js').QueryClient;
  queryKey: TQueryKey;
  signal: AbortSignal;
  meta: import('./query-core/index.js').QueryMeta | undefined;
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
