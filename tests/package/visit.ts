import { memoryStore, persist, QueryClient, type QueryClientConfig, type QueryKey, type Store } from 'ferroquery';
import { afterEach } from 'vitest';

type Options = Partial<Parameters<typeof persist>[0]>;

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A visit: a client with its store; the next one with the same store is what a reload gives. */
export function visit(store: Store = memoryStore(), options: Options = {}, config: QueryClientConfig = {}) {
  const client = new QueryClient(config);
  const kept = persist({ client, store, scope: 'ada', ...options });
  stops.push(() => kept.stop());
  return { client, kept, store, stats: () => client.stats().persist };
}

/** A first visit that leaves this data in the store; what it has counted. */
export async function leave(store: Store, data: [QueryKey, unknown][], options: Options = {}) {
  const { client, kept, stats } = visit(store, options);
  for (const [key, value] of data) client.setQueryData(key, value);
  await kept.flush();
  kept.stop();
  return stats();
}
