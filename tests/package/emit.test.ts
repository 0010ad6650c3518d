import { QueryClient } from 'ferroquery';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

const rules = {
  'agent.run.completed': ['agent:*:{agent_id}:*', { tag: 'workspace:{workspace_id}' }],
  'agent.deleted': [
    { event: 'agent.run.completed', args: { agent_id: '{id}', workspace_id: '{workspace}' } },
    'agents:*',
  ],
  'workspace.changed': [{ tag: 'workspace:{workspace_id}' }],
  quiet: [],
};

let client: QueryClient;
const start = (options: ConstructorParameters<typeof QueryClient>[0] = { rules }) => {
  client = new QueryClient(options);
  return client;
};
const isStale = (queryKey: readonly unknown[]) => client.getQueryState(queryKey)?.isInvalidated;

afterEach(() => {
  client.clear();
  vi.restoreAllMocks();
});

describe('emit', () => {
  it('marks what its globs and tags name, and nothing else', () => {
    start();
    client.setQueryData(['agent', 'ws', 'a1', 'runs'], 1);
    client.setQueryData(['agent', 'ws', 'a2', 'runs'], 1);
    client.setQueryDefaults(['tagged'], { tags: ['workspace:w1'] });
    client.setQueryDefaults(['other'], { tags: ['workspace:w2'] });
    client.setQueryData(['tagged'], 1);
    client.setQueryData(['other'], 1);
    client.emit('agent.run.completed', { agent_id: 'a1', workspace_id: 'w1' });
    expect(isStale(['agent', 'ws', 'a1', 'runs'])).toBe(true);
    expect(isStale(['agent', 'ws', 'a2', 'runs'])).toBe(false);
    expect(isStale(['tagged'])).toBe(true);
    expect(isStale(['other'])).toBe(false);
  });

  it('cascades, with the fields that the rule hands on', () => {
    start();
    client.setQueryData(['agent', 'ws', 'a1', 'runs'], 1);
    client.setQueryData(['agents', 'all'], 1);
    client.emit('agent.deleted', { id: 'a1', workspace: 'w1' });
    expect(isStale(['agent', 'ws', 'a1', 'runs'])).toBe(true);
    expect(isStale(['agents', 'all'])).toBe(true);
  });

  it.each(['*', '?', '[a]', '\\', 'a*', '[', ']', '^', 'ä*', '{agent_id}'])('takes the value %j literally', (value) => {
    start({ rules: { changed: ['agent:{agent_id}:*'] } });
    client.setQueryData(['agent', value, 'x'], 1);
    client.setQueryData(['agent', 'a', 'x'], 1);
    client.emit('changed', { agent_id: value });
    expect(isStale(['agent', value, 'x'])).toBe(true);
    expect(isStale(['agent', 'a', 'x'])).toBe(false);
  });

  it('takes numbers, booleans and empty strings as values', () => {
    start({ rules: { changed: ['n:{n}:{b}:{s}'] } });
    client.setQueryData(['n', 7, true, ''], 1);
    client.emit('changed', { n: 7, b: true, s: '' });
    expect(isStale(['n', 7, true, ''])).toBe(true);
  });

  it.each([[{ n: {} }], [{ n: null }], [{ n: undefined }], [{ n: 'a\u001fb' }], [{ n: Symbol('s') }]])(
    'refuses the fields %o by name',
    (fields) => {
      start({ rules: { changed: ['n:{n}'] } });
      expect(() => client.emit('changed', fields as never)).toThrow(/field "n" of the event "changed"/);
    },
  );

  it.each([5, null, undefined, {}])('refuses the name %o', (event) => {
    start();
    expect(() => client.emit(event as never)).toThrow(/event's name is/);
  });

  it('names the missing field, and marks nothing', () => {
    start();
    client.setQueryData(['agent', 'ws', 'a1', 'runs'], 1);
    expect(() => client.emit('agent.run.completed', { agent_id: 'a1' })).toThrow(
      /"agent.run.completed".*"workspace_id"/,
    );
    expect(isStale(['agent', 'ws', 'a1', 'runs'])).toBe(false);
  });

  it('counts events without a rule and warns once for each name', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    start();
    for (let i = 0; i < 3; i++) {
      await client.emit('unheard');
    }
    await client.emit('quiet');
    expect(client.stats().ignoredEvents).toBe(3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toContain('"unheard"');
  });

  it('doesn’t warn of an event that has the name of an object’s method', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    start({ rules: { toString: [] } });
    client.emit('toString');
    client.emit('constructor');
    expect(client.stats().ignoredEvents).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('fetches each watched query once for a burst of a thousand, and resolves then', async () => {
    start({ rules: { tick: ['a:*', { tag: 'all' }] }, defaultOptions: { queries: { staleTime: Infinity } } });
    const [one, two] = [watch(client, ['a', 1], { tags: ['all'] }), watch(client, ['b', 1], { tags: ['all'] })];
    await settle();
    expect([one.fetches(), two.fetches()]).toEqual([1, 1]);
    const done: Promise<void>[] = [];
    for (let i = 0; i < 1000; i++) {
      done.push(client.emit('tick'));
    }
    await Promise.all(done);
    expect([one.fetches(), two.fetches()]).toEqual([2, 2]);
    expect(one.observer.getCurrentResult()).toMatchObject({ data: 2, isFetching: false, isStale: false });
    await settle(30);
    expect([one.fetches(), two.fetches()]).toEqual([2, 2]);
  });

  it('fetches a query that is in flight once more after it has settled', async () => {
    start({ rules: { tick: ['a:*'] } });
    const answers: ((value: number) => void)[] = [];
    const queryFn = vi.fn(() => new Promise<number>((resolve) => answers.push(resolve)));
    const { observer } = watch(client, ['a', 1], { queryFn });
    await settle();
    const done: Promise<void>[] = [];
    for (let i = 0; i < 1000; i++) {
      done.push(client.emit('tick'));
    }
    await settle(30);
    expect(queryFn).toHaveBeenCalledTimes(1);
    answers[0]!(1);
    await settle(30);
    expect(queryFn).toHaveBeenCalledTimes(2);
    answers[1]!(2);
    await Promise.all(done);
    await settle(30);
    expect(queryFn).toHaveBeenCalledTimes(2);
    expect(observer.getCurrentResult().data).toBe(2);
  });

  it('never fetches what is static, and fetches nothing that nobody watches', async () => {
    start({ rules: { tick: ['a:*'] } });
    const fixed = watch(client, ['a', 1], { staleTime: 'static' });
    const gone = watch(client, ['a', 2]);
    const off = watch(client, ['a', 3], { enabled: false, initialData: 0 });
    await settle();
    gone.stop();
    await client.emit('tick');
    await settle(30);
    expect([fixed.fetches(), gone.fetches(), off.fetches()]).toEqual([1, 1, 0]);
    expect(isStale(['a', 2])).toBe(true);
  });

  it('resolves although a query function fails', async () => {
    start({ rules: { tick: ['a:*'] } });
    let fails = false;
    const queryFn = () => (fails ? Promise.reject(new Error('down')) : Promise.resolve(1));
    const { observer } = watch(client, ['a', 1], { queryFn, retry: false });
    await settle();
    fails = true;
    await client.emit('tick');
    expect(observer.getCurrentResult().error).toEqual(new Error('down'));
  });

  it('resolves at once where nothing is watched', async () => {
    start({ rules: { tick: ['a:*'] } });
    await client.emit('tick');
    client.setQueryData(['a', 1], 1);
    await client.emit('tick');
    expect(isStale(['a', 1])).toBe(true);
  });

  it('resolves when the watched query is removed, or the cache cleared, before its sweep', async () => {
    start({ rules: { tick: ['a:*'] } });
    watch(client, ['a', 1]);
    watch(client, ['a', 2]);
    await settle();
    const done = client.emit('tick');
    client.removeQueries({ queryKey: ['a', 1] });
    client.clear();
    await done;
  });

  it('doesn’t wait for a query that never settles longer than the query itself is cancelled', async () => {
    start({ rules: { tick: ['a:*'] } });
    let hangs = false;
    const queryFn = () => (hangs ? new Promise<number>(() => {}) : Promise.resolve(1));
    watch(client, ['a', 1], { queryFn });
    await settle();
    hangs = true;
    const done = client.emit('tick');
    await settle(30);
    await client.cancelQueries({ queryKey: ['a', 1] });
    await done;
  });
});
