import { QueryClient } from 'ferroquery';
import { afterEach, beforeEach, expect, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

export const KB = 1_000;
export const MB = 1_000_000;

/** Rows as a dashboard has them: about 165 bytes of JSON each. */
export const rows = (count: number, seed = 0) =>
  Array.from({ length: count }, (_, i) => ({
    id: i + seed,
    name: `agent ${i} of ${seed}`,
    status: ['ok', 'failed', 'running'][i % 3]!,
    cost: ((i * 7_919 + seed) % 10_007) / 7,
    at: new Date(1.7e12 + i * 1e5).toISOString(),
    owner: { id: i % 17, name: `user ${i % 17}` },
  }));

export interface Options {
  maxBytes?: number;
  coldAfter?: number;
  largestShare?: number;
  coldFrom?: number;
}

export const clientOf = (memory: Options) =>
  new QueryClient({
    memory: { maxBytes: 100 * MB, ...memory },
    defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY, staleTime: Number.POSITIVE_INFINITY } },
  });

/** A client all of whose data is cold by now. */
export function coldClient(count: number, options: Options = {}) {
  const client = clientOf({ coldAfter: 1_000, ...options });
  for (let i = 0; i < count; i++) {
    client.setQueryData(['rows', i], rows(20, i), { updatedAt: 1_000 + i });
  }
  vi.advanceTimersByTime(10_000);
  expect(client.stats().memory).toMatchObject({ coldEntries: count, hotEntries: 0 });
  return client;
}

export const held = (client: QueryClient) => {
  const { hotBytes, coldBytes, watchedBytes } = client.stats().memory;
  return hotBytes + coldBytes + watchedBytes;
};

export function removals(client: QueryClient) {
  const list: [unknown, string | undefined][] = [];
  client.getQueryCache().subscribe((event) => {
    if (event.type === 'removed') list.push([event.query.queryKey, event.reason]);
  });
  return list;
}
