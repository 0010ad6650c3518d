import { decodeJson, QueryClient, QueryObserver } from 'ferroquery';
import { describe, expect, it, vi } from 'vitest';
import { clientOf, coldClient, held, KB, MB, removals, rows } from './boundedClient.js';
import { behaveAsPage } from './browserLike.js';

behaveAsPage();

const JSON_HEADERS = { headers: { 'content-type': 'application/json' } };

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

  it('knows the size of a decoded body, estimates a part of one, and counts the bodies that are kept', async () => {
    const client = clientOf({});
    const text = JSON.stringify({ total: 1, rows: rows(500) });
    const fetched = (queryKey: unknown[], pick: (value: any) => unknown) =>
      client.fetchQuery({
        queryKey,
        queryFn: async (context) => pick(await decodeJson(context, new Response(text, JSON_HEADERS))),
      });
    await fetched(['whole'], (value) => value);
    expect(client.stats().memory.hotBytes).toBe(text.length * 1.5);
    await fetched(['part'], ({ total }) => ({ total }));
    expect(client.stats().memory.hotBytes - text.length * 1.5).toBeLessThan(200);
    expect(client.stats().decode.keptBytes).toBe(2 * text.length);
    // Two bodies and one value are too much, one body and the value aren't.
    const short = clientOf({ maxBytes: text.length * 3, largestShare: 1 });
    for (const key of ['a', 'b']) {
      const queryFn = async (context: any) => {
        const { total } = await decodeJson<any>(context, new Response(text, JSON_HEADERS));
        return { total };
      };
      await short.fetchQuery({ queryKey: [key], queryFn });
    }
    expect(short.stats().decode.kept).toBe(2);
    short.setQueryData(['rows'], rows(400));
    expect(short.stats().decode.dropped).toBeGreaterThan(0);
    expect(held(short) + short.stats().decode.keptBytes).toBeLessThanOrEqual(text.length * 3);
    expect(short.stats().memory).toMatchObject({ evicted: { budget: 0 } });
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
