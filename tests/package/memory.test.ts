import { environmentManager, MutationObserver, onlineManager, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const collect = globalThis.gc!;
const MB = 2 ** 20;

/** Finalizers run between macrotasks, some collections later. */
async function collectAll(): Promise<void> {
  for (let round = 0; round < 6; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const heap = async () => {
  await collectAll();
  return process.memoryUsage().heapUsed;
};

beforeEach(() => environmentManager.setIsServer(() => false));
afterEach(() => {
  vi.useRealTimers();
  environmentManager.setIsServer(() => true);
});

const BATCH = 1000;
const BATCHES = 1000;

describe('a million distinct keys through a thousand live queries', () => {
  it('leave nothing when they are removed', async () => {
    const client = new QueryClient();
    let next = 0;
    const turn = () => {
      const first = next;
      for (; next < first + BATCH; next++) {
        client.setQueryData(['list', `id${next}`, { page: next }], next);
      }
      client.removeQueries({ queryKey: ['list'] });
    };
    for (let i = 0; i < 50; i++) turn();
    const before = { ...client.stats(), heap: await heap() };
    for (let i = 50; i < BATCHES; i++) turn();
    const after = { ...client.stats(), heap: await heap() };
    expect(next).toBe(BATCH * BATCHES);
    expect(after.queries).toBe(0);
    expect(after.symbols).toBe(before.symbols);
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.heap - before.heap).toBeLessThan(2 * MB);
  }, 240_000);

  it('leave nothing when their time is over', async () => {
    // A clock that doesn't show itself, as the real one: else each query has a timer, among which fake timers look for the next.
    const useFakeTimers = () => {
      vi.useFakeTimers();
      Object.defineProperty(setTimeout, 'clock', { value: undefined });
    };
    useFakeTimers();
    const client = new QueryClient({ defaultOptions: { queries: { gcTime: 1000 } } });
    let next = 0;
    const turn = () => {
      const first = next;
      for (; next < first + BATCH; next++) {
        client.setQueryData([`id${next}`, next], next);
      }
      vi.advanceTimersByTime(1001);
    };
    for (let i = 0; i < 50; i++) turn();
    vi.useRealTimers();
    const before = { ...client.stats(), heap: await heap() };
    useFakeTimers();
    for (let i = 50; i < BATCHES; i++) turn();
    vi.useRealTimers();
    const after = { ...client.stats(), heap: await heap() };
    expect(after.queries).toBe(0);
    expect(after.symbols).toBe(before.symbols);
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.heap - before.heap).toBeLessThan(2 * MB);
  }, 240_000);

  it('with tags and observers, leave nothing', async () => {
    const client = new QueryClient();
    let next = 0;
    const turn = () => {
      const stops: (() => void)[] = [];
      for (let i = 0; i < 500; i++, next++) {
        const observer = new QueryObserver(client, {
          queryKey: ['watched', next],
          queryFn: () => next,
          initialData: next,
          staleTime: Infinity,
          tags: [`tag:${next}`, `other:${next}`],
        });
        stops.push(observer.subscribe(() => {}));
      }
      for (const stop of stops) stop();
      client.clear();
    };
    for (let i = 0; i < 20; i++) turn();
    const before = { ...client.stats(), heap: await heap() };
    for (let i = 0; i < 180; i++) turn();
    const after = { ...client.stats(), heap: await heap() };
    expect([after.queries, after.observers]).toEqual([0, 0]);
    expect(after.symbols).toBe(before.symbols);
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.heap - before.heap).toBeLessThan(2 * MB);
  }, 240_000);
});

describe('clients that are dropped without clear()', () => {
  it('leave the memory where it was', async () => {
    // As on a server: no timer holds them.
    environmentManager.setIsServer(() => true);
    const use = async () => {
      const client = new QueryClient({ rules: { changed: ['a:*', { tag: 'x' }] } });
      await client.prefetchQuery({ queryKey: ['a', Math.random()], queryFn: () => ({ rows: new Array(100).fill(1) }) });
      client.setQueryData(['b'], 1);
      new QueryObserver(client, { queryKey: ['a'], enabled: false }).getCurrentResult();
    };
    const serve = async (requests: number) => {
      for (let i = 0; i < requests; i++) {
        await use();
        if (i % 100 === 99) await collectAll();
      }
    };
    await serve(1000);
    const bytes = () => new QueryClient().stats().memoryBytes;
    const before = { bytes: bytes(), heap: await heap() };
    await serve(10_000);
    const after = { bytes: bytes(), heap: await heap() };
    expect(after.bytes).toBe(before.bytes);
    expect(after.heap - before.heap).toBeLessThan(4 * MB);
  }, 240_000);
});

describe('observers that are never subscribed', () => {
  it('cost no slot', () => {
    const client = new QueryClient();
    client.setQueryData(['a'], 1);
    const before = client.stats();
    const rendered = Array.from({ length: 10_000 }, () => new QueryObserver(client, { queryKey: ['a'] }));
    expect(rendered.every((observer) => observer.getCurrentResult().data === 1)).toBe(true);
    const { queries, observers, symbols, memoryBytes } = client.stats();
    expect({ queries, observers, symbols, memoryBytes }).toEqual({
      queries: 1,
      observers: 0,
      symbols: before.symbols,
      memoryBytes: before.memoryBytes,
    });
    client.clear();
  });

  it('keep no query alive', () => {
    vi.useFakeTimers();
    const client = new QueryClient();
    client.setQueryData(['a'], 1);
    new QueryObserver(client, { queryKey: ['a'], gcTime: 1000, enabled: false });
    vi.advanceTimersByTime(301_000);
    expect(client.stats().queries).toBe(0);
  });
});

describe('fifty thousand mutations', () => {
  const run = async (client: QueryClient, count: number) => {
    const promises: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      const options = { mutationKey: ['save', i], scope: { id: `s${i % 50}` }, mutationFn: async () => ({ i }) };
      promises.push(new MutationObserver(client, options).mutate());
    }
    await Promise.all(promises);
  };

  it('leave nothing when they are removed', async () => {
    const client = new QueryClient();
    const turn = async () => {
      await run(client, BATCH);
      client.getMutationCache().clear();
    };
    for (let i = 0; i < 10; i++) await turn();
    const before = { ...client.stats(), heap: await heap() };
    for (let i = 10; i < 50; i++) await turn();
    const after = { ...client.stats(), heap: await heap() };
    expect(client.getMutationCache().getAll()).toEqual([]);
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.heap - before.heap).toBeLessThan(2 * MB);
  }, 240_000);

  it('leave nothing when they are removed while they wait for the network', async () => {
    onlineManager.setOnline(false);
    const client = new QueryClient();
    const turn = async () => {
      void run(client, BATCH);
      await new Promise((resolve) => setImmediate(resolve));
      expect(client.getMutationCache().findAll({ predicate: ({ state }) => state.isPaused })).toHaveLength(BATCH);
      client.getMutationCache().clear();
    };
    for (let i = 0; i < 10; i++) await turn();
    const before = { ...client.stats(), heap: await heap() };
    for (let i = 10; i < 50; i++) await turn();
    const after = { ...client.stats(), heap: await heap() };
    onlineManager.setOnline(true);
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.heap - before.heap).toBeLessThan(2 * MB);
  }, 240_000);

  it('go with their client', async () => {
    environmentManager.setIsServer(() => true);
    const make = async () => {
      const client = new QueryClient();
      await run(client, 10);
      return new WeakRef(client.getMutationCache());
    };
    const caches = await Promise.all(Array.from({ length: 100 }, make));
    await collectAll();
    expect(caches.filter((cache) => cache.deref()).length).toBeLessThan(5);
  });
});
