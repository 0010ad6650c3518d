import { dehydrate, InfiniteQueryObserver, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { trap } from './trap.js';

behaveAsPage();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const KB = 1_000;
const MB = 1_000_000;

/** Rows as a dashboard has them: about 165 bytes of JSON each. */
const rows = (count: number, seed = 0) =>
  Array.from({ length: count }, (_, i) => ({
    id: i + seed,
    name: `agent ${i} of ${seed}`,
    status: ['ok', 'failed', 'running'][i % 3]!,
    cost: ((i * 7_919 + seed) % 10_007) / 7,
    at: new Date(1.7e12 + i * 1e5).toISOString(),
    owner: { id: i % 17, name: `user ${i % 17}` },
  }));

interface Options {
  maxBytes?: number;
  coldAfter?: number;
  largestShare?: number;
  coldFrom?: number;
}

const clientOf = (memory: Options) =>
  new QueryClient({
    memory: { maxBytes: 100 * MB, ...memory },
    defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY, staleTime: Number.POSITIVE_INFINITY } },
  });

/** A client all of whose data is cold by now. */
function coldClient(count: number, options: Options = {}) {
  const client = clientOf({ coldAfter: 1_000, ...options });
  for (let i = 0; i < count; i++) {
    client.setQueryData(['rows', i], rows(20, i), { updatedAt: 1_000 + i });
  }
  vi.advanceTimersByTime(10_000);
  expect(client.stats().memory).toMatchObject({ coldEntries: count, hotEntries: 0 });
  return client;
}

const held = (client: QueryClient) => {
  const { hotBytes, coldBytes, watchedBytes } = client.stats().memory;
  return hotBytes + coldBytes + watchedBytes;
};

function removals(client: QueryClient) {
  const list: [unknown, string | undefined][] = [];
  client.getQueryCache().subscribe((event) => {
    if (event.type === 'removed') list.push([event.query.queryKey, event.reason]);
  });
  return list;
}

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

describe('data that is watched or fetched', () => {
  it('is never packed and never removed, however little room there is', () => {
    const client = clientOf({ maxBytes: 10 * KB, coldAfter: 0 });
    const gone = removals(client);
    client.setQueryData(['watched'], rows(1_000));
    const observer = new QueryObserver(client, { queryKey: ['watched'] });
    const stop = observer.subscribe(() => {});
    const { data } = observer.getCurrentResult();
    const fetching = client.fetchQuery({ queryKey: ['fetching'], queryFn: () => new Promise(() => {}) });
    fetching.catch(() => {});
    client.setQueryData(['fetching'], rows(1_000));
    vi.advanceTimersByTime(100_000);
    expect(client.getQueryData(['watched'])).toBe(data);
    expect(client.getQueryData(['fetching'])).toBeDefined();
    expect(client.stats().memory).toMatchObject({ watchedEntries: 1, freezes: 0 });
    expect(gone).toEqual([]);
    stop();
    vi.advanceTimersByTime(1_000);
    expect(gone).toEqual([[['watched'], 'tooLarge']]);
    client.cancelQueries();
  });

  it('survives an unmount that is followed by a mount', () => {
    const client = clientOf({ maxBytes: 10 * KB, coldAfter: 0 });
    client.setQueryData(['rows'], rows(1_000));
    const observer = new QueryObserver(client, { queryKey: ['rows'] });
    for (let i = 0; i < 3; i++) {
      const stop = observer.subscribe(() => {});
      vi.advanceTimersByTime(1_000);
      stop();
    }
    observer.subscribe(() => {});
    vi.advanceTimersByTime(1_000);
    expect(client.getQueryData(['rows'])).toEqual(rows(1_000));
  });

  it('leaves alone what filters cannot see, and mutations', () => {
    const client = clientOf({ maxBytes: 1, coldAfter: 0 });
    const observer = new QueryObserver(client, {
      queryKey: ['private'],
      skipCache: 'no-store',
      initialData: rows(100),
    });
    vi.advanceTimersByTime(1_000);
    expect(observer.getCurrentResult().data).toEqual(rows(100));
    expect(client.stats().memory).toMatchObject({ hotEntries: 0, freezes: 0, evicted: { budget: 0, tooLarge: 0 } });
  });
});

describe('the bound', () => {
  it('packs the least recently used first', () => {
    const client = clientOf({ maxBytes: 100 * KB, coldAfter: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 10; i++) client.setQueryData([i], rows(20, i));
    const each = client.stats().memory.hotBytes / 10;
    for (const i of [4, 9, 0]) client.getQueryData([i]);
    while (held(client) + each < 100 * KB) client.setQueryData([`more ${client.stats().queries}`], rows(20));
    client.setQueryData(['last'], rows(20));
    vi.advanceTimersByTime(1_000);
    const { freezes } = client.stats().memory;
    expect(freezes).toBeGreaterThan(0);
    const isCold = (i: number) =>
      typeof Object.getOwnPropertyDescriptor(client.getQueryState([i]), 'data')!.get === 'function';
    const order = [1, 2, 3, 5, 6, 7, 8, 4, 9, 0];
    expect(order.map(isCold)).toEqual(order.map((_, at) => at < freezes));
  });

  it('removes the least recently used when nothing is left to pack, with an event, a count and a reason', () => {
    const client = clientOf({ maxBytes: 100 * KB, coldAfter: Number.POSITIVE_INFINITY });
    const gone = removals(client);
    // Nothing of this survives JSON.
    const value = (i: number) => ({ at: new Date(i), text: 'x'.repeat(10 * KB) });
    for (let i = 0; i < 20; i++) {
      client.setQueryData([i], value(i));
      client.getQueryData([0]);
    }
    vi.advanceTimersByTime(1_000);
    expect(held(client)).toBeLessThanOrEqual(100 * KB);
    expect(client.getQueryData([0])).toEqual(value(0));
    expect(client.getQueryData([19])).toEqual(value(19));
    expect(gone.length).toBeGreaterThan(9);
    expect(gone).toEqual(gone.map((_, at) => [[at + 1], 'budget']));
    expect(client.stats().memory.evicted).toEqual({ budget: gone.length, tooLarge: 0 });
    expect(client.stats().queries).toBe(20 - gone.length);
  });

  it('holds at every moment of a burst, without a timer', () => {
    const client = clientOf({ maxBytes: 200 * KB });
    for (let i = 0; i < 300; i++) {
      client.setQueryData([i], rows(40, i));
      expect(held(client)).toBeLessThanOrEqual(1.05 * 200 * KB);
    }
    // … and of a walk over all that is there.
    for (const [, data] of client.getQueriesData({})) {
      expect(data).toBeDefined();
    }
    vi.advanceTimersByTime(1_000);
    expect(held(client)).toBeLessThanOrEqual(200 * KB);
  });

  it('removes what takes more than its share as soon as nobody watches it', () => {
    const client = clientOf({ maxBytes: 100 * KB, largestShare: 0.1 });
    const gone = removals(client);
    client.setQueryData(['small'], 'x'.repeat(9 * KB));
    client.setQueryData(['large'], 'x'.repeat(11 * KB));
    expect(client.getQueryData(['large'])).toBeDefined();
    vi.advanceTimersByTime(100);
    expect(gone).toEqual([[['large'], 'tooLarge']]);
    expect(client.getQueryData(['small'])).toBeDefined();
  });

  it('leaves the answer of a fetch to who waits for it, even if it is too large to be kept', async () => {
    const client = clientOf({ maxBytes: 10 * KB });
    const large = rows(1_000);
    const answer = client.fetchQuery({ queryKey: ['large'], queryFn: () => large });
    expect(await answer).toBe(large);
    vi.advanceTimersByTime(100);
    expect(client.getQueryData(['large'])).toBeUndefined();
  });

  it('bears values of hostile sizes', () => {
    const client = clientOf({ maxBytes: 1 * MB, coldAfter: 0 });
    const cycle: unknown[] = [];
    cycle.push(cycle);
    let doubling: unknown = 1;
    for (let i = 0; i < 60; i++) doubling = [doubling, doubling];
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { deep };
    const throwing = new Proxy(
      { a: 1 },
      {
        getOwnPropertyDescriptor() {
          throw new Error('not yours');
        },
      },
    );
    const hostile = {
      cycle,
      doubling,
      deep,
      throwing,
      holes: new Array(1e9),
      bytes: new Uint8Array(100_000),
      wide: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key ${i}`, i])),
      empty: '',
      null: null,
      zero: 0,
      text: '\u{1f980}\ud800"\\\u0000'.repeat(1_000),
      buffers: new Map([[{}, new ArrayBuffer(50_000)]]),
    };
    const structuralSharing = false;
    client.setDefaultOptions({ queries: { structuralSharing, gcTime: Number.POSITIVE_INFINITY } });
    for (const [name, value] of Object.entries(hostile)) {
      client.setQueryData([name], value);
      client.setQueryData([name, 'inside'], { value, fill: rows(10) });
    }
    expect(() => vi.advanceTimersByTime(10_000)).not.toThrow();
    expect(held(client)).toBeLessThanOrEqual(1.05 * MB);
    expect(client.getQueryData(['cycle'])).toBe(cycle);
    for (const name of ['text', 'null', 'zero', 'empty'] as const) {
      expect(client.getQueryData([name])).toEqual(hostile[name]);
    }
    expect(client.getQueryData(['text', 'inside'])).toEqual({ value: hostile.text, fill: rows(10) });
  });

  it('leaves data that does not survive JSON as it is', () => {
    const client = clientOf({ coldAfter: 0 });
    const values = [
      { at: new Date(5), rows: rows(20) },
      { map: new Map([[1, 2]]), rows: rows(20) },
      { missing: undefined, rows: rows(20) },
      { nan: Number.NaN, rows: rows(20) },
      { minus: -0, rows: rows(20) },
      { f() {}, rows: rows(20) },
    ];
    values.forEach((value, i) => {
      client.setQueryData([i], value);
    });
    vi.advanceTimersByTime(10_000);
    values.forEach((value, i) => {
      expect(client.getQueryData([i])).toBe(value);
    });
    expect(client.stats().memory).toMatchObject({ hotEntries: 6, coldEntries: 0, refusals: 6, freezes: 0 });
    // Each was tried once.
    vi.advanceTimersByTime(100_000);
    expect(client.stats().memory.refusals).toBe(6);
  });

  it('keeps what its options hold anyway', () => {
    const client = clientOf({ coldAfter: 0 });
    const initialData = rows(100);
    const observer = new QueryObserver(client, { queryKey: ['initial'], initialData });
    vi.advanceTimersByTime(10_000);
    expect(observer.getCurrentResult().data).toBe(initialData);
    expect(client.stats().memory).toMatchObject({ coldEntries: 0, refusals: 1 });
  });

  it('counts what goes away', () => {
    const client = coldClient(10);
    client.setQueryData(['hot'], rows(10));
    client.removeQueries({ queryKey: ['rows'] });
    expect(client.stats().memory).toMatchObject({ coldBytes: 0, coldEntries: 0, hotEntries: 1 });
    client.clear();
    expect(held(client)).toBe(0);
    expect(client.stats().memory).toMatchObject({ hotEntries: 0, watchedEntries: 0 });
  });

  it('keeps linear memory where it was, whatever the size of what is packed', () => {
    const client = clientOf({ maxBytes: 20 * MB, coldAfter: 0, largestShare: 1 });
    const turn = (count: number) => {
      client.setQueryData(['rows'], rows(count));
      vi.advanceTimersByTime(1_000);
      expect(client.stats().memory.coldEntries).toBe(1);
      expect(client.getQueryData(['rows'])).toEqual(rows(count));
    };
    turn(10);
    const before = client.stats().memoryBytes;
    // Its text is nearly the longest of which columns are taken out.
    turn(2_400);
    const { memoryBytes } = client.stats();
    expect(memoryBytes - before).toBeLessThan(3 * 2 ** 20);
    for (const count of [100, 1_000, 5_000, 10, 9_000]) turn(count);
    expect(client.stats().memoryBytes).toBe(memoryBytes);
  });

  it('packs no text of more than a million characters', () => {
    const client = clientOf({ coldAfter: 0 });
    client.setQueryData(['rows'], rows(20_000));
    vi.advanceTimersByTime(1_000);
    expect(client.stats().memory).toMatchObject({ coldEntries: 0, refusals: 1 });
  });

  it('takes the size from who knows it', async () => {
    const client = clientOf({});
    const { host } = client.getQueryCache() as unknown as {
      host: { engine: { set_size(query: number, bytes: number): void } };
    };
    const queryFn = () => {
      const query = client.getQueryCache().find({ queryKey: ['known'] }) as unknown as { slot: number };
      host.engine.set_size(query.slot, 54_321);
      return { any: 'thing' };
    };
    await client.fetchQuery({ queryKey: ['known'], queryFn });
    expect(client.stats().memory.hotBytes).toBe(54_321);
    client.setQueryData(['known'], { other: 'thing' });
    expect(client.stats().memory.hotBytes).toBeLessThan(200);
  });

  it('takes up data that the cache had before', () => {
    const first = new QueryClient();
    first.setQueryData(['rows'], rows(100));
    expect(first.stats().memory).toMatchObject({ maxBytes: null, hotEntries: 0, hotBytes: 0 });
    const client = new QueryClient({ queryCache: first.getQueryCache(), memory: { maxBytes: MB, coldAfter: 0 } });
    vi.advanceTimersByTime(1_000);
    expect(client.stats().memory).toMatchObject({ maxBytes: MB, coldEntries: 1 });
    expect(first.getQueryData(['rows'])).toEqual(rows(100));
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

describe('the estimate', () => {
  const collect = globalThis.gc!;

  it.each([
    ['rows', JSON.stringify(rows(300))],
    ['pairs of numbers', JSON.stringify(Array.from({ length: 2_000 }, (_, i) => [1_700_000_000 + i, i / 7]))],
    ['a wide object', JSON.stringify(Object.fromEntries(rows(400).map((row) => [row.name, row])))],
    ['texts', JSON.stringify(Array.from({ length: 300 }, (_, i) => ({ title: `no ${i}`, text: 'x'.repeat(i) })))],
  ])('of %s is near to what the heap says', (_, text) => {
    const copies = 40;
    const held: unknown[] = new Array(copies).fill(0);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < copies; i++) held[i] = JSON.parse(text);
    collect();
    const heap = (process.memoryUsage().heapUsed - before) / copies;
    const client = clientOf({});
    held.forEach((value, i) => {
      client.setQueryData([i], value);
    });
    const ratio = client.stats().memory.hotBytes / copies / heap;
    expect(ratio).toBeGreaterThan(0.65);
    expect(ratio).toBeLessThan(1.6);
  });
});

describe('options', () => {
  it.each([
    [null, 'memory is null: give an object'],
    [5, 'memory is 5: give an object'],
    [{}, 'memory.maxBytes is undefined: give a number of bytes'],
    [{ maxBytes: 0 }, 'memory.maxBytes is 0'],
    [{ maxBytes: Number.NaN }, 'memory.maxBytes is NaN'],
    [{ maxBytes: '50MB' }, 'memory.maxBytes is "50MB"'],
    [{ maxBytes: MB, coldAfter: -1 }, 'memory.coldAfter is -1: give milliseconds'],
    [{ maxBytes: MB, coldAfter: Number.NaN }, 'memory.coldAfter is NaN'],
    [{ maxBytes: MB, largestShare: 25 }, 'memory.largestShare is 25'],
    [{ maxBytes: MB, coldFrom: -1 }, 'memory.coldFrom is -1'],
  ])('that are wrong are named: %j', (memory, message) => {
    expect(() => new QueryClient({ memory: memory as never })).toThrow(message);
    expect(() => new QueryClient({ memory: memory as never })).toThrow(TypeError);
  });
});
