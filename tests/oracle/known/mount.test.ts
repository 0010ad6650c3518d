import { describe } from 'vitest';
import { same } from '../same.js';
import { at, fetcher, fn, skip } from '../script/markers.js';
import { advance, client, observer } from '../script/steps.js';
import { a, mount, plain } from './mount.js';

describe('mount', () => {
  same(
    'mount, fetch, success, unmount, collect',
    [...mount(), advance(10), observer.unsubscribe(0), advance(310_000)],
    {
      must: ['event removed'],
    },
  );
  same('on stale data', [client.setQueryData(a, 1), advance(10), ...mount(), advance(10)], { must: ['call 0'] });
  same('on fresh data', [client.setQueryData(a, 1), advance(10), ...mount({ staleTime: 100 }), advance(200)]);
  same('on fresh data with refetchOnMount always', [
    client.setQueryData(a, 1),
    ...mount({ staleTime: 100, refetchOnMount: 'always' }),
    advance(20),
  ]);
  same('on an error without retryOnMount', [
    client.fetchQuery({ ...plain, queryFn: fetcher({ fail: 9 }), retry: false }),
    advance(20),
    ...mount({ retryOnMount: false }),
    advance(20),
  ]);
  same(
    'with a listener that sets options before the first timers are set',
    [
      observer.create(0, { ...plain, enabled: fn([true]) }),
      observer.subscribe(0, at(0, [observer.patch(0, {})])),
      advance(10),
    ],
    { scheduler: 'sync', must: ['(inside) observer.patch(0, {})'] },
  );
  same('of a second observer while the first one fetches', [...mount(), advance(3), ...mount({}, 1), advance(20)]);
  same('of two observers with different staleTime', [
    ...mount({ staleTime: 100 }),
    ...mount({ staleTime: 1000 }, 1),
    advance(2000),
  ]);
  same('disabled, then enabled', [
    ...mount({ enabled: false }),
    advance(20),
    observer.patch(0, { enabled: true }),
    advance(20),
  ]);
  same('with a switch that flips', [
    ...mount({ enabled: fn([false, true]) }),
    client.invalidateQueries({ queryKey: a }),
    advance(20),
  ]);
  same('of skipToken', [...mount({ queryFn: skip() }), observer.refetch(0), advance(10)]);
  same('unmount while fetching, signal not read', [...mount(), advance(3), observer.unsubscribe(0), advance(20)]);
  same(
    'unmount while fetching, signal read',
    [
      ...mount({ queryFn: fetcher({ signal: 'heed' }) }),
      advance(3),
      observer.unsubscribe(0),
      advance(20),
      observer.subscribe(0),
      advance(20),
    ],
    { must: ['aborted'] },
  );
  same('initial data, old and fresh', [
    ...mount({ initialData: { n: 5 }, initialDataUpdatedAt: 1735689599000, staleTime: 500 }),
    ...mount({ queryKey: ['b'], initialData: fn([{ n: 5 }]), staleTime: 500 }, 1),
    advance(1000),
  ]);
});
