import { dehydrate, hydrate, QueryClient } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beside, type Core, later, wait } from './beside.js';
import { behaveAsPage } from './browserLike.js';

type Client = InstanceType<Core['QueryClient']>;

const isPending = (query: { state: { status: string } }) => query.state.status === 'pending';
const isAny = () => true;
/** As it goes over the wire. */
const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe('dehydrate', () => {
  beside('takes what succeeded, and by wish the rest', async ({ QueryClient, dehydrate }, log) => {
    const client = new QueryClient();
    await fetched(client, ['a'], 'A', { meta: { m: 1 } });
    await fetched(client, ['bad'], new Error('no'));
    client.setQueryData(['null'], null);
    client.getQueryCache().build(client, { queryKey: ['idle'] });
    void client.prefetchQuery({ queryKey: ['pending'], queryFn: later('P') });
    log(dehydrate(client));
    log(dehydrate(client).queries.map((query) => Object.keys(query)));
    log(dehydrate(client, { shouldDehydrateQuery: isAny }));
    log(dehydrate(client, { shouldDehydrateQuery: isAny }).queries.map((query) => Object.keys(query)));
    log(dehydrate(client, { shouldDehydrateQuery: () => false }));
    await wait(10);
  });

  beside('gives an infinite query its type', async (core, log) => {
    const client = new core.QueryClient();
    const options = {
      queryKey: ['pages'],
      queryFn: ({ pageParam }: { pageParam: number }) => pageParam,
      initialPageParam: 0,
      getNextPageParam: (last: number) => last + 1,
      pages: 2,
    };
    const done = client.prefetchInfiniteQuery(options);
    await wait(1);
    await done;
    const state = core.dehydrate(client);
    log(state);
    const other = new core.QueryClient();
    core.hydrate(other, state);
    log(other.getQueryCache().getAll()[0]!.queryType, other.getQueryData(['pages']));
    void other.prefetchInfiniteQuery({ ...options, staleTime: 0 });
    await wait(1);
    log(other.getQueryState(['pages']));
  });

  beside('follows the defaults of its client', async (core, log) => {
    const client = new core.QueryClient({
      defaultOptions: {
        dehydrate: {
          shouldDehydrateQuery: ({ queryKey }) => queryKey[0] !== 'secret',
          shouldDehydrateMutation: () => false,
          serializeData: (data) => ({ text: data }),
          shouldRedactErrors: () => false,
        },
        hydrate: {
          deserializeData: ({ text }) => text,
          queries: { gcTime: 77, meta: { from: 'defaults' } },
          mutations: { gcTime: 66 },
        },
      },
    });
    client.setQueryData(['a'], 'A');
    client.setQueryData(['secret'], 'S');
    const state = core.dehydrate(client);
    log(state);
    log(core.dehydrate(client, { shouldDehydrateQuery: isAny, serializeData: (data) => data }));
    client.clear();
    core.hydrate(client, {
      ...state,
      mutations: [{ mutationKey: ['m'], state: { isPaused: true, status: 'pending' } as never }],
    });
    const [query] = client.getQueryCache().getAll();
    log(query!.state, query!.gcTime, query!.options);
    const [mutation] = client.getMutationCache().getAll();
    log(mutation!.options, mutation!.gcTime);
    client.clear();
    core.hydrate(client, state, {
      defaultOptions: { deserializeData: ({ text }) => `${text}!`, queries: { gcTime: 88, retry: 3 } },
    });
    log(client.getQueryCache().getAll()[0]!.options, client.getQueryData(['a']));
  });

  beside('redacts the error of a promise, unless told not to', async ({ QueryClient, dehydrate }, log) => {
    const client = new QueryClient();
    void client.prefetchQuery({ queryKey: ['e'], queryFn: later(new Error('the password is 123')) });
    const redacted = dehydrate(client, { shouldDehydrateQuery: isPending });
    const kept = dehydrate(client, { shouldDehydrateQuery: isPending, shouldRedactErrors: () => false });
    redacted.queries[0]!.promise!.catch((error) => log('redacted', error));
    kept.queries[0]!.promise!.catch((error) => log('kept', error));
    await wait(10);
  });

  beside('asks of each error whether it may be told', async ({ QueryClient, dehydrate }, log) => {
    const client = new QueryClient();
    for (const name of ['public', 'private']) {
      void client.prefetchQuery({ queryKey: [name], queryFn: later(new Error(name)) });
    }
    void client.prefetchQuery({ queryKey: ['cancelled'], queryFn: later(1) });
    const shouldRedactErrors = (error: unknown) => {
      log('asked of', error);
      return (error as Error).message !== 'public';
    };
    for (const { queryHash, promise } of dehydrate(client, { shouldDehydrateQuery: isPending, shouldRedactErrors })
      .queries) {
      promise!.catch((error) => log(queryHash, error));
    }
    void client.cancelQueries({ queryKey: ['cancelled'] });
    await wait(10);
  });

  beside('lets what serializes or deserializes fail', async ({ QueryClient, dehydrate, hydrate }, log) => {
    const client = new QueryClient();
    client.setQueryData(['a'], 1);
    const fail = () => {
      throw new Error('not this one');
    };
    const attempt = (run: () => unknown) => {
      try {
        log(run());
      } catch (error) {
        log(error);
      }
    };
    attempt(() => dehydrate(client, { serializeData: fail }));
    const other = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    attempt(() => hydrate(other, dehydrate(client), { defaultOptions: { deserializeData: fail } }));
    log(other.getQueryCache().getAll().length);
    client.clear();
    void client.prefetchQuery({ queryKey: ['p'], queryFn: later(1) });
    const state = dehydrate(client, { shouldDehydrateQuery: isPending, serializeData: fail });
    state.queries[0]!.promise!.catch((error) => log(error));
    hydrate(other, dehydrate(client, { shouldDehydrateQuery: isPending }), {
      defaultOptions: { deserializeData: fail },
    });
    await wait(10);
    log(other.getQueryState(['p']));
  });

  beside('serializes data, also that of a promise', async ({ QueryClient, dehydrate, hydrate }, log) => {
    const client = new QueryClient();
    client.setQueryData(['now'], new Date(5));
    client.setQueryData(['undefined soon'], 1);
    void client.prefetchQuery({ queryKey: ['later'], queryFn: later(new Date(7)) });
    const options = {
      shouldDehydrateQuery: isAny,
      serializeData: (data: any) => (data instanceof Date ? +data : data),
    };
    const state = dehydrate(client, options);
    log(state);
    const other = new QueryClient();
    hydrate(other, state, { defaultOptions: { deserializeData: (data) => new Date(data).toISOString() } });
    log(other.getQueryData(['now']), other.getQueryState(['later']));
    await wait(10);
    log(other.getQueryData(['later']), other.getQueryState(['later']));
  });
});

describe('hydrate', () => {
  beside('finds a query by the hash that came with it', ({ QueryClient, hydrate }, log) => {
    const plain = ['a', 'b'];
    const [quoted, split, counted] = [['a"b'], ['a","b'], ['a', 1]];
    for (const [queryKey, queryHash] of [
      [plain, '["a","b"]'],
      [plain, '["a","b"] '],
      [plain, '["a","b"'],
      [plain, '["a","bc"]'],
      [plain, ''],
      [[], '[]'],
      [[], '["a"]'],
      [quoted, '["a"b"]'],
      [quoted, '["a\\"b"]'],
      [split, '["a","b"]'],
      [counted, '["a",1]'],
      [counted, '["a","1"]'],
      [['\n\ud800'], '["\n\ud800"]'],
      [['\n\ud800'], JSON.stringify(['\n\ud800'])],
    ] as const) {
      const client = new QueryClient();
      const state = { data: 1, dataUpdatedAt: 1, status: 'success' };
      hydrate(client, { mutations: [], queries: [{ queryKey, queryHash, state: state as never, dehydratedAt: 1 }] });
      log(queryHash, client.getQueryData(queryKey), client.getQueryData(plain));
    }
  });

  const full = {
    status: 'success',
    fetchStatus: 'idle',
    data: 'theirs',
    dataUpdateCount: 1,
    dataUpdatedAt: 50,
    error: null,
    errorUpdateCount: 0,
    errorUpdatedAt: 0,
    fetchFailureCount: 0,
    fetchFailureReason: null,
    fetchMeta: null,
    isInvalidated: false,
  };
  const failed = { status: 'error', error: 'E', errorUpdatedAt: 120, errorUpdateCount: 1 };
  const states = {
    pending: {
      ...full,
      status: 'pending',
      fetchStatus: 'fetching',
      data: undefined,
      dataUpdateCount: 0,
      dataUpdatedAt: 0,
    },
    older: full,
    equal: { ...full, dataUpdatedAt: 100 },
    newer: { ...full, dataUpdatedAt: 150, isInvalidated: true, fetchStatus: 'paused' },
    'failed without data': { ...full, ...failed, data: undefined, dataUpdatedAt: 0 },
    'failed with newer data': { ...full, ...failed, dataUpdatedAt: 150 },
  };
  const promises: Record<string, () => unknown> = {
    'no promise': () => undefined,
    'a promise': () => Promise.resolve('promised'),
    'a promise that rejects': () => {
      const promise = Promise.reject(new Error('rejected'));
      promise.catch(() => {});
      return promise;
    },
    'a thenable that knows at once': () => ({
      // biome-ignore lint/suspicious/noThenProperty: what streams of server components hand over
      then: (resolve?: (value: string) => void) => {
        resolve?.('at once');
        return { catch() {} };
      },
    }),
    'a thenable that returns nothing': () => ({
      // biome-ignore lint/suspicious/noThenProperty: what streams of server components hand over
      then: (resolve?: (value: string) => void) => resolve?.('at once'),
    }),
  };
  const before: Record<string, (core: Core, client: Client) => unknown> = {
    nothing: () => {},
    'a pending query': (_core, client) => client.getQueryCache().build(client, { queryKey: ['a'] }),
    'a first fetch': (_core, client) => void client.prefetchQuery({ queryKey: ['a'], queryFn: later('own', 1) }),
    data: (_core, client) => client.setQueryData(['a'], 'mine', { updatedAt: 100 }),
    'data and a fetch': (_core, client) => {
      client.setQueryData(['a'], 'mine', { updatedAt: 100 });
      void client.prefetchQuery({ queryKey: ['a'], queryFn: later('own', 1) });
    },
    'an error': (_core, client) => fetched(client, ['a'], new Error('no')),
    'a watched query': ({ QueryObserver }, client) => {
      client.setQueryData(['a'], 'mine', { updatedAt: 100 });
      new QueryObserver(client, { queryKey: ['a'], queryFn: later('own', 1), staleTime: 1e15 }).subscribe(() => {});
    },
  };
  for (const [name, prepare] of Object.entries(before)) {
    beside(`over ${name}`, async (core, log) => {
      for (const [what, promise] of Object.entries(promises)) {
        for (const [how, state] of Object.entries(states)) {
          for (const dehydratedAt of [50, 100, 200, Date.now() + 1e6]) {
            const client = new core.QueryClient();
            await prepare(core, client);
            log(what, how, dehydratedAt);
            client.getQueryCache().subscribe((event) => log(event.type, 'action' in event ? event.action : ''));
            const query = { queryKey: ['a'], queryHash: '["a"]', state, dehydratedAt, promise: promise() };
            core.hydrate(
              client,
              { queries: [query as never] },
              {
                defaultOptions: { deserializeData: (data) => `${data}!`, queries: { retry: false } },
              },
            );
            log(client.getQueryState(['a']));
            await wait(3);
            log(client.getQueryState(['a']));
          }
        }
      }
    });
  }

  beside('streams: an observer meets the promise on its way', async (core, log) => {
    const server = new core.QueryClient();
    void server.prefetchQuery({ queryKey: ['a'], queryFn: later('from the server', 20) });
    const client = new core.QueryClient();
    core.hydrate(client, core.dehydrate(server, { shouldDehydrateQuery: isPending }));
    const observer = new core.QueryObserver(client, { queryKey: ['a'], queryFn: later('own', 3), staleTime: 1000 });
    observer.subscribe(({ status, fetchStatus, data }) => log(status, fetchStatus, data));
    await wait(30);
    log(client.getQueryState(['a']));
    void client.refetchQueries();
    await wait(30);
    log(client.getQueryData(['a']));
  });

  beside('tries again by the query function where the promise rejects', async (core, log) => {
    const client = new core.QueryClient({ defaultOptions: { queries: { retryDelay: 10 } } });
    const promise = Promise.reject(new Error('redacted'));
    promise.catch(() => {});
    const query = { queryKey: ['a'], queryHash: '["a"]', state: states.pending, dehydratedAt: 5, promise };
    client.getQueryCache().subscribe((event) => log(event.type, 'action' in event ? event.action : ''));
    core.hydrate(client, { queries: [query as never] });
    const observer = new core.QueryObserver(client, { queryKey: ['a'], queryFn: later('own', 3) });
    const stop = observer.subscribe(({ status, fetchStatus, data, failureCount }) =>
      log(status, fetchStatus, data, failureCount),
    );
    await wait(100);
    stop();
    client.clear();
    core.hydrate(client, { queries: [query as never] });
    await wait(100);
    log(client.getQueryState(['a']));
  });

  beside('restores paused mutations, and they go on by the defaults of their key', async (core, log) => {
    const setUp = (name: string) => {
      const client = new core.QueryClient();
      client.setMutationDefaults(['m'], {
        mutationFn: async (variables: unknown) => {
          log(name, 'runs', variables);
          return `${variables} done`;
        },
        onSuccess: (data, variables, context) => log(name, 'onSuccess', data, variables, context),
      });
      return client;
    };
    const client = setUp('here');
    core.onlineManager.setOnline(false);
    const mutate = (options: object, variables: unknown) =>
      void new core.MutationObserver(client, options).mutate(variables as never).catch(() => {});
    mutate({ mutationKey: ['m'], scope: { id: 's' }, meta: { x: 1 }, onMutate: () => ({ undo: 1 }) }, 'first');
    mutate({ mutationKey: ['m'], scope: { id: 's' } }, 'second');
    mutate({ mutationKey: ['m'] }, 'third');
    mutate({ mutationFn: later('x', 50), networkMode: 'always' }, 'not paused');
    await wait(1);
    const state = overTheWire(core.dehydrate(client));
    log(state);
    log(core.dehydrate(client, { shouldDehydrateMutation: isAny }).mutations.length);
    log(core.dehydrate(client, { shouldDehydrateMutation: () => false }).mutations);
    const other = setUp('there');
    other.getMutationCache().subscribe((event) => log(event.type, 'action' in event ? event.action : ''));
    core.hydrate(other, state);
    log(
      other
        .getMutationCache()
        .getAll()
        .map(({ options, state: { variables, isPaused, status } }) => [
          options.scope,
          options.meta,
          variables,
          isPaused,
          status,
        ]),
    );
    core.onlineManager.setOnline(true);
    const resumed = other.resumePausedMutations();
    await wait(10);
    await resumed;
    log(
      other
        .getMutationCache()
        .getAll()
        .map((mutation) => mutation.state.data),
    );
    await wait(100);
    client.clear();
    other.clear();
  });
});

describe('a payload', () => {
  behaveAsPage();

  let client: QueryClient;
  beforeEach(() => {
    client = new QueryClient();
    client.setQueryData(['mine'], { keep: true });
  });
  afterEach(() => {
    expect(client.getQueryData(['mine'])).toEqual({ keep: true });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    client.clear();
  });
  const take = (payload: unknown) => hydrate(client, payload as never);
  const state = { data: 'D', status: 'success', dataUpdatedAt: 10 };

  it.each([
    [undefined, /must be what dehydrate\(\) returned, but it is undefined/],
    [null, /but it is null/],
    [{ queries: {} }, /queries of a dehydrated state must be an array, but they are {}/],
    [{ queries: 'text' }, /but they are "text"/],
    [{ mutations: { length: 1 } }, /mutations of a dehydrated state must be an array/],
    [{ queries: [null] }, /queries\[0\] is null/],
    [{ queries: [{ queryKey: ['x'], queryHash: '["x"]', state }, 5] }, /queries\[1\] is 5/],
    [{ queries: [{}] }, /need a queryKey, but queries\[0\] is {}/],
    [{ queries: [{ queryKey: ['a'] }] }, /\["a"\] needs a state, but it has undefined/],
    [{ queries: [{ queryKey: ['a'], queryHash: '["a"]', state: 'D' }] }, /"\[\\"a\\"\]" needs a state, but it has "D"/],
    [{ queries: [{ queryHash: 'x', state }] }, /need a queryKey, but queries\[0\]/],
    [{ mutations: ['m'] }, /mutations\[0\] is "m"/],
  ])('%j is refused by a TypeError that says why', (payload, message) => {
    expect(() => take(payload)).toThrow(TypeError);
    expect(() => take(payload)).toThrow(message);
    // Nothing of it was taken.
    expect(client.getQueryCache().getAll()).toHaveLength(1);
    expect(client.getMutationCache().getAll()).toHaveLength(0);
  });

  it.each([['text'], [5], [true], [[]], [{}], [{ queries: null, mutations: undefined }]])(
    '%j holds nothing',
    (payload) => {
      take(payload);
      expect(client.getQueryCache().getAll()).toHaveLength(1);
    },
  );

  it('with half a state gets the rest by default', () => {
    take({ queries: [{ queryKey: ['half'], queryHash: '["half"]', state }] });
    expect(client.getQueryState(['half'])).toEqual({
      ...state,
      dataUpdateCount: 0,
      error: null,
      errorUpdateCount: 0,
      errorUpdatedAt: 0,
      fetchFailureCount: 0,
      fetchFailureReason: null,
      fetchMeta: null,
      fetchStatus: 'idle',
      isInvalidated: false,
    });
    client.setQueryData(['half'], 'more');
    expect(client.getQueryState(['half'])!.dataUpdateCount).toBe(1);
  });

  it('of version 4 is taken with its own words for the status', async () => {
    take({
      queries: [{ queryKey: ['old'], queryHash: '["old"]', state: { ...state, status: 'loading', data: undefined } }],
      mutations: [{ mutationKey: ['m'], state: { status: 'loading', isPaused: true, variables: 1 } }],
    });
    expect(client.getMutationCache().getAll()).toHaveLength(1);
    expect(await client.fetchQuery({ queryKey: ['old'], queryFn: () => 'new' })).toBe('new');
    expect(client.getQueryState(['old'])!.status).toBe('success');
  });

  it('with names of prototypes is data like any other', () => {
    const payload = JSON.parse(
      `{ "queries": [
        { "queryKey": ["__proto__", "constructor"], "queryHash": "[\\"__proto__\\",\\"constructor\\"]",
          "state": { "__proto__": { "polluted": 1 }, "data": { "__proto__": { "polluted": 1 }, "n": 1 }, "status": "success", "dataUpdatedAt": 5 },
          "__proto__": { "polluted": 1 }, "meta": { "__proto__": { "polluted": 1 } } },
        { "queryKey": ["p"], "queryHash": "__proto__", "state": { "data": 2, "status": "success", "dataUpdatedAt": 5 } }
      ], "mutations": [{ "__proto__": { "polluted": 1 }, "state": { "__proto__": { "polluted": 1 }, "status": "idle" } }] }`,
    );
    take(payload);
    expect(client.getQueryData<any>(['__proto__', 'constructor']).n).toBe(1);
    expect(client.getQueryCache().get('__proto__')!.state.data).toBe(2);
    expect((client.getQueryCache().get('__proto__')!.state as any).polluted).toBeUndefined();
  });

  it('of fifty thousand queries goes there and back', () => {
    const queries = Array.from({ length: 50_000 }, (_, id) => ({
      queryKey: ['item', id],
      queryHash: `["item",${id}]`,
      state: { ...state, data: { id } },
    }));
    take({ queries });
    const back = overTheWire(dehydrate(client));
    expect(back.queries).toHaveLength(50_001);
    const other = new QueryClient();
    hydrate(other, back);
    expect(other.getQueryData(['item', 49_999])).toEqual({ id: 49_999 });
    other.clear();
  }, 60_000);
});

/** Fetches under the fake clock, to the end. */
async function fetched(client: Client, queryKey: readonly unknown[], value: unknown, more: object = {}): Promise<void> {
  const done = client.prefetchQuery({ queryKey, queryFn: later(value), ...more });
  await wait(10);
  await done;
}
