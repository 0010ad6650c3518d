import { describe, vi } from 'vitest';
import { beside, later, wait } from './beside.js';

describe('data may have a member named constructor', () => {
  for (const made of ['Ferrari', null, undefined, { id: 1 }, Date]) {
    const entry = () => ({ constructor: made, points: [1, 2] });

    beside(String(made), async ({ QueryClient, hashKey, replaceEqualDeep, partialMatchKey }, log) => {
      const old = entry();
      log(replaceEqualDeep(old, entry()) === old, replaceEqualDeep(old, { ...entry(), points: [1] }) === old);
      log(hashKey([entry()]), partialMatchKey([entry()], [entry()]));
      const client = new QueryClient();
      const first = client.setQueryData(['a'], entry());
      log(client.setQueryData(['a'], entry()) === first);
      await client.prefetchQuery({ queryKey: ['a'], queryFn: entry });
      log(client.getQueryData(['a']) === first);
    });
  }
});

beside('classes go by their names', (core, log) => {
  const client = new core.QueryClient();
  const made = [
    client,
    client.getQueryCache(),
    client.getMutationCache(),
    new core.QueryObserver(client, { queryKey: ['a'] }),
    new core.InfiniteQueryObserver(client, { queryKey: ['a'] } as never),
    new core.QueriesObserver(client, []),
    new core.MutationObserver(client, {}),
    client.getQueryCache().find({ queryKey: ['a'] }),
    core.focusManager,
    core.onlineManager,
    core.timeoutManager,
    new core.CancelledError(),
  ];
  log(made.map((object) => object?.constructor.name));
});

beside('a late timer provider is warned of', ({ timeoutManager }, log) => {
  const provider = () => ({
    setTimeout: (run: () => void, ms: number) => Number(setTimeout(run, ms)),
    clearTimeout: (id?: number) => clearTimeout(id),
    setInterval: (run: () => void, ms: number) => Number(setInterval(run, ms)),
    clearInterval: (id?: number) => clearInterval(id),
  });
  const first = provider();
  timeoutManager.setTimeoutProvider(first as never);
  timeoutManager.setTimeout(() => {}, 1);
  timeoutManager.setTimeoutProvider(first as never);
  log('the same one');
  timeoutManager.setTimeout(() => {}, 1);
  timeoutManager.setTimeoutProvider(provider() as never);
  log('another one');
});

beside('a state can be assigned', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  client.setQueryData(['a'], 1);
  const query = client.getQueryCache().find({ queryKey: ['a'] })!;
  query.state = { ...query.state, data: 2, dataUpdatedAt: 5, isInvalidated: true };
  log(client.getQueryState(['a']), query.isStale());
  log(new QueryObserver(client, { queryKey: ['a'] }).getCurrentResult().data);
});

beside(
  'a state is assigned without a word, and shown with the next one',
  async ({ QueryClient, QueryObserver }, log) => {
    const client = new QueryClient();
    client.setQueryData(['a'], 1);
    const query = client.getQueryCache().find({ queryKey: ['a'] })!;
    const observer = new QueryObserver(client, { queryKey: ['a'], enabled: false });
    const stops = [
      client.getQueryCache().subscribe(({ type }) => {
        log('event', type);
        // While others are still to be told.
        if (query.state.data === 2) query.state = { ...query.state, data: 3 };
      }),
      observer.subscribe(({ data }) => log('result', data)),
      new QueryObserver(client, { queryKey: ['a'], enabled: false }).subscribe(({ data }) => log('another', data)),
    ];
    query.state = { ...query.state, data: 'assigned' };
    await wait(5);
    log(observer.getCurrentResult().data);
    client.setQueryData(['a'], 2);
    await wait(5);
    log(client.getQueryData(['a']), observer.getCurrentResult().data);
    for (const stop of stops) stop();
    client.clear();
  },
);

beside('an observer counts once, however often it is added', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, { queryKey: ['a'], enabled: false, gcTime: 10 });
  const query = observer.getCurrentQuery();
  query.addObserver(observer);
  query.addObserver(observer);
  log(query.getObserversCount(), query.observers.length);
  query.removeObserver(observer);
  log(query.getObserversCount());
  const listener = () => log('told');
  const stops = [observer.subscribe(listener), observer.subscribe(listener)];
  log(query.getObserversCount());
  query.setData(1);
  await wait(0);
  for (const stop of stops) stop();
  log(query.getObserversCount());
  await wait(10);
  log(client.getQueryCache().getAll().length);
});

beside('who removes a query of the same hash as a stored one removes nothing', ({ QueryClient, Query }, log) => {
  const client = new QueryClient();
  const cache = client.getQueryCache();
  client.setQueryData(['a'], 1);
  const other = new Query({ client, queryKey: ['a'], queryHash: '["a"]' } as never);
  cache.subscribe(({ type }) => log(type));
  cache.add(other as never);
  cache.remove(other as never);
  log(cache.getAll().length);
  cache.remove(cache.getAll()[0]!);
  log(cache.getAll().length);
});

beside('what isn’t a usual number', async ({ QueryClient, MutationObserver }, log) => {
  const client = new QueryClient();
  client.setQueryData(['a'], 1);
  const query = client.getQueryCache().find({ queryKey: ['a'] })!;
  log([Number.NEGATIVE_INFINITY, Number.NaN, -1, 0].map((staleTime) => query.isStaleByTime(staleTime)));
  client.getQueryCache().build(client, { queryKey: ['b'], gcTime: Number.NaN });
  const mutations = new MutationObserver(client, { mutationFn: later(1), gcTime: Number.NaN });
  void mutations.mutate();
  await wait(1e9);
  mutations.reset();
  await wait(1e9);
  log(client.getQueryCache().getAll().length, client.getMutationCache().getAll().length);
});

beside('functions of the user are asked no more often', ({ QueryClient }, log) => {
  const client = new QueryClient();
  const queryKeyHashFn = vi.fn((key: readonly unknown[]) => key.join());
  client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey: ['a', 1], queryKeyHashFn }) as never);
  log('hashed', queryKeyHashFn.mock.calls.length);
  for (const key of ['b', 'c', 'd']) client.setQueryData([key], key);
  const predicate = vi.fn((query: { state: { data: unknown } }) => query.state.data === 'c');
  log(client.getQueryCache().find({ queryKey: [], exact: false, predicate })?.queryKey, predicate.mock.calls.length);
  log(client.getQueryCache().find({ predicate, queryKey: ['b'] })?.queryKey, predicate.mock.calls.length);
  log(
    client.getQueryCache().find({ queryKey: [], exact: false, predicate, type: 'active' })?.queryKey,
    predicate.mock.calls.length,
  );
  log(
    client.getQueryCache().find({ queryKey: [], exact: false, predicate, stale: false })?.queryKey,
    predicate.mock.calls.length,
  );
});

beside('a client that makes options in its own way', async ({ QueryClient }, log) => {
  class Prefixed extends QueryClient {
    override defaultQueryOptions(options: any): any {
      return super.defaultQueryOptions({ queryHash: `own:${options.queryKey}`, ...options });
    }
    override getQueryDefaults(queryKey: any): any {
      return { queryFn: () => `fetched ${queryKey}`, ...super.getQueryDefaults(queryKey) };
    }
  }
  const client = new Prefixed();
  client.setQueryData(['a'], 1);
  log(client.getQueryCache().getAll()[0]!.queryHash, client.getQueryData(['a']), client.getQueryState(['a'])?.data);
  log(client.setQueryData<number>(['a'], (data) => data! + 1));
  log(await client.fetchQuery({ queryKey: ['b'] }), client.defaultQueryOptions({ queryKey: ['b'] }).queryFn());
});

beside('a spy sees every event of a cache and every cancellation', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  const query = client.getQueryCache().build(client, { queryKey: ['a'], queryFn: later(1) });
  const notify = vi.spyOn(client.getQueryCache(), 'notify');
  const cancel = vi.spyOn(query, 'cancel');
  const tell = (when: string) => {
    log(when, ...notify.mock.calls.map(([event]) => [event.type, 'action' in event && event.action.type]));
    log(cancel.mock.calls);
    notify.mockClear();
    cancel.mockClear();
  };
  client.setQueryData(['a'], 1);
  tell('set');
  void client.invalidateQueries();
  tell('invalidated');
  const stop = new QueryObserver(client, { queryKey: ['a'], queryFn: later(2) }).subscribe(() => {});
  await wait(10);
  stop();
  tell('fetched');
  query.reset();
  tell('reset');
  client.clear();
  tell('cleared');
});

beside('a spy sees every fetch of a query', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  const query = client.getQueryCache().build(client, { queryKey: ['a'], queryFn: later(1) });
  const fetch = vi.spyOn(query, 'fetch');
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: later(1), refetchInterval: 50 });
  const stop = observer.subscribe(() => {});
  await wait(10);
  log('mounted', fetch.mock.calls.length);
  await wait(50);
  log('polled', fetch.mock.calls.length);
  void client.invalidateQueries();
  await wait(10);
  log('invalidated', fetch.mock.calls.length);
  observer.setOptions({ queryKey: ['a'], enabled: false });
  observer.setOptions({ queryKey: ['a'], queryFn: later(1), enabled: true });
  await wait(10);
  log('switched on', fetch.mock.calls.length);
  stop();
});

beside('an observer that moves to a query in its retries shows how often that failed', async (core, log) => {
  const client = new core.QueryClient();
  client.setQueryData(['failing'], 'old');
  const failing = { queryKey: ['failing'], queryFn: later<unknown>(new Error('no')), retry: 3, retryDelay: 100 };
  const stopOther = new core.QueryObserver(client, failing).subscribe(() => {});
  const observer = new core.QueryObserver(client, { queryKey: ['off'], enabled: () => false });
  const stop = observer.subscribe(() => {});
  await wait(120);
  const options = { ...client.defaultQueryOptions(failing), _optimisticResults: 'optimistic' as const };
  log(observer.getOptimisticResult(options));
  observer.setOptions(options);
  log(observer.getCurrentResult());
  stop();
  stopOther();
});
