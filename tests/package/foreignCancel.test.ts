import { CancelledError, environmentManager, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
  environmentManager.setIsServer(() => false);
});
afterEach(() => {
  vi.useRealTimers();
});

// differences.md, 2
test('a query whose function waits for another one fails when that is cancelled', async () => {
  const client = new QueryClient();
  const outer = new QueryObserver(client, {
    queryKey: ['outer'],
    retry: false,
    queryFn: () => client.fetchQuery({ queryKey: ['inner'], queryFn: () => new Promise(() => {}) }),
  });
  const seen: string[] = [];
  const leave = outer.subscribe((result) => seen.push(`${result.status} ${result.fetchStatus}`));
  await vi.advanceTimersByTimeAsync(1);
  await client.cancelQueries({ queryKey: ['inner'] });
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual(['pending fetching', 'error idle']);
  expect(outer.getCurrentResult().error).toBeInstanceOf(CancelledError);
  leave();
  client.clear();
});
