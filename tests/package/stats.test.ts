import { QueryClient } from 'ferroquery';
import { describe, expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

describe('stats', () => {
  it('count what happened, in all and by the first part of the key', async () => {
    const client = new QueryClient({ rules: { tick: ['user:*'] } });
    expect(client.stats()).toMatchObject({ queries: 0, observers: 0, hits: 0, misses: 0, hitRate: 0, fetches: 0 });
    const options = { queryKey: ['user', 1], queryFn: () => settle(2).then(() => 1), staleTime: Infinity };
    await Promise.all([client.fetchQuery(options), client.fetchQuery(options)]);
    await client.fetchQuery(options);
    await client.fetchQuery(options);
    await client.fetchQuery({ ...options, queryKey: ['agent', 1] });
    const { observer, stop } = watch(client, ['user', 1], { staleTime: Infinity });
    await settle();
    expect(observer.getCurrentResult().data).toBe(1);
    expect(client.stats()).toMatchObject({
      queries: 2,
      observers: 1,
      misses: 3,
      hits: 3,
      dedupes: 1,
      fetches: 2,
      hitRate: 0.5,
    });
    await client.emit('tick');
    client.invalidateQueries({ queryKey: ['agent'] });
    await client.emit('unheard');
    const stats = client.stats();
    expect(stats).toMatchObject({ fetches: 3, invalidations: 2, ignoredEvents: 1 });
    expect(stats.byPrefix['user']).toEqual({ hits: 3, misses: 2, dedupes: 1, fetches: 2, invalidations: 1 });
    expect(stats.byPrefix['agent']).toEqual({ hits: 0, misses: 1, dedupes: 0, fetches: 1, invalidations: 1 });
    expect(stats.memoryBytes).toBeGreaterThan(65_536);
    stop();
    client.clear();
    expect(client.stats()).toMatchObject({ queries: 0, observers: 0, fetches: 3 });
  });

  it('count a fetch past fresh data as a miss', async () => {
    const client = new QueryClient();
    const options = { queryKey: ['user'], queryFn: () => 1, staleTime: Infinity };
    await client.fetchQuery(options);
    await client.fetchQuery({ ...options, skipCache: true });
    expect(client.stats()).toMatchObject({ hits: 0, misses: 2, fetches: 2 });
  });

  it('put what has no part, an object for a part, or too many others, under one name', () => {
    const client = new QueryClient();
    for (let i = 0; i < 2000; i++) {
      client.setQueryData([`id${i}`], 1);
    }
    client.setQueryData(['__proto__'], 1);
    client.invalidateQueries();
    const { byPrefix, invalidations } = client.stats();
    expect(Object.keys(byPrefix).length).toBeLessThanOrEqual(257);
    expect(Object.values(byPrefix).reduce((sum, numbers) => sum + numbers.invalidations, 0)).toBe(invalidations);
    expect(invalidations).toBe(2001);
  });

  it('are plain data', () => {
    const stats = new QueryClient().stats();
    expect(structuredClone(stats)).toEqual(stats);
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  });
});
