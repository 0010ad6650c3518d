import { dehydrate, InfiniteQueryObserver, type QueryClient, QueryObserver } from 'ferroquery';
import { describe, expect, it, vi } from 'vitest';
import { clientOf, coldClient, MB, rows } from './boundedClient.js';
import { behaveAsPage } from './browserLike.js';
import { trap } from './trap.js';

behaveAsPage();

describe('data that nobody used for a while', () => {
  it('is packed after coldAfter, and not before', () => {
    const client = clientOf({ coldAfter: 8_000 });
    client.setQueryData(['rows'], rows(100));
    vi.advanceTimersByTime(7_900);
    expect(client.stats().memory).toMatchObject({ hotEntries: 1, coldEntries: 0, freezes: 0 });
    const { hotBytes } = client.stats().memory;
    vi.advanceTimersByTime(2_200);
    expect(client.stats().memory).toMatchObject({ hotEntries: 0, coldEntries: 1, freezes: 1, hotBytes: 0 });
    expect(client.stats().memory.coldBytes).toBeLessThan(hotBytes / 5);
  });

  it('stays as it is as long as it is read', () => {
    const client = clientOf({ coldAfter: 1_000 });
    client.setQueryData(['read'], rows(100));
    client.setQueryData(['not read'], rows(100));
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(500);
      client.getQueryData(['read']);
    }
    expect(client.stats().memory).toMatchObject({ hotEntries: 1, coldEntries: 1, thaws: 0 });
    vi.advanceTimersByTime(1_500);
    expect(client.stats().memory).toMatchObject({ hotEntries: 0, coldEntries: 2 });
  });

  it('leaves the host without a timer once all is cold', () => {
    coldClient(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is never packed with coldAfter: Infinity while there is room', () => {
    const client = clientOf({ coldAfter: Number.POSITIVE_INFINITY });
    client.setQueryData(['rows'], rows(100));
    vi.advanceTimersByTime(24 * 3_600_000);
    expect(client.stats().memory).toMatchObject({ hotEntries: 1, freezes: 0 });
  });
});

describe('packed data is read as if nothing had happened', () => {
  const read: Record<string, (client: QueryClient, key: unknown[]) => unknown> = {
    getQueryData: (client, key) => client.getQueryData(key),
    'query.state.data': (client, key) => client.getQueryCache().find({ queryKey: key })!.state.data,
    getQueryState: (client, key) => client.getQueryState(key)!.data,
    getQueriesData: (client, key) => client.getQueriesData({ queryKey: key })[0]![1],
    dehydrate: (client, key) =>
      dehydrate(client, { shouldDehydrateQuery: (query) => query.queryKey[1] === key[1] }).queries[0]!.state.data,
    'the updater of setQueryData': (client, key) => {
      let seen: unknown;
      client.setQueryData(key, (data) => {
        seen = data;
        return undefined;
      });
      return seen;
    },
    'the updater of setQueriesData': (client, key) => {
      let seen: unknown;
      client.setQueriesData({ queryKey: key }, (data) => {
        seen = data;
        return undefined;
      });
      return seen;
    },
    'a predicate': (client, key) => {
      let seen: unknown;
      client.getQueryCache().findAll({
        predicate: (query) => {
          if (query.queryKey[1] === key[1]) seen = query.state.data;
          return false;
        },
      });
      return seen;
    },
    'getCurrentResult of a new observer': (client, key) =>
      new QueryObserver(client, { queryKey: key }).getCurrentResult().data,
    'a mounted observer': (client, key) => {
      const observer = new QueryObserver(client, { queryKey: key });
      observer.subscribe(() => {});
      return observer.getCurrentResult().data;
    },
    select: (client, key) => {
      let seen: unknown;
      new QueryObserver(client, {
        queryKey: key,
        select: (data) => {
          seen = data;
          return 1;
        },
      }).getCurrentResult();
      return seen;
    },
    'placeholderData from another query': (client, key) => {
      const observer = new QueryObserver(client, {
        queryKey: ['other'],
        enabled: false,
        placeholderData: () => client.getQueryData(key),
      });
      return observer.getCurrentResult().data;
    },
    'the state before a setState': (client, key) => {
      const query = client.getQueryCache().find({ queryKey: key })!;
      const before = query.state;
      query.setState({ ...before, data: 'new' });
      return before.data;
    },
    'a spread of the state': (client, key) => ({ ...client.getQueryState(key) }).data,
    'the tags function': (client, key) => {
      let seen: unknown;
      new QueryObserver(client, {
        queryKey: key,
        tags: (data) => {
          seen = data;
          return [];
        },
      });
      return seen;
    },
    'a removed query': (client, key) => {
      const query = client.getQueryCache().find({ queryKey: key })!;
      client.removeQueries({ queryKey: key });
      return query.state.data;
    },
  };

  it.each(Object.keys(read))('through %s', (name) => {
    const client = coldClient(3);
    expect(read[name]!(client, ['rows', 1])).toEqual(rows(20, 1));
    expect(client.stats().memory.thaws).toBe(name === 'a removed query' ? 0 : 1);
  });

  it('through ensureQueryData, fetchQuery, query and prefetch, without a fetch', async () => {
    const client = coldClient(1);
    const options = { queryKey: ['rows', 0], queryFn: () => Promise.reject(new Error('not needed')) };
    expect(await client.ensureQueryData(options)).toEqual(rows(20, 0));
    vi.advanceTimersByTime(10_000);
    expect(await client.fetchQuery(options)).toEqual(rows(20, 0));
    vi.advanceTimersByTime(10_000);
    await client.prefetchQuery(options);
    expect(client.getQueryData(['rows', 0])).toEqual(rows(20, 0));
    expect(client.stats()).toMatchObject({ fetches: 0, memory: { thaws: 3 } });
  });

  it('keeps its identity once it was read, until it is packed again', () => {
    const client = coldClient(1);
    const first = client.getQueryData(['rows', 0]);
    expect(client.getQueryData(['rows', 0])).toBe(first);
    expect(client.getQueryState(['rows', 0])!.data).toBe(first);
    expect(client.getQueryCache().find({ queryKey: ['rows', 0] })!.state.data).toBe(first);
    expect(client.stats().memory).toMatchObject({ thaws: 1, hotEntries: 1, coldEntries: 0 });
  });

  it('is one object in every snapshot of it', () => {
    const client = coldClient(1);
    const query = client.getQueryCache().find({ queryKey: ['rows', 0] })!;
    const cold = query.state;
    expect(query.state).toBe(cold);
    client.invalidateQueries();
    const marked = query.state;
    expect(marked).not.toBe(cold);
    expect(marked.data).toBe(cold.data);
    expect(cold).toMatchObject({ isInvalidated: false, dataUpdatedAt: 1_000, dataUpdateCount: 1, status: 'success' });
    expect(Object.keys(cold)).toEqual(Object.keys(client.getQueryCache().build(client, { queryKey: [1] }).state));
  });

  it('stays what it was in a snapshot that is read after the query got other data', () => {
    const client = coldClient(1);
    const before = client.getQueryState(['rows', 0])!;
    client.setQueryData(['rows', 0], 'new');
    expect(before.data).toEqual(rows(20, 0));
    expect(client.getQueryData(['rows', 0])).toBe('new');
    expect(client.stats().memory).toMatchObject({ thaws: 0, coldEntries: 0, hotEntries: 1 });
  });

  it('tells nobody: no event, no other time, no other count', () => {
    const client = clientOf({ coldAfter: 1_000 });
    client.setQueryData(['rows'], rows(20), { updatedAt: 77 });
    const before = { ...client.getQueryState(['rows']) };
    const events: string[] = [];
    client.getQueryCache().subscribe((event) => events.push(event.type));
    vi.advanceTimersByTime(10_000);
    expect(client.stats().memory.coldEntries).toBe(1);
    expect({ ...client.getQueryState(['rows']) }).toEqual(before);
    expect(client.stats().memory.thaws).toBe(1);
    expect(events).toEqual([]);
  });

  it('is shared structurally by a function of the user, who gets the old data', () => {
    const client = clientOf({ coldAfter: 0 });
    const structuralSharing = vi.fn((_: unknown, data: unknown) => data);
    client.setQueryDefaults(['rows'], { structuralSharing });
    client.setQueryData(['rows'], rows(20));
    vi.advanceTimersByTime(1_000);
    expect(client.stats().memory.coldEntries).toBe(1);
    client.setQueryData(['rows'], 'new');
    expect(structuralSharing).toHaveBeenLastCalledWith(rows(20), 'new');
  });

  it('comes back when a fetch over it is cancelled, and takes part in one that fails', async () => {
    const client = coldClient(2);
    const hanging = client.fetchQuery({ queryKey: ['rows', 0], queryFn: () => new Promise(() => {}), staleTime: 0 });
    await client.cancelQueries({ queryKey: ['rows', 0] });
    expect(await hanging).toEqual(rows(20, 0));
    const failing = { queryKey: ['rows', 1], queryFn: () => Promise.reject(new Error('no')), staleTime: 0 };
    await expect(client.fetchQuery(failing)).rejects.toThrow('no');
    expect(client.getQueryState(['rows', 1])).toMatchObject({ status: 'error', data: rows(20, 1) });
    vi.advanceTimersByTime(10_000);
    expect(client.getQueryState(['rows', 1])).toMatchObject({ status: 'error', data: rows(20, 1) });
  });

  it('goes back and forth for pages, too', async () => {
    const client = clientOf({ coldAfter: 0 });
    const options = {
      queryKey: ['pages'],
      queryFn: ({ pageParam }: { pageParam: number }) => rows(20, pageParam),
      initialPageParam: 0,
      getNextPageParam: (_: unknown, pages: unknown[]) => pages.length,
    };
    await client.fetchInfiniteQuery(options);
    vi.advanceTimersByTime(1_000);
    expect(client.stats().memory.coldEntries).toBe(1);
    const observer = new InfiniteQueryObserver(client, options);
    observer.subscribe(() => {});
    expect((await observer.fetchNextPage()).data?.pages).toEqual([rows(20, 0), rows(20, 1)]);
  });

  it('is written to other snapshots of the cache as any data', () => {
    const client = coldClient(2);
    const text = JSON.stringify(dehydrate(client));
    expect(JSON.parse(text).queries.map(({ state }: { state: { data: unknown } }) => state.data)).toEqual([
      rows(20, 0),
      rows(20, 1),
    ]);
  });
});

describe('an engine that fails', () => {
  it('leaves packed data as it was, and the bound to the next engine', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const client = coldClient(5);
    client.setQueryData(['hot'], rows(20, 99));
    trap(client);
    await Promise.resolve();
    expect(client.stats()).toMatchObject({
      queries: 6,
      memory: { maxBytes: 100 * MB, coldEntries: 5, hotEntries: 1, thaws: 0 },
    });
    const state = client.getQueryState(['rows', 2])!;
    expect(state).toMatchObject({ isInvalidated: true, dataUpdatedAt: 1_002, dataUpdateCount: 1, status: 'success' });
    expect(state.data).toEqual(rows(20, 2));
    expect(client.getQueryData(['rows', 2])).toBe(state.data);
    expect(client.getQueryData(['hot'])).toEqual(rows(20, 99));
    vi.advanceTimersByTime(10_000);
    expect(client.stats().memory).toMatchObject({ coldEntries: 6, hotEntries: 0 });
    vi.restoreAllMocks();
  });
});
