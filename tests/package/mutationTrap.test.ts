import { type EngineTrapError, MutationObserver, onlineManager, QueryClient } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { behaveAsPage } from './browserLike';
import { trap } from './trap';
import { settle } from './watch';

behaveAsPage();

describe('mutations at a trap in the engine', () => {
  let told: MockInstance<typeof console.error>;
  let client: QueryClient;

  beforeEach(() => {
    told = vi.spyOn(console, 'error').mockImplementation(() => {});
    client = new QueryClient();
  });

  afterEach(() => {
    client.clear();
    onlineManager.setOnline(true);
    told.mockRestore();
  });

  const build = (options: object) => client.getMutationCache().build<any, any, any, any>(client, options);

  it('go on: what runs settles, what sleeps tries again, what waits keeps its place', async () => {
    let tries = 0;
    const order: string[] = [];
    const scoped = (name: string) => ({
      scope: { id: 'one' },
      mutationFn: async () => {
        order.push(name);
        await settle(5);
        return name;
      },
    });
    const sleeping = build({
      mutationFn: () => (tries++ === 0 ? Promise.reject(new Error('first')) : Promise.resolve('second')),
      retry: 1,
      retryDelay: 60_000,
    });
    const promises = [build(scoped('a')), build(scoped('b')), build(scoped('c')), sleeping].map((mutation) =>
      mutation.execute(undefined),
    );
    await settle(1);
    expect(sleeping.state.failureCount).toBe(1);
    trap(client);
    expect(client.isMutating()).toBe(4);
    expect(await Promise.all(promises)).toEqual(['a', 'b', 'c', 'second']);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(client.isMutating()).toBe(0);
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('wait on for the network, and show it', async () => {
    onlineManager.setOnline(false);
    const observer = new MutationObserver(client, { mutationFn: async (text: string) => text });
    const results: unknown[] = [];
    const stop = observer.subscribe(({ status, isPaused }) => results.push([status, isPaused]));
    const promise = observer.mutate('sent');
    await settle(1);
    trap(client);
    await settle(1);
    expect(observer.getCurrentResult()).toMatchObject({ status: 'pending', isPaused: true, variables: 'sent' });
    await client.resumePausedMutations();
    onlineManager.setOnline(true);
    await client.resumePausedMutations();
    expect(await promise).toBe('sent');
    expect(results.at(-1)).toEqual(['success', false]);
    stop();
  });

  it('keep what they brought when the engine traps at that very moment', async () => {
    const { host } = client.getQueryCache() as any;
    const onSuccess = vi.fn();
    const onError = vi.fn();
    const mutation = build({ mutationFn: async () => 'kept', onSuccess, onError });
    const promise = mutation.execute(1);
    host.engine.settle_mutation = () => host.engine.load(12345);
    expect(await promise).toBe('kept');
    expect(mutation.state).toMatchObject({ status: 'success', data: 'kept' });
    expect(onSuccess).toHaveBeenCalledTimes(1);
    expect(onError).not.toHaveBeenCalled();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it('are collected afterwards as before', async () => {
    const mutation = build({ mutationFn: async () => 1, gcTime: 10 });
    await mutation.execute(1);
    trap(client);
    expect(client.getMutationCache().getAll()).toEqual([mutation]);
    await settle(30);
    expect(client.getMutationCache().getAll()).toEqual([]);
  });

  it('fail with its error where there is no other engine', async () => {
    onlineManager.setOnline(false);
    const waiting = build({ mutationFn: async () => 1 }).execute(1);
    const outcome = waiting.catch((error: unknown) => error);
    await settle(1);
    trap(client);
    const last = trap(client) as EngineTrapError;
    expect(await outcome).toBe(last);
    client = new QueryClient();
  });
});
