import { CancelledError, EngineTrapError, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { behaveAsPage } from './browserLike';
import { HELLO, inv, Peer, sync } from './peer';
import { runScript } from './script';
import { trap } from './trap';
import { settle, watch } from './watch';

behaveAsPage();

describe('a trap in the engine', () => {
  let told: MockInstance<typeof console.error>;
  let client: QueryClient;

  beforeEach(() => {
    told = vi.spyOn(console, 'error').mockImplementation(() => {});
    client = new QueryClient();
  });

  afterEach(() => {
    client.clear();
    told.mockRestore();
  });

  it('is reported once, by an error that names the place and the remedy', async () => {
    const other = new QueryClient();
    const error = trap(client);
    await settle();
    expect(error).toBeInstanceOf(EngineTrapError);
    expect(told.mock.calls).toEqual([[error]]);
    expect((error as Error).message).toMatch(/panicked at .*\.rs:\d+:\d+/);
    expect((error as Error).message).toMatch(/report this text/);
    other.setQueryData(['a'], 1);
    expect(other.getQueryData(['a'])).toBe(1);
  });

  it('keeps the data of every client, marked as invalidated', async () => {
    const other = new QueryClient();
    client.setQueryData(['a', { b: 1 }], 'one', { updatedAt: 1000 });
    other.setQueryData(['a'], 'two');
    trap(client);
    expect(client.getQueryData(['a', { b: 1 }])).toBe('one');
    expect(other.getQueryData(['a'])).toBe('two');
    expect(client.getQueryState(['a', { b: 1 }])).toMatchObject({
      data: 'one',
      dataUpdatedAt: 1000,
      dataUpdateCount: 1,
      status: 'success',
      fetchStatus: 'idle',
      isInvalidated: true,
    });
    expect(other.getQueryState(['a'])?.isInvalidated).toBe(true);
    await settle();
    expect(client.getQueryCache().findAll({ stale: true })).toHaveLength(1);
  });

  it('keeps Query objects, their order and their tags', async () => {
    const keys = [['c'], ['a', 1], ['b', { x: [1] }]];
    const queries = keys.map((queryKey) =>
      client.getQueryCache().build(client, { queryKey, tags: [`tag:${queryKey[0]}`] } as never),
    );
    trap(client);
    await settle();
    expect(client.getQueryCache().findAll({ tags: ['tag:b'] } as never)).toEqual([queries[2]]);
    const found = client.getQueryCache().findAll({ queryKey: [] });
    expect(found.every((query, at) => query === queries[at])).toBe(true);
    expect(client.getQueryCache().find({ queryKey: ['b', { x: [1] }] })).toBe(queries[2]);
  });

  it('lets mounted observers fetch again and show what came', async () => {
    const watched = watch(client, ['a'], { staleTime: 60_000 });
    const disabled = watch(client, ['b'], { enabled: false, initialData: 7 });
    const results: unknown[] = [];
    watched.observer.subscribe(({ data, isFetching }) => results.push([data, isFetching]));
    await settle();
    expect(watched.observer.getCurrentResult().data).toBe(1);
    results.length = 0;
    trap(client);
    await settle();
    expect(watched.fetches()).toBe(2);
    expect(disabled.fetches()).toBe(0);
    expect(disabled.observer.getCurrentResult()).toMatchObject({ data: 7, isFetching: false });
    expect(results.at(-1)).toEqual([2, false]);
    expect(watched.observer.getCurrentResult()).toMatchObject({ data: 2, isStale: false, fetchStatus: 'idle' });
    await client.invalidateQueries({ queryKey: ['a'] });
    expect(watched.observer.getCurrentResult().data).toBe(3);
    watched.stop();
    disabled.stop();
  });

  it('aborts the fetches that were in flight', async () => {
    const signals: AbortSignal[] = [];
    const never = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    const unwatched = client.fetchQuery({ queryKey: ['a'], queryFn: never });
    const outcome = unwatched.catch((error: unknown) => error);
    let release: (value: string) => void = () => {};
    let runs = 0;
    const queryFn = () =>
      new Promise<string>((resolve) => {
        runs++;
        release = resolve;
      });
    const observer = new QueryObserver(client, { queryKey: ['b'], queryFn });
    const stop = observer.subscribe(() => {});
    const waiting = client.fetchQuery({ queryKey: ['b'], queryFn });
    const late = release;
    trap(client);
    late('of the lost fetch');
    await settle();
    expect(signals[0]?.aborted).toBe(true);
    expect(await outcome).toBeInstanceOf(CancelledError);
    expect(client.isFetching()).toBe(1);
    expect(client.getQueryData(['b'])).toBeUndefined();
    expect(runs).toBe(2);
    release('new');
    expect(await waiting).toBe('new');
    expect(observer.getCurrentResult().data).toBe('new');
    stop();
  });

  it('leaves a cache that writes, invalidates, collects and tells events', async () => {
    client.setQueryData(['gone'], 1);
    const watched = watch(client, ['a'], { refetchInterval: 20, gcTime: 10 });
    const events: string[] = [];
    const unsubscribe = client.getQueryCache().subscribe(({ type }) => events.push(type));
    trap(client);
    client.setQueryData(['b'], 1);
    client.removeQueries({ queryKey: ['gone'] });
    await expect.poll(() => watched.fetches()).toBeGreaterThan(3);
    expect(client.getQueryData(['b'])).toBe(1);
    expect(client.getQueryData(['gone'])).toBeUndefined();
    expect(events).toContain('added');
    expect(events).toContain('observerResultsUpdated');
    watched.stop();
    await settle(40);
    expect(client.getQueryCache().find({ queryKey: ['a'] })).toBeUndefined();
    unsubscribe();
  });

  it('keeps the rules, and ends a sweep that was lost', async () => {
    const ruled = new QueryClient({ rules: { changed: ['a:{id}'] } } as never) as QueryClient & {
      emit(event: string, args: object): Promise<void>;
    };
    const watched = watch(ruled, ['a', '1'], { staleTime: 60_000 });
    await settle();
    const sweep = ruled.emit('changed', { id: '1' });
    trap(ruled);
    await sweep;
    await settle();
    const before = watched.fetches();
    await ruled.emit('changed', { id: '1' });
    expect(watched.fetches()).toBe(before + 1);
    watched.stop();
  });

  it('within a listener stops no other notification for good', async () => {
    const watched = watch(client, ['a'], { staleTime: 60_000 });
    await settle();
    let traps = 0;
    const unsubscribe = client.getQueryCache().subscribe(({ type }) => {
      if (type === 'updated' && traps++ === 0) {
        trap(client);
      }
    });
    client.setQueryData(['a'], 'by hand');
    await settle();
    expect(traps).toBeGreaterThan(1);
    expect(watched.observer.getCurrentResult()).toMatchObject({ data: 2, fetchStatus: 'idle' });
    expect(told).toHaveBeenCalledTimes(1);
    unsubscribe();
    watched.stop();
  });

  it('that comes again during the replacement stops the client, once and for all', async () => {
    const watched = watch(client, ['a']);
    const lost = client.fetchQuery({ queryKey: ['b'], queryFn: () => new Promise(() => {}) }).catch((error) => error);
    trap(client);
    const second = trap(client);
    await settle();
    expect(await lost).toBe(second);
    expect((second as Error).message).toMatch(/stay stopped: make new ones/);
    expect(() => client.getQueryData(['a'])).toThrow(second as Error);
    expect(() => client.setQueryData(['a'], 1)).toThrow(second as Error);
    expect(told).toHaveBeenCalledTimes(2);
    expect(() => watched.stop()).not.toThrow();
    client = new QueryClient();
    client.setQueryData(['a'], 1);
    expect(client.getQueryData(['a'])).toBe(1);
  });

  it('that comes again and again stops the client', async () => {
    for (let i = 0; i < 6; i++) {
      trap(client);
      await settle(1);
    }
    expect(() => client.getQueryData(['a'])).toThrow(EngineTrapError);
    client = new QueryClient();
  });

  it('that is no panic is found out by the next command', async () => {
    const watched = watch(client, ['a'], { staleTime: 60_000 });
    await settle();
    const { host } = client.getQueryCache() as any;
    // What says that an option is wrong is made while the engine is in use. Unwinds its code without running its end, as a
    // full stack or the lack of memory does.
    vi.stubGlobal('Error', () => {
      throw 'in the midst of the engine';
    });
    let thrown: unknown;
    try {
      host.openLive({ url: '', credentials: 'wrong' }, undefined, () => {});
    } catch (error) {
      thrown = error;
    } finally {
      vi.unstubAllGlobals();
    }
    expect(thrown).toBe('in the midst of the engine');
    expect(told).not.toHaveBeenCalled();
    expect(() => client.invalidateQueries()).toThrow(EngineTrapError);
    await settle();
    expect(told).toHaveBeenCalledTimes(1);
    expect(watched.observer.getCurrentResult()).toMatchObject({ data: 2, fetchStatus: 'idle' });
    watched.stop();
  });

  it('reconnects live connections at their cursor, and ends the old requests', async () => {
    const server = await Peer.start((request) => request.stream(HELLO + sync(`e1.${server.requests.length + 1}`)));
    const watched = watch(client, ['a', 'b'], { staleTime: 60_000 });
    const connection = client.connect({ url: server.url, subscribe: ['a:*'] });
    await expect.poll(() => connection.status.state).toBe('live');
    server.requests[0]!.response.write(inv('e1.7', { k: 'key', key: ['a', 'b'] }));
    await expect.poll(() => connection.status.cursor).toBe('e1.7');
    trap(client);
    await expect.poll(() => server.requests.length).toBe(2);
    await expect.poll(() => server.requests[0]!.closed).toBe(true);
    expect(server.requests[1]!.params.get('cursor')).toBe('e1.7');
    expect(server.requests[1]!.params.getAll('sub')).toEqual(['a:*']);
    await expect.poll(() => connection.status.state).toBe('live');
    await settle();
    const before = watched.fetches();
    server.requests[1]!.response.write(inv('e1.8', { k: 'key', key: ['a', 'b'] }));
    await expect.poll(() => watched.fetches()).toBe(before + 1);
    connection.close();
    await expect.poll(() => server.requests[1]!.closed).toBe(true);
    watched.stop();
    await server.stop();
  });

  it("doesn't end the process, wherever it comes from", () => {
    const { status, stdout, stderr } = runScript(`
      const { environmentManager, QueryClient, QueryObserver } = ferroquery;
      environmentManager.setIsServer(() => false);
      const client = new QueryClient();
      const { host } = client.getQueryCache();
      let fetches = 0;
      const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: async () => ++fetches });
      observer.subscribe(() => {});
      // The answer of the fetch, in a microtask, meets an engine that panics.
      host.engine.succeed = () => host.engine.load(12345);
      setTimeout(() => {
        // So does the host's timer.
        host.engine.fire = () => host.engine.load(12345);
        observer.setOptions({ queryKey: ['a'], queryFn: async () => ++fetches, refetchInterval: 20 });
      }, 20);
      setTimeout(() => {
        console.log(observer.getCurrentResult().status, fetches > 3);
        process.exit(0);
      }, 200);
    `);
    expect(stdout).toBe('success true');
    expect(status).toBe(0);
    expect(stderr.match(/EngineTrapError: /g)).toHaveLength(2);
  });
});
