import { hashKey, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle } from './watch.js';

// A function of the user may tear down the very thing for which it is asked. Whatever happens then, the engine must not trap:
// after each case the same client still works.

behaveAsPage();

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});
afterEach(async () => {
  client.clear();
  expect(await client.fetchQuery({ queryKey: ['after'], queryFn: () => 'works' })).toBe('works');
  const observer = new QueryObserver(client, { queryKey: ['after', 2], queryFn: () => 'works' });
  const stop = observer.subscribe(() => {});
  await settle();
  expect(observer.getCurrentResult().data).toBe('works');
  stop();
  client.clear();
});

const teardowns: Record<string, (observer: QueryObserver<any, any, any, any, any> | undefined) => void> = {
  'clears the cache': () => client.clear(),
  'removes the query': () => client.removeQueries({ queryKey: ['a'] }),
  'destroys the observer': (observer) => observer?.destroy(),
  'destroys the observer and clears the cache': (observer) => {
    observer?.destroy();
    client.clear();
  },
  'moves the observer to another key': (observer) => {
    if (observer && observer.options.queryKey[0] === 'a') {
      observer.setOptions({ ...observer.options, queryKey: ['b'], queryHash: undefined, _defaulted: false } as never);
    }
  },
  'sets data': () => client.setQueryData(['a'], { at: Math.random() }),
  'resets the query': () => void client.resetQueries({ queryKey: ['a'] }),
  'invalidates everything': () => void client.invalidateQueries(),
  'makes many queries': () => {
    for (let i = 0; i < 200; i++) {
      client.setQueryData(['many', i], i);
    }
    client.removeQueries({ queryKey: ['many'] });
  },
};

const asked = {
  enabled: () => true,
  staleTime: () => 0,
  refetchInterval: () => 1000,
  refetchOnMount: () => true,
  refetchOnWindowFocus: () => true,
  retryOnMount: () => true,
  select: (data: unknown) => data,
  placeholderData: () => 0,
  queryFn: () => 1,
  notifyOnChangeProps: () => 'all',
  initialData: () => 1,
  initialDataUpdatedAt: () => 1,
  structuralSharing: (_: unknown, data: unknown) => data,
  tags: () => ['t'],
  queryKeyHashFn: (key: readonly unknown[]) => hashKey(key),
} as Record<string, (...args: any[]) => unknown>;

for (const [does, tearDown] of Object.entries(teardowns)) {
  describe(`a function that ${does}`, () => {
    for (const [option, answer] of Object.entries(asked)) {
      for (const seeded of [false, true]) {
        it(`${option}${seeded ? ', with data' : ''}`, async () => {
          let observer: QueryObserver<any, any, any, any, any> | undefined;
          let depth = 0;
          let calls = 0;
          if (seeded) {
            client.setQueryData(['a'], 0);
          }
          const call = (...args: unknown[]) => {
            // Once at a time, and not for ever: it is the teardown that is on trial, not recursion.
            if (depth === 0 && calls < 20) {
              depth++;
              calls++;
              try {
                tearDown(observer);
              } finally {
                depth--;
              }
            }
            return answer(...args);
          };
          const options = { queryKey: ['a'], queryFn: () => 1, initialDataUpdatedAt: undefined, [option]: call };
          const traps: unknown[] = [];
          const attempt = (act: () => unknown) => {
            try {
              act();
            } catch (error) {
              traps.push(error);
            }
          };
          attempt(() => {
            observer = new QueryObserver<any, any, any, any, any>(client, options as never);
          });
          attempt(() => observer?.getOptimisticResult(client.defaultQueryOptions(options as never) as never));
          attempt(() => observer?.subscribe(() => {}));
          await settle(2);
          attempt(() => observer?.setOptions({ ...options, meta: {} } as never));
          attempt(() =>
            client
              .getQueryCache()
              .find({ queryKey: ['a'] })
              ?.isActive(),
          );
          attempt(() => client.isFetching({ stale: true, type: 'active' }));
          attempt(() => void client.invalidateQueries({ type: 'active' }));
          attempt(() => client.getQueryCache().onFocus());
          attempt(() => client.getQueryCache().onOnline());
          await settle(2);
          attempt(() => void client.fetchQuery(options as never).catch(() => {}));
          attempt(() => observer?.refetch());
          await settle(2);
          attempt(() => observer?.destroy());
          expect(traps).toEqual([]);
        });
      }
    }
  });
}

describe('a listener of the cache that', () => {
  for (const [does, tearDown] of Object.entries(teardowns)) {
    it(does, async () => {
      const observer = new QueryObserver(client, { queryKey: ['a'], queryFn: () => 1, refetchInterval: 1 });
      let calls = 0;
      let inside = false;
      client.getQueryCache().subscribe(() => {
        if (!inside && calls < 50) {
          inside = true;
          calls++;
          tearDown(observer as never);
          inside = false;
        }
      });
      observer.subscribe(() => {});
      await settle(20);
      await client.invalidateQueries();
      await client.resetQueries();
      observer.destroy();
      client.clear();
    });
  }
});
