import { QueryClient, QueryObserver } from 'ferroquery';
import { describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle } from './watch.js';

behaveAsPage();

// What tabs say to each other needs a browser: tests/browser/shareAnswers.test.ts.
describe('shareAnswers without locks', () => {
  it('leaves each client to fetch for itself', async () => {
    const queryFn = vi.fn(() => settle(5).then(() => ({ n: 1 })));
    const clients = [1, 2].map(() => new QueryClient({ shareAnswers: { scope: 'ada' } }));
    const observers = clients.map((client) => new QueryObserver(client, { queryKey: ['a'], queryFn }));
    const stops = observers.map((observer) => observer.subscribe(() => {}));
    expect(queryFn).toHaveBeenCalledTimes(2);
    await settle(20);
    expect(observers.map((observer) => observer.getCurrentResult().data)).toEqual([{ n: 1 }, { n: 1 }]);
    expect(clients[0]!.stats().shared).toEqual({ asked: 0, taken: 0, given: 0, takeovers: 0, refused: 0 });
    stops.map((stop) => stop());
    clients.map((client) => client.clear());
  });

  it('hands on errors, retries and cancellations as they are', async () => {
    const client = new QueryClient({ shareAnswers: { scope: 'ada' } });
    const queryFn = vi.fn((): unknown => {
      throw new Error('no');
    });
    await expect(client.fetchQuery({ queryKey: ['a'], queryFn, retry: 1, retryDelay: 1 })).rejects.toThrow('no');
    expect(queryFn).toHaveBeenCalledTimes(2);
    const slow = client.fetchQuery({ queryKey: ['b'], queryFn: () => settle(20) });
    const cancelled = expect(slow).rejects.toThrow('CancelledError');
    await client.cancelQueries();
    await cancelled;
    client.shareAnswers(false);
    expect(await client.fetchQuery({ queryKey: ['b'], queryFn: () => 2 })).toBe(2);
  });

  it('ends with signOut, and may begin anew', async () => {
    const client = new QueryClient({ shareAnswers: { scope: 'ada' } });
    await client.signOut();
    client.shareAnswers({ scope: 'bob', channel: 'app', maxBytes: 1000 });
    expect(await client.fetchQuery({ queryKey: ['b'], queryFn: () => 2 })).toBe(2);
  });

  it.each([
    [true, /shareAnswers: got true: give \{ scope \}/],
    [{}, /scope is undefined: give a text that names whose answers/],
    [{ scope: '' }, /scope is ""/],
    [{ scope: 'a', channel: 7 }, /channel is 7/],
    [{ scope: 'a', maxBytes: 0 }, /maxBytes is 0: give a number of bytes/],
  ])('refuses %o', (options, message) => {
    expect(() => new QueryClient({ shareAnswers: options as never })).toThrow(message);
  });
});

it('a predicate may remove what was chosen before', async () => {
  const client = new QueryClient();
  for (const key of ['a', 'b', 'c']) client.setQueryData([key], 1);
  await client.invalidateQueries({
    predicate: () => {
      client.removeQueries({ queryKey: ['a'] });
      return true;
    },
  });
  expect(client.getQueryState(['b'])?.isInvalidated).toBe(true);
  expect(client.getQueryData(['a'])).toBeUndefined();
});
