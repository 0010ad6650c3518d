import { experimental_streamedQuery, InfiniteQueryObserver, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
});
afterEach(() => client.clear());

describe('skipCache: true', () => {
  it('always fetches, and stores the answer', async () => {
    let count = 0;
    const options = { queryKey: ['a'], queryFn: () => ++count, skipCache: true };
    expect(await client.fetchQuery(options)).toBe(1);
    expect(await client.fetchQuery(options)).toBe(2);
    expect(client.getQueryData(['a'])).toBe(2);
    expect(await client.fetchQuery({ ...options, skipCache: false })).toBe(2);
  });

  it('joins a fetch in flight', async () => {
    const queryFn = vi.fn(() => settle(5).then(() => 1));
    const options = { queryKey: ['a'], queryFn, skipCache: true };
    await Promise.all([client.fetchQuery(options), client.fetchQuery(options)]);
    expect(queryFn).toHaveBeenCalledTimes(1);
  });

  it.each([true, 'no-store'] as const)('is told to the query function as %o', async (skipCache) => {
    const queryFn = vi.fn((context: { skipCache?: unknown }) => context.skipCache);
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn, skipCache })).toBe(skipCache);
    await client.fetchQuery({ queryKey: ['b'], queryFn: (context) => queryFn(context) ?? null });
    expect(queryFn.mock.calls[1]![0]).not.toHaveProperty('skipCache');
  });

  it('makes an observer fetch on mount, and when it moves to another cached key', async () => {
    client.setQueryData(['a'], 'cached');
    client.setQueryData(['b'], 'cached');
    const { observer, fetches, stop } = watch(client, ['a'], { skipCache: true });
    expect(observer.getCurrentResult()).toMatchObject({ data: 'cached', isFetching: true });
    await settle();
    expect(fetches()).toBe(1);
    observer.setOptions({ ...observer.options, queryKey: ['b'], queryHash: undefined, _defaulted: undefined } as never);
    await settle();
    expect(fetches()).toBe(2);
    expect(client.getQueryData(['b'])).toBe(2);
    stop();
  });

  it('doesn’t make a disabled observer fetch', async () => {
    const { fetches, stop } = watch(client, ['a'], { skipCache: true, enabled: false });
    await settle();
    expect(fetches()).toBe(0);
    stop();
  });
});

describe("skipCache: 'no-store'", () => {
  const cache = () => client.getQueryCache();

  it('gives an answer that nobody else sees', async () => {
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn: () => 1, skipCache: 'no-store' })).toBe(1);
    expect(client.getQueryData(['a'])).toBeUndefined();
    expect(cache().getAll()).toEqual([]);
    expect(cache().findAll({ queryKey: ['a'] })).toEqual([]);
    expect(client.stats()).toMatchObject({ queries: 0, symbols: new QueryClient().stats().symbols });
  });

  it('leaves what is cached under its key alone', async () => {
    client.setQueryData(['a'], 'cached');
    const { observer, stop } = watch(client, ['a'], { skipCache: 'no-store' });
    await settle();
    expect(observer.getCurrentResult().data).toBe(1);
    expect(client.getQueryData(['a'])).toBe('cached');
    stop();
    expect(client.getQueryData(['a'])).toBe('cached');
  });

  it('lives with its observer, out of sight of filters, and goes with it', async () => {
    const before = client.stats();
    const { observer, fetches, stop } = watch(client, ['a', 1], { skipCache: 'no-store', tags: ['t'] });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({ data: 1, status: 'success' });
    expect(cache().getAll()).toEqual([]);
    expect(cache().findAll({ pattern: '*' })).toEqual([]);
    expect(cache().findAll({ tags: ['t'] })).toEqual([]);
    expect(client.stats().queries).toBe(0);
    await client.invalidateQueries();
    expect(fetches()).toBe(1);
    await observer.refetch();
    expect(observer.getCurrentResult().data).toBe(2);
    stop();
    const { queries, observers, symbols } = client.stats();
    expect({ queries, observers, symbols }).toEqual({ queries: 0, observers: 0, symbols: before.symbols });
  });

  it('isn’t shared by two observers', async () => {
    const [one, two] = [
      watch(client, ['a'], { skipCache: 'no-store' }),
      watch(client, ['a'], { skipCache: 'no-store' }),
    ];
    await settle();
    expect([one.fetches(), two.fetches()]).toEqual([1, 1]);
    one.stop();
    two.stop();
  });

  it('fetches once through setOptions with the same key, and again with another', async () => {
    const { observer, fetches, stop } = watch(client, ['a'], { skipCache: 'no-store' });
    await settle();
    const { queryFn } = observer.options;
    observer.setOptions({ queryKey: ['a'], queryFn, skipCache: 'no-store', meta: { rendered: 'again' } });
    await settle();
    expect(fetches()).toBe(1);
    observer.setOptions({ queryKey: ['b'], queryFn, skipCache: 'no-store' });
    await settle();
    expect(fetches()).toBe(2);
    expect(observer.getCurrentResult().data).toBe(2);
    stop();
  });

  it('can be switched on and off under one key', async () => {
    client.setQueryData(['a'], 'cached');
    const observer = new QueryObserver<unknown>(client, {
      queryKey: ['a'],
      queryFn: () => 'private',
      skipCache: 'no-store',
    });
    const stop = observer.subscribe(() => {});
    await settle();
    expect(observer.getCurrentResult().data).toBe('private');
    observer.setOptions({ queryKey: ['a'], queryFn: () => 'private' });
    expect(observer.getCurrentResult().data).toBe('cached');
    observer.setOptions({ queryKey: ['a'], queryFn: () => 'private', skipCache: 'no-store' });
    await settle();
    expect(observer.getCurrentResult().data).toBe('private');
    expect(client.getQueryData(['a'])).toBe('cached');
    stop();
  });

  it('shows its fetch in optimistic results, as React renders them, without making more queries', async () => {
    const options = client.defaultQueryOptions({ queryKey: ['a'], queryFn: () => 1, skipCache: 'no-store' as const });
    const observer = new QueryObserver(client, options);
    for (let i = 0; i < 3; i++) {
      expect(observer.getOptimisticResult({ ...options, _optimisticResults: 'optimistic' })).toMatchObject({
        status: 'pending',
        fetchStatus: 'fetching',
      });
    }
    expect(client.stats()).toMatchObject({ queries: 0, observers: 0 });
  });

  it('reaches who waits although the fetch fails', async () => {
    const queryFn = () => Promise.reject(new Error('down'));
    await expect(client.fetchQuery({ queryKey: ['a'], queryFn, skipCache: 'no-store' })).rejects.toThrow('down');
    expect(cache().getAll()).toEqual([]);
  });
});

describe('skipCache beyond plain queries', () => {
  const pagesOf = (queryFn: (context: any) => unknown, skipCache?: true | 'no-store') => ({
    queryKey: ['pages'],
    queryFn,
    initialPageParam: 0,
    getNextPageParam: (_: unknown, pages: unknown[]) => pages.length,
    ...(skipCache ? { skipCache } : {}),
  });

  it.each([true, 'no-store'] as const)('is told to each page as %o', async (skipCache) => {
    const queryFn = vi.fn((context: { pageParam: number; skipCache?: unknown }) => context.skipCache);
    const data = await client.fetchInfiniteQuery({ ...pagesOf(queryFn, skipCache), pages: 2 });
    expect(data.pages).toEqual([skipCache, skipCache]);
    await client.fetchInfiniteQuery({ ...pagesOf(({ pageParam }) => pageParam), staleTime: 0 });
    await client.fetchInfiniteQuery({ ...pagesOf((context) => queryFn(context) ?? null), staleTime: 0 });
    expect(queryFn.mock.lastCall![0]).not.toHaveProperty('skipCache');
  });

  it('keeps pages that are not stored with their observer', async () => {
    const observer = new InfiniteQueryObserver(
      client,
      pagesOf(({ pageParam }) => pageParam, 'no-store'),
    );
    const stop = observer.subscribe(() => {});
    await settle();
    expect((await observer.fetchNextPage()).data).toEqual({ pages: [0, 1], pageParams: [0, 1] });
    expect(client.getQueryCache().getAll()).toEqual([]);
    stop();
  });

  it.each([true, 'no-store'] as const)('lets a stream with %o write where its query is', async (skipCache) => {
    const queryFn = experimental_streamedQuery({
      streamFn: async function* (context: { skipCache?: unknown }) {
        yield context.skipCache;
        await settle();
        yield 2;
      },
    });
    const observer = new QueryObserver(client, { queryKey: ['stream'], queryFn, skipCache });
    const seen: unknown[] = [];
    const stop = observer.subscribe(({ data }) => seen.push(data));
    await vi.waitFor(() =>
      expect(observer.getCurrentResult()).toMatchObject({ data: [skipCache, 2], fetchStatus: 'idle' }),
    );
    expect(seen).toContainEqual([skipCache]);
    expect(client.getQueryData(['stream'])).toEqual(skipCache === true ? [true, 2] : undefined);
    expect((await observer.refetch()).data).toEqual([skipCache, 2]);
    stop();
  });

  it('passes a persister by', async () => {
    const persister = vi.fn(async () => 'kept');
    const options = { queryKey: ['a'], queryFn: () => 'fetched', persister };
    expect(await client.fetchQuery(options)).toBe('kept');
    expect(await client.fetchQuery({ ...options, skipCache: true })).toBe('fetched');
    const pages = { ...pagesOf(() => 'fetched', true), persister };
    expect((await client.fetchInfiniteQuery(pages as never)) as unknown).toMatchObject({ pages: ['fetched'] });
    expect(persister).toHaveBeenCalledTimes(1);
  });
});
