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
