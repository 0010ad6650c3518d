import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher } from '../script/markers.js';
import { advance, client, observer, schedule } from '../script/steps.js';

describe('timers of one moment', () => {
  same(
    'what is set without delay in another timer is due a ms later, what is set after it at once',
    [
      schedule([
        client.prefetchQuery({ queryKey: ['a'], queryFn: fetcher({ delay: 'now', fail: 2 }), retry: 3, retryDelay: 0 }),
        client.prefetchQuery({ queryKey: ['b'], queryFn: fetcher({}), gcTime: 0 }),
      ]),
      advance(20),
    ],
    { must: ['call 2'] },
  );
  same('one that has no delay is set while another one of the moment runs', [
    client.setQueryDefaults([], { gcTime: 0 }),
    schedule([client.setQueryData(['a'], 1)]),
    client.setQueryData(['b'], 1),
    advance(20),
  ]);
  same('two poll at once, and answer at once', [
    observer.create(0, { queryKey: ['a'], queryFn: fetcher({ delay: 'now' }), refetchInterval: 10 }),
    observer.subscribe(0),
    observer.create(1, { queryKey: ['b'], queryFn: fetcher({ delay: 'now' }), refetchInterval: 10 }),
    observer.subscribe(1),
    advance(25),
  ]);
  same('two try again at once, and answer at once', [
    observer.create(0, { queryKey: ['a'], queryFn: fetcher({ delay: 'now', fail: 2 }), retryDelay: 10 }),
    observer.create(1, { queryKey: ['b'], queryFn: fetcher({ delay: 'now', fail: 2 }), retryDelay: 10 }),
    observer.subscribe(0),
    observer.subscribe(1),
    advance(25),
  ]);
});
