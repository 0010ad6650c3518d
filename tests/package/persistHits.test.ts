import { memoryStore, type QueryClient, type QueryClientConfig, type QueryKey, type Store } from 'ferroquery';
import { describe, expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { leave, visit } from './visit.js';
import { settle, watch } from './watch.js';

behaveAsPage();

const KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const RULES: QueryClientConfig = { rules: { changed: ['event:{id}'] } };

/** What a component with fresh data in the store would show: that, or what it fetches. */
const shown = (client: QueryClient, queryKey: QueryKey, more: object = {}) =>
  client.fetchQuery<unknown>({ queryKey, staleTime: Number.POSITIVE_INFINITY, queryFn: () => 'new', ...more });

/** The names of records that hold what has hit others. */
const hitRecords = async (store: Store, scope = 'plain:ada') =>
  (await store.readIndex(scope)).records.map(({ id }) => id).filter((id) => id.startsWith('\u0000'));

describe('what hits queries that are in the store only', () => {
  it('takes data for stale that was hit while it was in the store only', async () => {
    const store = memoryStore();
    await leave(store, [
      [['agent', 1], 1],
      [['agent', 2], 2],
      [['tagged'], 3],
      [['event', 7], 4],
      [['event', 8], 5],
    ]);
    await settle(2);
    const { client } = visit(store, {}, RULES);
    await client.invalidateQueries({ queryKey: ['agent'] });
    await client.invalidateQueries({ tags: ['t'] });
    await client.invalidateQueries({ queryKey: ['event'], refetchType: 'active', type: 'active' });
    await client.emit('changed', { id: 7 });
    const options = { staleTime: Infinity, queryFn: () => 'new' };
    const fetched = (queryKey: QueryKey, more = {}) => client.fetchQuery<unknown>({ ...options, queryKey, ...more });
    expect(await fetched(['agent', 1])).toBe('new');
    expect(await fetched(['tagged'], { tags: ['t'] })).toBe('new');
    expect(await fetched(['event', 7])).toBe('new');
    expect(await fetched(['event', 8])).toBe(5);
    // Shown nevertheless, until the answer is there.
    const { observer } = watch(client, ['agent', 2], { enabled: false, staleTime: Infinity });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({ data: 2 });
    expect(client.getQueryState(['agent', 2])!.isInvalidated).toBe(true);
  });

  it('brings nothing back that was removed or reset while it was in the store only', async () => {
    const store = memoryStore();
    await leave(store, [
      [['todo', 1], 1],
      [['todo', 2], 2],
      [['user'], 3],
    ]);
    await settle(2);
    const { client, kept, stats } = visit(store);
    client.removeQueries({ queryKey: ['todo', 1] });
    await client.resetQueries({ queryKey: ['todo', 2] });
    expect(await kept.restore()).toBe(1);
    expect(client.getQueryData(['todo', 1])).toBeUndefined();
    await kept.flush();
    expect(stats().records).toBe(1);
  });
});

describe('what has hit the store is known after a reload', () => {
  /** A store with some data, which a second visit without any query has hit. */
  async function hit(act: (client: QueryClient) => unknown, options = {}) {
    const store = memoryStore();
    await leave(
      store,
      [
        [['agent', 1], 1],
        [['agent', 2], 2],
        [['event', 7], 7],
        [['other'], 'kept'],
      ],
      options,
    );
    await settle(2);
    const { client, kept } = visit(store, options, RULES);
    await act(client);
    await kept.flush();
    kept.stop();
    return { store, next: visit(store, options, RULES) };
  }

  it('what was invalidated is fetched', async () => {
    const { next } = await hit((client) => client.invalidateQueries({ queryKey: ['agent'] }));
    expect(await shown(next.client, ['agent', 1])).toBe('new');
    expect(await shown(next.client, ['other'])).toBe('kept');
    // Shown nevertheless, until the answer is there.
    const { observer } = watch(next.client, ['agent', 2], { enabled: false });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({ data: 2 });
    expect(next.client.getQueryState(['agent', 2])!.isInvalidated).toBe(true);
  });

  it('what was removed or reset is gone, its record too', async () => {
    const { next } = await hit(async (client) => {
      client.removeQueries({ queryKey: ['agent', 1], exact: true });
      await client.resetQueries({ queryKey: ['agent', 2], exact: true });
    });
    const { observer } = watch(next.client, ['agent', 1], { enabled: false });
    await settle();
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', data: undefined });
    expect(await shown(next.client, ['agent', 2])).toBe('new');
    expect(await shown(next.client, ['other'])).toBe('kept');
    next.client.removeQueries({ queryKey: ['agent', 2] });
    await next.kept.flush();
    expect(next.stats()).toMatchObject({ records: 2, dropped: { corrupt: 0 } });
  });

  it('events mean what the rules say', async () => {
    const { next } = await hit((client) => client.emit('changed', { id: 7 }));
    expect(await shown(next.client, ['event', 7])).toBe('new');
    expect(await shown(next.client, ['agent', 1])).toBe(1);
  });

  it('tags and patterns are matched when the data is there', async () => {
    const { next } = await hit(async (client) => {
      await client.invalidateQueries({ tags: ['odd'] });
      await client.invalidateQueries({ pattern: 'event:*' });
    });
    const tags = (data: unknown) => (data === 1 ? ['odd'] : []);
    expect(await shown(next.client, ['agent', 1], { tags })).toBe('new');
    expect(await shown(next.client, ['agent', 2], { tags })).toBe(2);
    expect(await shown(next.client, ['event', 7])).toBe('new');
  });

  it('of a predicate, and of what JSON does not keep, only the rest is known: that means more', async () => {
    const { next } = await hit(async (client) => {
      await client.invalidateQueries({ queryKey: ['agent'], predicate: ({ queryKey }) => queryKey[1] === 1 });
      await client.invalidateQueries({ queryKey: ['event', undefined] });
    });
    expect(await shown(next.client, ['agent', 1])).toBe('new');
    expect(await shown(next.client, ['agent', 2])).toBe('new');
    expect(await shown(next.client, ['event', 7])).toBe('new');
    expect(await shown(next.client, ['other'])).toBe('kept');
  });

  it('two predicates in one visit are two', async () => {
    const store = memoryStore();
    await leave(
      store,
      [1, 2, 3].map((n) => [[n], n]),
    );
    await settle(2);
    const { client } = visit(store);
    for (const number of [1, 2]) {
      await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === number });
    }
    expect(await Promise.all([1, 2, 3].map((n) => shown(client, [n])))).toEqual(['new', 'new', 3]);
  });

  it('clearing all before it is known what there is leaves nothing', async () => {
    const { next } = await hit((client) => client.clear());
    expect(await next.kept.restore()).toBe(0);
  });

  it('data that came after that is as good as any', async () => {
    const { store, next } = await hit((client) => client.invalidateQueries());
    next.client.setQueryData(['agent', 1], 'later', { updatedAt: Date.now() + 5 });
    await next.kept.flush();
    next.kept.stop();
    const last = visit(store);
    expect(await shown(last.client, ['agent', 1])).toBe('later');
    expect(await shown(last.client, ['agent', 2])).toBe('new');
  });

  it('with a key nobody reads which queries it were', async () => {
    const { store, next } = await hit((client) => client.invalidateQueries({ queryKey: ['agent'] }), { key: KEY });
    expect(await shown(next.client, ['agent', 1])).toBe('new');
    expect(await shown(next.client, ['other'])).toBe('kept');
    expect(await hitRecords(store)).toEqual([]);
  });

  it('pages take over what others have left, and damage means all', async () => {
    const store = memoryStore();
    await leave(
      store,
      [1, 2, 3, 4].map((n) => [[n], n]),
    );
    await settle(2);
    for (const number of [1, 2]) {
      const { client, kept } = visit(store);
      await client.invalidateQueries({ queryKey: [number] });
      await kept.flush();
      kept.stop();
      expect(await hitRecords(store)).toHaveLength(1);
    }
    const { client, kept } = visit(store);
    expect(await Promise.all([1, 2, 3].map((n) => shown(client, [n])))).toEqual(['new', 'new', 3]);
    kept.stop();
    const [id] = await hitRecords(store);
    const { epoch, records } = await store.readIndex('plain:ada');
    const record = records.find((record) => record.id === id)!;
    await store.write('plain:ada', epoch, [{ ...record, head: new Uint8Array([1, 2, 3]) }]);
    const last = visit(store);
    expect(await shown(last.client, [4])).toBe('new');
  });
});
