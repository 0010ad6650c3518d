import { environmentManager, QueryClient, QueryObserver, timeoutManager } from 'ferroquery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScript } from './script.js';
import { settle } from './watch.js';

describe('host timers', () => {
  const armed = new Set<ReturnType<typeof setTimeout>>();
  let most = 0;

  beforeAll(() => {
    environmentManager.setIsServer(() => false);
    timeoutManager.setTimeoutProvider({
      setTimeout: (callback, delay) => {
        const timer = setTimeout(() => {
          armed.delete(timer);
          callback();
        }, delay);
        armed.add(timer);
        most = Math.max(most, armed.size);
        return timer;
      },
      clearTimeout: (timer: ReturnType<typeof setTimeout> | undefined) => {
        armed.delete(timer!);
        clearTimeout(timer);
      },
      setInterval: () => {
        throw new Error('intervals aren’t used');
      },
      clearInterval: () => {},
    });
  });
  afterAll(() => environmentManager.setIsServer(() => true));

  it('are one for ten thousand observers, and none in the end', async () => {
    const client = new QueryClient();
    const stops: (() => void)[] = [];
    for (let i = 0; i < 10_000; i++) {
      const observer = new QueryObserver(client, {
        queryKey: ['row', i],
        queryFn: () => i,
        staleTime: 60_000 + i,
        refetchInterval: 90_000 + i,
      });
      stops.push(observer.subscribe(() => {}));
    }
    await settle(50);
    expect(client.isFetching()).toBe(0);
    expect([armed.size, most]).toEqual([1, 1]);
    for (const stop of stops.splice(0, 9999)) stop();
    await settle();
    expect([armed.size, most]).toEqual([1, 1]);
    stops[0]!();
    await settle();
    // Of the queries that are left, until their time is over.
    expect([armed.size, most]).toEqual([1, 1]);
    client.clear();
    await settle();
    expect(armed.size).toBe(0);
  });

  it('are set for what failed and sleeps before its next try, and gone when it is cancelled', async () => {
    const client = new QueryClient();
    const failed = client.fetchQuery({
      queryKey: ['down'],
      queryFn: () => Promise.reject(new Error('down')),
      retry: 3,
    });
    failed.catch(() => {});
    await settle();
    expect(armed.size).toBe(1);
    await client.cancelQueries();
    client.clear();
    await settle();
    expect(armed.size).toBe(0);
  });

  it('fire on time where a later one is armed', async () => {
    const client = new QueryClient();
    client.setQueryData(['later'], 1);
    const observer = new QueryObserver(client, { queryKey: ['soon'], queryFn: () => 1, staleTime: 20 });
    const stop = observer.subscribe(() => {});
    await settle();
    expect(observer.getCurrentResult().isStale).toBe(false);
    await settle(40);
    expect(observer.getCurrentResult().isStale).toBe(true);
    stop();
    client.clear();
    await settle();
    expect(armed.size).toBe(0);
  });
});

describe('a Node process', () => {
  const use = `
    const { QueryClient, QueryObserver } = ferroquery;
    const client = new QueryClient({ rules: { changed: ['a:*'] } });
    await client.prefetchQuery({ queryKey: ['a'], queryFn: () => 1 });
    const stop = new QueryObserver(client, { queryKey: ['a', 1], queryFn: () => 1 }).subscribe(() => {});
    await client.emit('changed');
    stop();
  `;

  it('exits by itself, as a server', () => {
    const { status, stderr, took } = runScript(use);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(took).toBeLessThan(5000);
  });

  it.each(["client.setQueryData(['b'], 1);", use])(
    'exits by itself once everything is cleared, as a page: %s',
    (script) => {
      const { status, stderr, took } = runScript(`
      ferroquery.environmentManager.setIsServer(() => false);
      var client = new ferroquery.QueryClient();
      { ${script} client.clear(); }
      client.clear();
    `);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(took).toBeLessThan(5000);
    },
  );
});
