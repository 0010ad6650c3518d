import { describe } from 'vitest';
import { same } from '../same.js';
import { at, fetcher, fn } from '../script/markers.js';
import { advance, client, focus, jump, observer, online } from '../script/steps.js';
import { mount } from './mount.js';

describe('fetches that wait', () => {
  for (const nth of [0, 1, 2, 3])
    same(`a listener takes one up as soon as it waits: ${nth}`, [
      online(false),
      client.prefetchQuery({ queryKey: ['b'], queryFn: fetcher() }),
      observer.create(0, { queryKey: ['a'], queryFn: fetcher() }),
      observer.subscribe(0, at(nth, [online(true), client.invalidateQueries({ queryKey: ['q'] })])),
      advance(20),
      online(false),
      observer.refetch(0),
      advance(20),
    ]);
});

describe('network, focus, interval', () => {
  for (const networkMode of ['online', 'always', 'offlineFirst']) {
    same(`offline from the start, ${networkMode}`, [
      online(false),
      ...mount({ networkMode, queryFn: fetcher({ fail: 1 }), retryDelay: 10 }),
      advance(100),
      client.cancelQueries(),
      observer.refetch(0),
      online(true),
      advance(100),
    ]);
  }
  same('focus on stale, fresh and always', [
    ...mount(),
    ...mount({ queryKey: ['b'], staleTime: 10_000 }, 1),
    ...mount({ queryKey: ['c'], staleTime: 10_000, refetchOnWindowFocus: 'always' }, 2),
    advance(100),
    focus(false),
    focus(true),
    advance(100),
  ]);
  same('reconnect of stale and never', [
    ...mount(),
    ...mount({ queryKey: ['b'], refetchOnReconnect: false }, 1),
    advance(100),
    online(false),
    advance(100),
    online(true),
    advance(100),
  ]);
  same(
    'nothing reaches a client that is not mounted',
    [...mount(), advance(10), focus(false), focus(true), advance(20)],
    { mounted: false },
  );
  same('interval, in the background and not', [
    ...mount({ refetchInterval: 50 }),
    ...mount({ queryKey: ['b'], refetchInterval: 50, refetchIntervalInBackground: true }, 1),
    advance(110),
    focus(false),
    advance(110),
    focus(true),
    advance(110),
    observer.patch(0, { refetchInterval: false }),
    advance(110),
  ]);
  same('interval by function', [...mount({ refetchInterval: fn([20, 20, 50, false]) }), advance(500)]);
  same('a wall clock that jumps', [
    ...mount({ staleTime: 1000, refetchInterval: 5000 }),
    advance(10),
    jump(100_000),
    ...mount({ staleTime: 1000 }, 1),
    advance(10),
    jump(-200_000),
    client.invalidateQueries(),
    advance(10_000),
  ]);
  for (const faked of ['timers and Date', 'all but Date', 'timers'] as const) {
    same(
      `where only some of the clock is fake: ${faked}`,
      [
        ...mount({
          staleTime: 1000,
          refetchInterval: 5000,
          queryFn: fetcher({ fail: 1 }),
          retryDelay: 100,
          gcTime: 2000,
        }),
        advance(3000),
        client.invalidateQueries(),
        advance(7000),
        observer.unsubscribe(0),
        advance(5000),
      ],
      { faked },
    );
  }
});
