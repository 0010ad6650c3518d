import { focusManager, onlineManager, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { trap } from './trap.js';

behaveAsPage();

let client: QueryClient;
beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient();
  client.mount();
});
afterEach(() => {
  client.clear();
  client.unmount();
  focusManager.setFocused(undefined);
  onlineManager.setOnline(true);
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** A query function that takes `ms` and counts its calls. */
const slow = (ms: number) => vi.fn(() => new Promise((resolve) => setTimeout(() => resolve(ms), ms)));

describe('earlyRefresh', () => {
  const mount = (queryFn: () => Promise<unknown>, options = {}, on = client) =>
    new QueryObserver(on, { queryKey: ['a'], queryFn, staleTime: 10_000, ...options }).subscribe(() => {});

  it('refreshes a mounted query before it turns stale, at moments that spread', async () => {
    const moments: number[] = [];
    for (let i = 0; i < 300; i++) {
      const other = new QueryClient();
      const queryFn = slow(500);
      const stop = mount(queryFn, { queryKey: [i], earlyRefresh: true }, other);
      await pass(500);
      const answered = Date.now();
      while (queryFn.mock.calls.length === 1 && Date.now() - answered < 10_000) await pass(50);
      if (queryFn.mock.calls.length > 1) moments.push(10_000 - (Date.now() - answered));
      stop();
      other.clear();
    }
    // Exponential with the fetch's duration as the mean: half of them earlier than ln 2 of it, some more than three times as early.
    const mean = moments.reduce((sum, lead) => sum + lead, 0) / moments.length;
    expect(mean).toBeGreaterThan(380);
    expect(mean).toBeLessThan(640);
    expect(moments.filter((lead) => lead > 347).length / 300).toBeGreaterThan(0.4);
    expect(moments.some((lead) => lead > 1500)).toBe(true);
    expect(new Set(moments).size).toBeGreaterThan(20);
  }, 20_000);

  it('keeps the data meanwhile, once for all observers, and counts', async () => {
    const queryFn = slow(100);
    const stops = [mount(queryFn, { earlyRefresh: 1e9 }), mount(queryFn, { earlyRefresh: 1e9 })];
    await pass(100);
    const query = client.getQueryCache().find({ queryKey: ['a'] })!;
    // So early that the moment has passed when the data comes: the next event is what refreshes.
    await pass(5000);
    expect(queryFn).toHaveBeenCalledTimes(1);
    focusManager.setFocused(false);
    focusManager.setFocused(true);
    await pass(0);
    expect(query.state).toMatchObject({ status: 'success', fetchStatus: 'fetching', data: 100 });
    await pass(100);
    expect(queryFn).toHaveBeenCalledTimes(2);
    stops.map((stop) => stop());
  });

  it('refreshes on mount what is close to its end', async () => {
    const queryFn = slow(100);
    mount(queryFn, { earlyRefresh: true })();
    await pass(100);
    mount(queryFn, { earlyRefresh: 0.001 })();
    expect(queryFn).toHaveBeenCalledTimes(1);
    mount(queryFn, { earlyRefresh: 1e9 })();
    expect(queryFn).toHaveBeenCalledTimes(2);
  });

  it('doesn’t refresh where nobody looks, without a network, or what a failure has made stale', async () => {
    const queryFn = slow(500);
    const stop = mount(queryFn, { earlyRefresh: 3, retry: false, refetchOnWindowFocus: false });
    await pass(500);
    focusManager.setFocused(false);
    await pass(10_500);
    expect(queryFn).toHaveBeenCalledTimes(1);
    focusManager.setFocused(true);
    queryFn.mockImplementation(() => Promise.reject(new Error('no')));
    await client.refetchQueries();
    const after = queryFn.mock.calls.length;
    await pass(60_000);
    expect(queryFn).toHaveBeenCalledTimes(after);
    expect(client.stats().stampedes.early).toBe(0);
    stop();
  });

  it.each([0, undefined, false])('isn’t there as %o', async (earlyRefresh) => {
    const queryFn = slow(9000);
    const stop = mount(queryFn, { earlyRefresh });
    await pass(9000 + 60_000);
    expect(queryFn).toHaveBeenCalledTimes(1);
    stop();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 'yes'])('refuses %o', (earlyRefresh) => {
    expect(() => mount(slow(1), { earlyRefresh })).toThrow(/earlyRefresh is .*: give true, or a number above 0/);
  });
});

describe('warm', () => {
  const entries = (count: number, queryFn: (i: number) => unknown) =>
    Array.from({ length: count }, (_, i) => ({ queryKey: ['w', i], queryFn: () => queryFn(i), staleTime: 1000 }));

  it('fetches so many at once, says how far it is, and leaves what is fresh alone', async () => {
    client.setQueryData(['w', 1], 'fresh');
    let running = 0;
    let most = 0;
    const fetched: number[] = [];
    const progress = vi.fn();
    const warming = client.warm(
      entries(1000, async (i) => {
        fetched.push(i);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, (i * 7) % 13));
        running--;
        if (i === 5) throw new Error('no');
        return i;
      }),
      { concurrency: 3, onProgress: progress },
    );
    expect(running).toBe(3);
    await pass(10_000);
    expect(await warming).toEqual({ done: 998, failed: 1, skipped: 1, total: 1000 });
    expect(most).toBe(3);
    expect(fetched).toEqual(Array.from({ length: 1000 }, (_, i) => i).filter((i) => i !== 1));
    expect(progress).toHaveBeenCalledTimes(1000);
    expect(progress.mock.calls[0]).toEqual([{ done: 0, failed: 0, skipped: 1, total: 1000 }]);
    expect(progress.mock.lastCall).toEqual([{ done: 998, failed: 1, skipped: 1, total: 1000 }]);
    expect(client.getQueryData(['w', 999])).toBe(999);
    expect(client.getQueryData(['w', 1])).toBe('fresh');
    expect(client.stats().stampedes.warmed).toBe(998);
  });

  it('joins what is in flight, and takes queries of pages', async () => {
    const queryFn = slow(10);
    const one = { queryKey: ['x'], queryFn };
    void client.fetchQuery(one);
    const pages = { queryKey: ['pages'], queryFn: slow(1), initialPageParam: 0, getNextPageParam: () => undefined };
    const warming = client.warm([one, pages]);
    await pass(10);
    expect(await warming).toEqual({ done: 2, failed: 0, skipped: 0, total: 2 });
    expect(queryFn).toHaveBeenCalledTimes(1);
    expect(client.getQueryData(['pages'])).toEqual({ pages: [1], pageParams: [0] });
  });

  it('stops with the signal, whose reason rejects it', async () => {
    const queryFn = vi.fn(slow(10));
    const stop = new AbortController();
    const warming = client.warm(entries(100, queryFn), { signal: stop.signal });
    const rejected = expect(warming).rejects.toThrow('enough');
    await pass(25);
    stop.abort(new Error('enough'));
    await rejected;
    const begun = queryFn.mock.calls.length;
    expect(begun).toBe(12);
    await pass(100);
    expect(queryFn).toHaveBeenCalledTimes(begun);
    await expect(client.warm(entries(1, queryFn), { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('ends with the first error if it is to', async () => {
    const queryFn = vi.fn((i: number) => (i === 2 ? Promise.reject(new Error('third')) : slow(10)()));
    await expect(client.warm(entries(100, queryFn), { stopOnError: true })).rejects.toThrow('third');
    await pass(1000);
    expect(queryFn).toHaveBeenCalledTimes(4);
  });

  it('has nothing to do for an empty list, and counts an entry without a key as failed', async () => {
    expect(await client.warm([])).toEqual({ done: 0, failed: 0, skipped: 0, total: 0 });
    expect(await client.warm([{} as never])).toEqual({ done: 0, failed: 1, skipped: 0, total: 1 });
  });

  it.each([
    ['a list', [7], /warm: got 7: give a list of query options/],
    ['a concurrency', [[], { concurrency: 0 }], /concurrency is 0: give a whole number/],
    ['progress', [[], { onProgress: 1 }], /onProgress is 1: give a function/],
  ])('refuses what isn’t %s', (_, args, message) => {
    expect(() => client.warm(...(args as [never, never]))).toThrow(message);
  });
});

describe('schedule', () => {
  it('fetches data that is there again once it is as old as that', () => {
    const now = Date.now();
    const next = (age: number) => {
      client.setQueryData(['r'], 1, { updatedAt: now - age });
      const schedule = client.schedule({ r: { queryKey: ['r'], queryFn: () => 2, every: 60_000, jitter: 0 } });
      const nextAt = schedule.list()[0]!.nextAt!;
      schedule.stop();
      return nextAt - now;
    };
    expect([next(0), next(20_000), next(70_000)]).toEqual([60_000, 40_000, 0]);
  });

  it('fetches at once and then every so often, and keeps the data while it does', async () => {
    const queryFn = slow(10);
    const schedule = client.schedule({ report: { queryKey: ['r'], queryFn, every: 60_000, jitter: 0, gcTime: 1000 } });
    const from = Date.now();
    expect(schedule.list()).toEqual([{ name: 'report', nextAt: from, isFetching: false, lastResult: null }]);
    await pass(10);
    expect(schedule.list()).toEqual([
      { name: 'report', nextAt: from + 60_000, isFetching: false, lastResult: { status: 'success', at: from + 10 } },
    ]);
    await pass(600_000);
    expect(queryFn).toHaveBeenCalledTimes(11);
    expect(client.getQueryData(['r'])).toBe(10);
    expect(client.stats().stampedes.scheduled).toBe(11);
    schedule.stop('report');
    expect(schedule.list()).toEqual([]);
    await pass(120_000);
    expect(queryFn).toHaveBeenCalledTimes(11);
    // Its time is over now that nothing keeps it.
    expect(client.getQueryCache().find({ queryKey: ['r'] })).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes up to a tenth earlier, at other moments in other pages', async () => {
    const gaps = new Set<number>();
    for (let i = 0; i < 20; i++) {
      const other = new QueryClient();
      other.setQueryData(['r'], 1);
      const schedule = other.schedule({ r: { queryKey: ['r'], queryFn: slow(1), every: 100_000 } });
      const gap = schedule.list()[0]!.nextAt! - Date.now();
      expect(gap).toBeGreaterThan(90_000);
      expect(gap).toBeLessThanOrEqual(100_000);
      gaps.add(gap);
      schedule.stop();
      other.clear();
    }
    expect(gaps.size).toBe(20);
  });

  it('waits while nobody sees the page or there is no network, and then fetches once', async () => {
    const queryFn = slow(1);
    const hidden = slow(1);
    const schedule = client.schedule({
      a: { queryKey: ['a'], queryFn, every: 1000, jitter: 0 },
      b: { queryKey: ['b'], queryFn: hidden, every: 1000, jitter: 0, whileHidden: true },
    });
    await pass(1);
    focusManager.setFocused(false);
    await pass(10_000);
    expect([queryFn.mock.calls.length, hidden.mock.calls.length]).toEqual([1, 11]);
    expect(schedule.list()[0]!.nextAt).toBeNull();
    focusManager.setFocused(true);
    await pass(5);
    expect(queryFn).toHaveBeenCalledTimes(2);
    onlineManager.setOnline(false);
    await pass(10_000);
    expect([queryFn.mock.calls.length, hidden.mock.calls.length]).toEqual([2, 11]);
    onlineManager.setOnline(true);
    await pass(5);
    expect([queryFn.mock.calls.length, hidden.mock.calls.length]).toEqual([3, 12]);
    schedule.stop();
  });

  it('goes on after a failure, and after its query was removed', async () => {
    const queryFn = vi.fn(() => Promise.reject(new Error('no')));
    const schedule = client.schedule({ a: { queryKey: ['a'], queryFn, every: 1000, jitter: 0, retry: false } });
    await pass(1);
    expect(schedule.list()[0]!.lastResult).toMatchObject({ status: 'error', error: new Error('no') });
    client.clear();
    queryFn.mockImplementation(() => Promise.resolve(1) as never);
    await pass(1000);
    expect(client.getQueryData(['a'])).toBe(1);
    expect(schedule.list()[0]!.lastResult).toMatchObject({ status: 'success' });
    schedule.stop();
  });

  it.each([
    ['names', [7], /schedule: got 7: give an object/],
    ['options', [{ a: null }], /schedule: "a" is null: give query options/],
    ['a time', [{ a: { queryKey: ['a'] } }], /"a": every is undefined: give a number of milliseconds/],
    ['a time', [{ a: { queryKey: ['a'], every: 0 } }], /"a": every is 0/],
    ['a share', [{ a: { queryKey: ['a'], every: 1, jitter: 1 } }], /"a": jitter is 1: give a share/],
  ])('refuses what isn’t %s', (_, [queries], message) => {
    expect(() => client.schedule(queries as never)).toThrow(message);
    expect(() => client.schedule({}).stop('x')).toThrow(/nothing of the name "x" is scheduled here: there are none/);
  });
});

describe('after a trap of the engine', () => {
  it('schedules and warming go on', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    const queryFn = slow(1);
    const schedule = client.schedule({ a: { queryKey: ['a'], queryFn, every: 1000, jitter: 0 } });
    await pass(1);
    const warmed = slow(10);
    const list = Array.from({ length: 10 }, (_, i) => ({ queryKey: ['w', i], queryFn: warmed }));
    const warming = client.warm(list, { concurrency: 2 });
    await pass(15);
    trap(client);
    await pass(1000);
    // What was under way is lost with the engine.
    expect(await warming).toEqual({ done: 8, failed: 2, skipped: 0, total: 10 });
    expect(queryFn).toHaveBeenCalledTimes(2);
    expect(schedule.list()[0]).toMatchObject({ lastResult: { status: 'success' }, isFetching: false });
    schedule.stop();
    told.mockRestore();
  });
});
