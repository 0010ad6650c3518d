import { QueryClient, QueryObserver } from 'ferroquery';
import { describe, expect, it, vi } from 'vitest';
import { beside, later, wait } from './beside.js';

describe('timers that fake timers drop', () => {
  const drops: [string, () => void][] = [
    ['cleared', () => vi.clearAllTimers()],
    [
      'installed anew',
      () => {
        vi.useRealTimers();
        vi.useFakeTimers({ now: 0 });
      },
    ],
    [
      'cleared and installed anew',
      () => {
        vi.clearAllTimers();
        vi.useRealTimers();
        vi.useFakeTimers();
      },
    ],
  ];
  for (const [what, drop] of drops) {
    beside(`don't keep later ones from firing: ${what}`, async ({ QueryClient, QueryObserver }, log) => {
      const client = new QueryClient();
      await wait(1_000);
      client.getQueryCache().build(client, { queryKey: ['early'], gcTime: 50 });
      drop();
      client.getQueryCache().build(client, { queryKey: ['late'], gcTime: 100 });
      await wait(99);
      log(client.getQueryCache().get('["late"]') !== undefined);
      await wait(2);
      log(client.getQueryCache().get('["late"]') !== undefined);
      let calls = 0;
      const options = { queryKey: ['polled'], queryFn: () => ++calls, refetchInterval: 10 };
      const stop = new QueryObserver(client, options).subscribe(() => {});
      await wait(55);
      log(calls);
      stop();
    });
  }

  beside('nor those of real time', async ({ QueryClient, QueryObserver }, log) => {
    const client = new QueryClient();
    client.setQueryData(['early'], 1);
    vi.useRealTimers();
    const observer = new QueryObserver(client, {
      queryKey: ['failing'],
      queryFn: later(new Error('no'), 1),
      retry: 1,
      retryDelay: 5,
    });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => {
      if (observer.getCurrentResult().status !== 'error') throw new Error('not yet');
    });
    log(observer.getCurrentResult().failureCount);
    stop();
    client.clear();
    vi.useFakeTimers();
  });
});

beside('no timer is left where nothing waits', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  client.setQueryData(['a'], 1);
  log('set', vi.getTimerCount());
  client.clear();
  log('cleared', vi.getTimerCount());
  client.setQueryData(['a'], 1);
  const observer = new QueryObserver(client, { queryKey: ['a'], enabled: false });
  const stop = observer.subscribe(() => {});
  log('watched', vi.getTimerCount());
  stop();
  log('unwatched', vi.getTimerCount());
  client.removeQueries();
  log('removed', vi.getTimerCount());
});

describe('fake timers that come', () => {
  for (const [name, act] of [
    ['data is set', (client: any) => client.setQueryData(['a'], 'x')],
    ['an observer fetches', (_client: any, observer: any) => void observer.refetch()],
  ] as const) {
    beside(`before ${name} take nothing of it away`, async ({ QueryClient, QueryObserver }, log) => {
      const client = new QueryClient();
      vi.useRealTimers();
      client.setQueryData(['gone'], 1);
      const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: later('fetched', 5), enabled: false });
      const stop = observer.subscribe(({ data, fetchStatus }) => log(data, fetchStatus));
      vi.useFakeTimers({ now: 0 });
      act(client, observer);
      await wait(50);
      log(observer.getCurrentResult().data);
      observer.setOptions({ queryKey: ['a'], queryFn: later('polled', 1), refetchInterval: 20 });
      await wait(100);
      log(client.getQueryState(['a'])?.dataUpdateCount);
      stop();
      client.clear();
    });
  }
});

beside('microtasks that are fake keep nothing waiting', async ({ QueryClient, MutationObserver }, log) => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask'] });
  const client = new QueryClient();
  log(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1 }));
  let tries = 0;
  const mutations = new MutationObserver(client, {
    mutationFn: () => Promise.reject(new Error(`try ${++tries}`)),
    retry: 2,
    retryDelay: 10,
  });
  const failed = mutations.mutate().catch(({ message }: Error) => log(message));
  for (let ms = 0; ms < 30; ms++) await vi.advanceTimersByTimeAsync(1);
  await failed;
  client.clear();
  vi.useRealTimers();
  vi.useFakeTimers();
});

beside('as many timers are set as in query-core', async ({ QueryClient, QueryObserver }, log) => {
  const client = new QueryClient();
  const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: later(1, 5), staleTime: 30 });
  const stop = observer.subscribe(() => {});
  log('mounted', vi.getTimerCount());
  await wait(10);
  log('answered', vi.getTimerCount());
  observer.setOptions({ queryKey: ['a'], queryFn: later(1, 5), staleTime: 30, refetchInterval: 10 });
  log('polls', vi.getTimerCount());
  await wait(1000);
  log(client.getQueryState(['a'])?.dataUpdateCount);
  stop();
  log('unwatched', vi.getTimerCount());
  client.clear();
  log('cleared', vi.getTimerCount());
});

describe('what query-core has no timer for', () => {
  it('goes on after all timers were cleared', async () => {
    vi.useFakeTimers();
    const client = new QueryClient({ rules: { changed: ['a'] } });
    let fetches = 0;
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => ++fetches });
    const stop = observer.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(10);
    void client.emit('changed');
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(1000);
    void client.emit('changed');
    await vi.advanceTimersByTimeAsync(1000);
    expect(fetches).toBe(2);
    stop();
    client.clear();
    vi.useRealTimers();
  });

  it('is told beside what a command tells', () => {
    vi.useFakeTimers();
    const client = new QueryClient({ memory: { maxBytes: 1e6, coldAfter: 10_000 } });
    const told: string[] = [];
    const stop = client.getQueryCache().subscribe(({ type }) => told.push(type));
    client.setQueryData(['a'], 'x'.repeat(5000));
    expect(told).toEqual(['added', 'updated']);
    stop();
    client.clear();
    vi.useRealTimers();
  });
});
