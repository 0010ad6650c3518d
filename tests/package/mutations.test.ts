import {
  type MutationCacheNotifyEvent,
  MutationObserver,
  onlineManager,
  QueryClient,
  timeoutManager,
} from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike';
import { settle } from './watch';

behaveAsPage();

describe('mutations', () => {
  let client: QueryClient;
  const events: string[] = [];

  beforeEach(() => {
    client = new QueryClient();
    events.length = 0;
    client.getMutationCache().subscribe((event: MutationCacheNotifyEvent) => {
      events.push(event.type === 'updated' ? event.action.type : event.type);
    });
  });

  afterEach(() => {
    client.clear();
    onlineManager.setOnline(true);
  });

  const mutation = (options: object) => client.getMutationCache().build<any, any, any, any>(client, options);

  it('lets one optimistic update follow another and rolls back what failed', async () => {
    client.setQueryData(['list'], ['a']);
    const observer = new MutationObserver<string, Error, string, { before: unknown }>(client, {
      mutationFn: async (name) => {
        if (name === 'bad') throw new Error('refused');
        return name;
      },
      onMutate: (name) => {
        const before = client.getQueryData(['list']);
        client.setQueryData(['list'], (old: string[]) => [...old, name]);
        return { before };
      },
      onError: (_error, _name, rollback) => {
        client.setQueryData(['list'], rollback?.before);
      },
    });
    await observer.mutate('b');
    const failing = observer.mutate('bad');
    expect(client.getQueryData(['list'])).toEqual(['a', 'b', 'bad']);
    await expect(failing).rejects.toThrow('refused');
    expect(client.getQueryData(['list'])).toEqual(['a', 'b']);
  });

  it('fails with what a retry function throws', async () => {
    const broken = mutation({
      mutationFn: () => Promise.reject(new Error('first')),
      retry: () => {
        throw new Error('in retry');
      },
    });
    await expect(broken.execute(1)).rejects.toThrow('in retry');
    expect(broken.state.status).toBe('error');
  });

  it('goes on after a listener has thrown while it was told of a failed try', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    let tries = 0;
    client.getMutationCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'failed') throw new Error('listener');
    });
    const stubborn = mutation({
      mutationFn: () => (++tries < 3 ? Promise.reject(new Error('no')) : Promise.resolve('yes')),
      retry: 5,
      retryDelay: 1,
    });
    await expect(stubborn.execute(1)).resolves.toBe('yes');
    await settle();
    process.off('unhandledRejection', note);
    expect(unhandled.map(String)).toEqual(['Error: listener', 'Error: listener']);
  });

  it('is told of a removal once', async () => {
    const short = mutation({ gcTime: 1 });
    client.getMutationCache().clear();
    await settle(10);
    expect(events).toEqual(['added', 'removed']);
    expect(client.getMutationCache().getAll()).toEqual([]);
    expect(short.state.status).toBe('idle');
  });

  it('ends what runs after it was removed, and leaves nothing behind', async () => {
    const slow = mutation({ mutationFn: () => settle(3).then(() => 'done'), scope: { id: 's' } });
    const promise = slow.execute(1);
    client.clear();
    await expect(promise).resolves.toBe('done');
    expect(slow.state).toMatchObject({ status: 'success', data: 'done' });
    expect((slow as any).slot).toBe(-1);
  });

  it('shares a mutation cache among clients: scopes hold across them', async () => {
    const cache = client.getMutationCache();
    const other = new QueryClient({ mutationCache: cache });
    const order: string[] = [];
    const run = (through: QueryClient, name: string) =>
      cache
        .build<any, any, any, any>(through, {
          scope: { id: 'one' },
          mutationFn: async () => {
            order.push(`${name} begins`);
            await settle(2);
            order.push(`${name} ends`);
          },
        })
        .execute(undefined);
    await Promise.all([run(client, 'a'), run(other, 'b'), run(client, 'c')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('keeps the scopes of two mutation caches of one query cache apart', async () => {
    const other = new QueryClient({ queryCache: client.getQueryCache() });
    onlineManager.setOnline(false);
    const started: string[] = [];
    const options = (name: string) => ({
      scope: { id: 'one' },
      networkMode: 'always' as const,
      mutationFn: async () => {
        started.push(name);
        await settle(2);
      },
    });
    const both = [client, other].map((of, at) =>
      of
        .getMutationCache()
        .build<any, any, any, any>(of, options(`m${at}`))
        .execute(undefined),
    );
    await settle(0);
    expect(started).toEqual(['m0', 'm1']);
    expect([client.isMutating(), other.isMutating()]).toEqual([1, 1]);
    await Promise.all(both);
  });

  it('sets one host timer, however many mutations wait to be collected', async () => {
    const set = vi.spyOn(timeoutManager, 'setTimeout');
    for (let i = 0; i < 1000; i++) {
      mutation({ mutationFn: async () => i });
    }
    expect(set.mock.calls.length).toBe(1);
    set.mockRestore();
  });

  it('counts pending mutations by what is pending, not by what was', async () => {
    for (let i = 0; i < 20_000; i++) {
      mutation({ mutationKey: ['old', i], mutationFn: async () => i });
    }
    const pending = mutation({ mutationKey: ['new'], mutationFn: () => settle(5) }).execute(1);
    const from = performance.now();
    for (let i = 0; i < 10_000; i++) {
      client.isMutating({ mutationKey: ['new'] });
    }
    // A walk over all of them would take about a minute.
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(client.isMutating()).toBe(1);
    await pending;
    expect(client.isMutating()).toBe(0);
  });
});
