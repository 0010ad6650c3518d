import { InfiniteQueryObserver, memoryStore, QueryObserver } from 'ferroquery';
import { describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { trap } from './trap.js';
import { leave, visit } from './visit.js';
import { settle, watch } from './watch.js';

behaveAsPage();

describe('a second visit', () => {
  it('shows fresh data without a fetch, as old as it is', async () => {
    const store = memoryStore();
    const first = visit(store);
    first.client.setQueryData(['todos'], [{ id: 1 }], { updatedAt: Date.now() - 500 });
    const at = first.client.getQueryState(['todos'])!.dataUpdatedAt;
    await first.kept.flush();
    expect(first.stats()).toMatchObject({ written: 1, records: 1, unsaved: 0 });

    const { client, stats } = visit(store);
    const { observer, fetches } = watch(client, ['todos'], { staleTime: 60_000 });
    expect(client.getQueryData(['todos'])).toBeUndefined();
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', fetchStatus: 'fetching' });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({
      status: 'success',
      fetchStatus: 'idle',
      data: [{ id: 1 }],
      dataUpdatedAt: at,
      isStale: false,
    });
    expect(fetches()).toBe(0);
    expect(stats()).toMatchObject({ restored: 1, written: 0 });
  });

  it('shows stale data first, then what a fetch brings', async () => {
    const store = memoryStore();
    await leave(store, [[['n'], 'old']]);
    const { client } = visit(store);
    const observer = new QueryObserver<any>(client, { queryKey: ['n'], queryFn: () => settle(5).then(() => 'new') });
    const seen: string[] = [];
    const stop = observer.subscribe(({ data, fetchStatus }) => seen.push(`${data} ${fetchStatus}`));
    await settle(30);
    expect(seen).toEqual(['undefined fetching', 'old fetching', 'new idle']);
    stop();
  });

  it('fetches what the store lacks, once it is known that it does', async () => {
    const { client } = visit(memoryStore());
    expect(await client.fetchQuery({ queryKey: ['x'], queryFn: () => 1 })).toBe(1);
  });

  it('answers fetchQuery and ensureQueryData from the store as their staleness says', async () => {
    const store = memoryStore();
    await leave(store, [
      [['a'], 'kept'],
      [['b'], 'kept'],
      [['c'], 'kept'],
    ]);
    const { client } = visit(store);
    const queryFn = vi.fn(async () => 'fetched');
    expect(await client.fetchQuery({ queryKey: ['a'], queryFn, staleTime: 60_000 })).toBe('kept');
    expect(await client.ensureQueryData({ queryKey: ['b'], queryFn })).toBe('kept');
    expect(queryFn).not.toHaveBeenCalled();
    expect(await client.fetchQuery({ queryKey: ['c'], queryFn })).toBe('fetched');
  });

  it('fetches for one who wants it in any case, and shows the stored data until then', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 'kept']]);
    const { client } = visit(store);
    const { observer, fetches } = watch(client, ['a'], { staleTime: Infinity });
    const refetched = observer.refetch();
    expect((await refetched).data).toBe(1);
    expect(fetches()).toBe(1);
  });

  it('shows stored data while offline', async () => {
    const { onlineManager } = await import('ferroquery');
    const store = memoryStore();
    await leave(store, [[['a'], 'kept']]);
    onlineManager.setOnline(false);
    try {
      const { client } = visit(store);
      const { observer, fetches } = watch(client, ['a']);
      await settle();
      expect(observer.getCurrentResult()).toMatchObject({ data: 'kept', fetchStatus: 'paused' });
      expect(fetches()).toBe(0);
    } finally {
      onlineManager.setOnline(true);
    }
  });

  it('shows stored data to a disabled observer', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 'kept']]);
    const { client } = visit(store);
    const { observer } = watch(client, ['a'], { enabled: false });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({ data: 'kept', fetchStatus: 'idle' });
  });

  it('knows the pages of an infinite query, and fetches all of them again', async () => {
    const store = memoryStore();
    const pages = { pages: ['p0', 'p1'], pageParams: [0, 1] };
    const options = {
      queryKey: ['list'],
      queryFn: ({ pageParam }: { pageParam: number }) => Promise.resolve(`new p${pageParam}`),
      initialPageParam: 0,
      getNextPageParam: (_: unknown, __: unknown, last: number) => last + 1,
    };
    const first = visit(store);
    await first.client.fetchInfiniteQuery({
      ...options,
      queryFn: ({ pageParam }: { pageParam: number }) => `p${pageParam}`,
      pages: 2,
    } as never);
    expect(first.client.getQueryData(['list'])).toEqual(pages);
    await first.kept.flush();
    for (const [staleTime, expected] of [
      [Infinity, ['p0', 'p1']],
      [0, ['new p0', 'new p1']],
    ] as const) {
      const { client, kept } = visit(store);
      const observer = new InfiniteQueryObserver(client, { ...options, staleTime } as never);
      const stop = observer.subscribe(() => {});
      await settle();
      expect((observer.getCurrentResult().data as any).pages).toEqual(expected);
      stop();
      kept.stop();
    }
  });

  it('knows pages whose first has no param', async () => {
    const store = memoryStore();
    const options = {
      queryKey: ['list'],
      queryFn: ({ pageParam }: { pageParam: unknown }) => Promise.resolve(`after ${pageParam}`),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last: string) => (last.length < 20 ? last : undefined),
      pages: 2,
    };
    const first = visit(store);
    const pages = await first.client.fetchInfiniteQuery(options as never);
    await first.kept.flush();
    const { client, kept } = visit(store);
    await kept.restore();
    expect(client.getQueryData(['list'])).toStrictEqual(pages);
    expect(client.getQueryData(['list'])).toMatchObject({ pageParams: [undefined, 'after undefined'] });
  });

  it('brings what is asked for by key', async () => {
    const store = memoryStore();
    await leave(store, [
      [['todo', 1], 'one'],
      [['todo', 2], 'two'],
      [['user'], 'ada'],
    ]);
    const { client, kept } = visit(store);
    expect(await kept.restore({ queryKey: ['todo', 2], exact: true })).toBe(1);
    expect(client.getQueryData(['todo', 2])).toBe('two');
    expect(client.getQueryData(['todo', 1])).toBeUndefined();
    expect(await kept.restore(['todo'])).toBe(1);
    expect(await kept.restore()).toBe(1);
    expect(client.getQueryData(['user'])).toBe('ada');
  });

  it('takes data for stale that was invalidated', async () => {
    const store = memoryStore();
    const first = visit(store);
    first.client.setQueryData(['a'], 1);
    await first.kept.flush();
    await first.client.invalidateQueries({ queryKey: ['a'] });
    await first.kept.flush();
    expect(first.stats().written).toBe(2);
    const { client } = visit(store);
    const { fetches } = watch(client, ['a'], { staleTime: Infinity });
    await settle();
    expect(fetches()).toBe(1);
  });

  it('is what suspends: the data of the store is enough if it is fresh', async () => {
    const store = memoryStore();
    await leave(store, [[['a'], 'kept']]);
    const { client } = visit(store);
    const queryFn = vi.fn(async () => 'fetched');
    const options = client.defaultQueryOptions({ queryKey: ['a'], queryFn, staleTime: 60_000 });
    const observer = new QueryObserver(client, options);
    expect((await observer.fetchOptimistic(options)).data).toBe('kept');
    await settle();
    expect(queryFn).not.toHaveBeenCalled();
  });

  it('goes on after a trap in the engine', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const store = memoryStore();
    await leave(store, [
      [['a'], 1],
      [['b'], 2],
    ]);
    const { client, kept, stats } = visit(store);
    await kept.restore({ queryKey: ['a'], exact: true });
    trap(client);
    await settle();
    client.setQueryData(['c'], 3);
    await kept.flush();
    // What had hit it, nobody knows any more: it is invalidated, as all data is.
    expect(await client.fetchQuery({ queryKey: ['b'], queryFn: () => 'new', staleTime: 60_000 })).toBe('new');
    expect(stats()).toMatchObject({ records: 3, failures: 0, dropped: { corrupt: 0 } });
    const next = visit(store);
    expect(await next.kept.restore()).toBe(3);
    told.mockRestore();
  });

  it('reads many that are mounted together, each once', async () => {
    const store = memoryStore();
    await leave(
      store,
      Array.from({ length: 300 }, (_, n) => [['n', n], n]),
    );
    const readBodies = vi.fn(store.readBodies);
    const { client } = visit({ ...store, readBodies });
    const watched = Array.from({ length: 300 }, (_, n) => watch(client, ['n', n], { staleTime: 60_000 }));
    await settle(20);
    expect(watched.map(({ observer }) => observer.getCurrentResult().data)).toEqual(watched.map((_, n) => n));
    expect(watched.every(({ fetches }) => fetches() === 0)).toBe(true);
    expect(readBodies.mock.calls.map(([, ids]) => ids.length).reduce((sum, length) => sum + length)).toBe(300);
    expect(readBodies.mock.calls.length).toBeLessThan(15);
  });
});
