import type {
  Mutation as CoreMutation,
  Query as CoreQuery,
  QueryClient as CoreQueryClient,
  DehydratedState,
  DehydrateOptions,
  HydrateOptions,
} from '@tanstack/query-core';
import { isDevelopment } from './development';
import { runsOnServer } from './environmentManager';
import { type KeptAnswer, readKeptAnswer } from './http/keptAnswer';
import { noop } from './markers';
import type { Query } from './query';
import type { QueryCache } from './queryCache';
import { hashKey } from './queryKey';
import { show } from './show';

type AnyMutation = CoreMutation<any, any, any, any>;
type AnyQuery = CoreQuery<any, any, any, any>;
type Transform = (data: any) => any;
type DehydratedQuery = DehydratedState['queries'][number] & { http?: Omit<KeptAnswer, 'requests'> };
type State = DehydratedQuery['state'];
type DehydratedMutation = DehydratedState['mutations'][number];

const asItIs: Transform = (data) => data;
const always = () => true;

export function defaultShouldDehydrateMutation(mutation: AnyMutation): boolean {
  return mutation.state.isPaused;
}

export function defaultShouldDehydrateQuery(query: AnyQuery): boolean {
  // A server's page may hold what it may not store; what a page dehydrates is stored.
  return query.state.status === 'success' && (!(query as unknown as Query).isNoStore || runsOnServer());
}

/** What a client's caches hold, as plain objects: what `hydrate` takes on the other side. */
export function dehydrate(client: CoreQueryClient, options: DehydrateOptions = {}): DehydratedState {
  const defaults = client.getDefaultOptions().dehydrate;
  const takesMutation =
    options.shouldDehydrateMutation ?? defaults?.shouldDehydrateMutation ?? defaultShouldDehydrateMutation;
  const takesQuery = options.shouldDehydrateQuery ?? defaults?.shouldDehydrateQuery ?? defaultShouldDehydrateQuery;
  const redacts = options.shouldRedactErrors ?? defaults?.shouldRedactErrors;
  const serialize = options.serializeData ?? defaults?.serializeData;
  const mutations = client
    .getMutationCache()
    .getAll()
    .filter((mutation) => takesMutation(mutation))
    .map(dehydrateMutation);
  const queries: DehydratedQuery[] = [];
  for (const query of client.getQueryCache().getAll()) {
    if (takesQuery(query)) {
      queries.push(dehydrateQuery(query, serialize, redacts));
    }
  }
  return { mutations, queries };
}

function dehydrateMutation({ options, state }: AnyMutation): DehydratedMutation {
  return {
    mutationKey: options.mutationKey,
    state,
    ...(options.scope && { scope: options.scope }),
    ...(options.meta && { meta: options.meta }),
  };
}

/** One query; of a pending one also the promise of its data. */
export function dehydrateQuery(
  query: AnyQuery,
  serializeData: Transform = asItIs,
  shouldRedactErrors: (error: unknown) => boolean = always,
): DehydratedQuery {
  const state = { ...query.state };
  if (state.data !== undefined) {
    state.data = serializeData(state.data);
  }
  const { queryKey, queryHash, meta, queryType } = query;
  const dehydrated: DehydratedQuery = { dehydratedAt: Date.now(), state, queryKey, queryHash };
  if (state.status === 'pending') {
    dehydrated.promise = dehydratePromise(query, serializeData, shouldRedactErrors);
  }
  if (meta) {
    dehydrated.meta = meta;
  }
  if (queryType) {
    dehydrated.queryType = queryType;
  }
  const kept = (query as unknown as Query).keptAnswer;
  if (kept) {
    // Not where it came from: that is a server's own affair.
    const { requests: _, ...http } = kept;
    dehydrated.http = http;
  }
  return dehydrated;
}

function dehydratePromise(
  query: AnyQuery,
  serializeData: Transform,
  shouldRedactErrors: (error: unknown) => boolean,
): Promise<unknown> | undefined {
  const promise = query.promise?.then(serializeData).catch((error) => {
    if (!shouldRedactErrors(error)) {
      return Promise.reject(error);
    }
    if (isDevelopment) {
      console.error(
        `A query that was dehydrated as pending ended up rejecting. [${query.queryHash}]: ${error}; The error will be redacted in production builds`,
      );
    }
    // What went wrong on a server may say more than its pages may know.
    return Promise.reject(new Error('redacted'));
  });
  // Whoever takes it up handles its rejection, and perhaps nobody does.
  promise?.catch(noop);
  return promise;
}

/** Puts what `dehydrate` made into a client's caches; where there is newer data, that stays. */
export function hydrate(client: CoreQueryClient, dehydratedState: unknown, options?: HydrateOptions): void {
  if (dehydratedState === undefined || dehydratedState === null) {
    throw new TypeError(`A dehydrated state must be what dehydrate() returned, but it is ${dehydratedState}.`);
  }
  const given = dehydratedState as Partial<DehydratedState>;
  const mutations = mutationsOf(given.mutations);
  const { queries, news } = queriesOf(given.queries, client.getQueryCache() as unknown as QueryCache);
  const mutationCache = client.getMutationCache();
  const defaults = client.getDefaultOptions().hydrate;
  for (const { state, ...own } of mutations) {
    mutationCache.build(client, { ...defaults?.mutations, ...options?.defaultOptions?.mutations, ...own }, state);
  }
  const deserialize = options?.defaultOptions?.deserializeData ?? defaults?.deserializeData ?? asItIs;
  const queryDefaults = { ...defaults?.queries, ...options?.defaultOptions?.queries };
  // A payload that comes again mostly brings nothing.
  if (news) {
    for (const query of queries) {
      hydrateQuery(client, query, queryDefaults, deserialize);
    }
  }
}

function hydrateQuery(
  client: CoreQueryClient,
  { queryKey, queryHash = hashKey(queryKey), state, promise, dehydratedAt, meta, queryType, http }: DehydratedQuery,
  defaults: object,
  deserialize: Transform,
): void {
  const cache = client.getQueryCache() as unknown as QueryCache;
  const known: Query | undefined = cache.get(queryHash);
  const early = promise && valueAtOnce(promise);
  const isEarly = early !== undefined;
  const at = known?.dataUpdatedAt ?? 0;
  const isNews = known === undefined || state.dataUpdatedAt > at || (isEarly && dehydratedAt > at);
  const raw = state.data === undefined ? early : state.data;
  const data = raw === undefined ? undefined : deserialize(raw);
  // Pending, and yet with data: written by hand, or resolved by now.
  const comesWithData = data !== undefined && (state.status ?? 'pending') === 'pending';
  const isFetching = known?.state.fetchStatus === 'fetching';
  const kept = data === undefined ? undefined : readKeptAnswer(http);
  const takesPromise = known === undefined || (known.state.status !== 'pending' && !isFetching);
  let query = known;
  if (query === undefined) {
    const options = { ...defaults, queryKey, queryHash, meta, _type: queryType };
    const whole = wholeState(state, data);
    if (comesWithData) {
      whole.status = 'success';
      whole.dataUpdatedAt = dehydratedAt ?? 0;
    }
    query = cache.create(client, options as never, whole);
    if (kept) {
      query.restoreAnswer(kept);
    }
  } else if (isNews) {
    const { fetchStatus: _, ...values } = { ...state, data };
    const given: Partial<State> = values;
    if (comesWithData) {
      Object.assign(given, { status: 'success', dataUpdatedAt: dehydratedAt }, !isFetching && { fetchStatus: 'idle' });
    }
    query.setState(given, kept);
  }
  if (promise && !isEarly && takesPromise && dehydratedAt > query.dataUpdatedAt) {
    query.fetch(undefined, { initialPromise: Promise.resolve(promise).then(deserialize) }).catch(noop);
  }
}

/** An idle state of the fields that a query has; those that the payload lacks are a new query's. */
function wholeState(state: Partial<State>, data: unknown): State {
  return {
    data,
    dataUpdateCount: state.dataUpdateCount ?? 0,
    dataUpdatedAt: state.dataUpdatedAt ?? 0,
    error: state.error ?? null,
    errorUpdateCount: state.errorUpdateCount ?? 0,
    errorUpdatedAt: state.errorUpdatedAt ?? 0,
    fetchFailureCount: state.fetchFailureCount ?? 0,
    fetchFailureReason: state.fetchFailureReason ?? null,
    fetchMeta: state.fetchMeta ?? null,
    isInvalidated: state.isInvalidated ?? false,
    status: state.status ?? 'pending',
    fetchStatus: 'idle',
  };
}

/** What a promise of another kind gives before `then` returns: streams of server components have those. */
function valueAtOnce(promise: PromiseLike<unknown>): unknown {
  let value: unknown;
  const next = promise.then((result) => {
    value = result;
    return result;
  }, noop) as Promise<unknown> | undefined;
  next?.catch?.(noop);
  return value;
}

/** The entries of a payload, which may come from another version or be damaged: it is taken whole or not at all. */
function listOf<T>(list: T[] | undefined, name: string): T[] {
  if (list === undefined || list === null) {
    return [];
  }
  if (!Array.isArray(list)) {
    throw new TypeError(`The ${name} of a dehydrated state must be an array, but they are ${show(list)}.`);
  }
  return list;
}

function entryOf<T>(list: T[], at: number, name: string): T {
  if (!isObject(list[at])) {
    throw new TypeError(`The ${name} of a dehydrated state must be objects, but ${name}[${at}] is ${show(list[at])}.`);
  }
  return list[at]!;
}

function mutationsOf(list: DehydratedMutation[] | undefined): DehydratedMutation[] {
  const mutations = listOf(list, 'mutations');
  for (let at = 0; at < mutations.length; at += 1) {
    entryOf(mutations, at, 'mutations');
  }
  return mutations;
}

/** Whether any of the queries may be new is found out on the way: this is the one loop over a payload that isn't. */
function queriesOf(
  list: DehydratedQuery[] | undefined,
  cache: QueryCache,
): { queries: DehydratedQuery[]; news: boolean } {
  const queries = listOf(list, 'queries');
  let news = false;
  for (let at = 0; at < queries.length; at += 1) {
    const query = entryOf(queries, at, 'queries');
    const { queryKey, queryHash, state } = query;
    if (queryKey === undefined) {
      throw new TypeError(`The queries of a dehydrated state need a queryKey, but queries[${at}] is ${show(query)}.`);
    }
    if (!isObject(state)) {
      throw new TypeError(
        `The dehydrated query ${show(queryHash ?? queryKey)} needs a state, but it has ${show(state)}.`,
      );
    }
    news ||= query.promise !== undefined || isNewer(state, cache.get(queryHash ?? hashKey(queryKey)));
  }
  return { queries, news };
}

function isNewer(state: Partial<State>, known: Query | undefined): boolean {
  return known === undefined || state.dataUpdatedAt! > known.dataUpdatedAt;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
