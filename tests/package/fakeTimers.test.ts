import { describe, vi } from 'vitest';
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
