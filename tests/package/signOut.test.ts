import {
  focusManager,
  hydrate,
  isCancelledError,
  keepPreviousData,
  MutationObserver,
  memoryStore,
  persist,
  QueryClient,
  QueryObserver,
} from 'ferroquery';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

const clients: QueryClient[] = [];
const newClient = () => {
  const client = new QueryClient();
  clients.push(client);
  client.mount();
  return client;
};

afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.signOut();
    client.unmount();
  }
});

describe('signOut', () => {
  it('leaves nothing in memory, at once', () => {
    const client = newClient();
    client.setQueryData(['a'], 'secret');
    client.getMutationCache().build(client, { mutationFn: async () => 1 });
    client.signOut();
    expect(client.getQueryCache().getAll()).toEqual([]);
    expect(client.getMutationCache().getAll()).toEqual([]);
  });

  it('shows mounted observers the reset, and fetches nothing by itself until it is asked for', async () => {
    vi.useFakeTimers();
    try {
      const client = newClient();
      const { observer, fetches, stop } = watch(client, ['a'], { refetchInterval: 50 });
      await vi.advanceTimersByTimeAsync(1);
      expect(observer.getCurrentResult().data).toBe(1);
      const seen: unknown[] = [];
      observer.subscribe(({ status, fetchStatus, data }) => seen.push([status, fetchStatus, data]));
      client.signOut();
      expect(observer.getCurrentResult()).toMatchObject({
        status: 'pending',
        fetchStatus: 'idle',
        data: undefined,
        dataUpdatedAt: 0,
        isFetched: false,
        isFetchedAfterMount: false,
      });
      await vi.advanceTimersByTimeAsync(200);
      focusManager.setFocused(false);
      focusManager.setFocused(true);
      await vi.advanceTimersByTimeAsync(10);
      expect(seen).toEqual([['pending', 'idle', undefined]]);
      expect(fetches()).toBe(1);
      await client.invalidateQueries();
      expect(fetches()).toBe(2);
      expect(observer.getCurrentResult().data).toBe(2);
      await vi.advanceTimersByTimeAsync(110);
      expect(fetches()).toBe(4);
      stop();
    } finally {
      focusManager.setFocused(undefined);
      vi.useRealTimers();
    }
  });

  it('shows nothing of the old user as placeholder or selected', async () => {
    const client = newClient();
    const options = (id: number) => ({
      queryKey: ['user', id],
      queryFn: () => settle(id).then(() => `secret ${id}`),
      placeholderData: keepPreviousData,
      select: (data: string) => data.toUpperCase(),
    });
    const observer = new QueryObserver<string>(client, options(1) as never);
    const stop = observer.subscribe(() => {});
    await settle(10);
    observer.setOptions(options(2) as never);
    expect(observer.getCurrentResult()).toMatchObject({ data: 'SECRET 1', isPlaceholderData: true });
    client.signOut();
    expect(observer.getCurrentResult().data).toBeUndefined();
    observer.setOptions(options(3) as never);
    expect(observer.getCurrentResult().data).toBeUndefined();
    await settle(15);
    expect(observer.getCurrentResult().data).toBe('SECRET 3');
    stop();
  });

  it('aborts what is in flight, and drops what comes of it', async () => {
    const client = newClient();
    let answer!: (value: string) => void;
    let signal!: AbortSignal;
    const queryFn = vi.fn((context: { signal: AbortSignal }) => {
      signal = context.signal;
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    });
    const observer = new QueryObserver(client, { queryKey: ['a'], queryFn });
    const stop = observer.subscribe(() => {});
    const fetched = client.fetchQuery({ queryKey: ['a'], queryFn });
    client.signOut();
    expect(signal.aborted).toBe(true);
    answer('secret');
    await expect(fetched).rejects.toSatisfy(isCancelledError);
    await settle();
    expect(client.getQueryData(['a'])).toBeUndefined();
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', fetchStatus: 'idle' });
    queryFn.mockImplementation(async () => 'new');
    expect((await observer.refetch()).data).toBe('new');
    stop();
  });

  it('cuts off mutations: no callback, no other try, no result', async () => {
    const client = newClient();
    const calls: string[] = [];
    let answer!: (value: string) => void;
    const observer = new MutationObserver<string, Error, string>(client, {
      mutationFn: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
      onSuccess: () => calls.push('success'),
      onError: () => calls.push('error'),
      onSettled: () => calls.push('settled'),
    });
    const stop = observer.subscribe(() => {});
    const mutated = observer.mutate('secret');
    await settle(1);
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', variables: 'secret' });
    client.signOut();
    expect(observer.getCurrentResult()).toMatchObject({ status: 'idle', variables: undefined });
    answer('late');
    await expect(mutated).rejects.toSatisfy(isCancelledError);
    await settle();
    expect(calls).toEqual([]);
    expect(client.isMutating()).toBe(0);
    stop();
  });

  it('goes on working: the next user fetches', async () => {
    const client = newClient();
    const { observer, stop } = watch(client, ['a']);
    await settle();
    await client.signOut();
    await observer.refetch();
    expect(observer.getCurrentResult()).toMatchObject({ data: 2, fetchStatus: 'idle' });
    client.setQueryData(['b'], 1);
    expect(client.getQueryData(['b'])).toBe(1);
    stop();
  });

  it('forgets initial data', async () => {
    const client = newClient();
    hydrate(client, {
      queries: [
        {
          dehydratedAt: 1,
          queryKey: ['a'],
          queryHash: '["a"]',
          state: { data: 'secret', dataUpdatedAt: 1, status: 'success' } as never,
        },
      ],
    });
    const query = client.getQueryCache().find({ queryKey: ['a'] })!;
    client.signOut();
    expect(query.state.data).toBeUndefined();
    query.reset();
    expect(query.state.data).toBeUndefined();
  });
});

describe('signOut with a store', () => {
  const visit = (store: ReturnType<typeof memoryStore>, scope: string, client = newClient()) => ({
    client,
    kept: persist({ client, store, scope }),
  });

  it('leaves nothing of the scope, and what others have', async () => {
    const store = memoryStore();
    const bob = visit(store, 'bob');
    bob.client.setQueryData(['a'], 'bob');
    await bob.kept.flush();
    const ada = visit(store, 'ada');
    ada.client.setQueryData(['a'], 'ada');
    await ada.kept.flush();
    ada.client.setQueryData(['b'], 'not written yet');
    await ada.client.signOut();
    const next = visit(store, 'ada');
    expect(await next.kept.restore()).toBe(0);
    const other = visit(store, 'bob');
    expect(await other.kept.restore()).toBe(1);
    other.kept.stop();
  });

  it('lets no write land afterwards, whenever it began', async () => {
    for (let hops = 0; hops < 30; hops++) {
      const memory = memoryStore();
      let writes = 0;
      const store = {
        ...memory,
        write: async (...args: Parameters<typeof memory.write>) => {
          await settle(hops % 3);
          writes++;
          return memory.write(...args);
        },
      };
      const { client, kept } = visit(store, 'ada');
      client.setQueryData(['a'], 'secret');
      const flushed = kept.flush();
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      await client.signOut();
      const then = writes;
      await flushed;
      await settle(5);
      expect(writes).toBe(then);
      const { records } = await memory.readIndex('plain:ada');
      expect(records, `after ${hops} hops`).toEqual([]);
    }
  });

  it('signs out the other tabs of the scope, and only those', async () => {
    const store = memoryStore();
    const [one, two, bob] = [visit(store, 'ada'), visit(store, 'ada'), visit(store, 'bob')];
    await Promise.all([one.kept.restored, two.kept.restored, bob.kept.restored]);
    const { observer, stop } = watch(two.client, ['a']);
    bob.client.setQueryData(['a'], 'bob');
    two.client.setQueryData(['b'], 'secret');
    await settle();
    const flushed = two.kept.flush();
    await one.client.signOut();
    await flushed;
    await vi.waitFor(() => expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', data: undefined }));
    expect(two.client.getQueryData(['b'])).toBeUndefined();
    expect(bob.client.getQueryData(['a'])).toBe('bob');
    await settle(20);
    expect((await store.readIndex('plain:ada')).records).toEqual([]);
    stop();
  });

  it('does not take who has signed in again for who has signed out', async () => {
    const store = memoryStore();
    const one = visit(store, 'ada');
    const two = visit(store, 'ada');
    await Promise.all([one.kept.restored, two.kept.restored]);
    await one.client.signOut();
    const again = visit(store, 'ada', one.client);
    one.client.setQueryData(['a'], 'new');
    await settle(30);
    expect(one.client.getQueryData(['a'])).toBe('new');
    again.kept.stop();
  });

  it('refuses the writes of a tab that has not heard of it', async () => {
    const channel = globalThis.BroadcastChannel;
    vi.stubGlobal('BroadcastChannel', undefined);
    try {
      const store = memoryStore();
      const deaf = visit(store, 'ada');
      await deaf.kept.restored;
      const one = visit(store, 'ada');
      await one.kept.restored;
      await one.client.signOut();
      deaf.client.setQueryData(['a'], 'secret');
      await deaf.kept.flush();
      expect((await store.readIndex('plain:ada')).records).toEqual([]);
    } finally {
      vi.stubGlobal('BroadcastChannel', channel);
    }
  });

  it('never writes what was in memory under another scope', async () => {
    const store = memoryStore();
    const { client } = visit(store, 'ada');
    client.setQueryData(['a'], 'secret');
    const { kept } = visit(store, 'bob', client);
    client.setQueryData(['b'], 'of bob');
    await kept.flush();
    expect((await store.readIndex('plain:bob')).records.map(({ id }) => id)).toEqual(['["b"]']);
    expect((await store.readIndex('plain:ada')).records).toEqual([]);
  });

  it('says when the store failed to delete; memory is empty all the same', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const store = { ...memoryStore(), clear: () => Promise.reject(new Error('locked')) };
    const { client, kept } = visit(store, 'ada');
    await kept.restored;
    client.setQueryData(['a'], 1);
    await expect(client.signOut()).rejects.toThrow('locked');
    expect(client.getQueryData(['a'])).toBeUndefined();
    vi.restoreAllMocks();
  });
});
