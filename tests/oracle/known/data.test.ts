import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher, share, shared, update } from '../script/markers.js';
import { advance, client, hydration, list, observer, query } from '../script/steps.js';
import { a, mount } from './mount.js';

describe('set', () => {
  same('data during a fetch', [...mount(), advance(3), client.setQueryData(a, { n: 7 }), advance(20)]);
  same('data, an updater, the same again, nothing', [
    client.setQueryData(a, { n: 1, part: { x: 1 } }),
    client.setQueryData(a, { n: 1, part: { x: 1 } }),
    client.setQueryData(a, { n: 2, part: { x: 1 } }),
    client.setQueryData(a, update('increment')),
    client.setQueryData(a, update('same')),
    client.setQueryData(a, undefined),
    client.setQueryData(a, update('none')),
    client.setQueryData(a, shared('one')),
    client.setQueryData(a, shared('one'), { updatedAt: 1 }),
    client.getQueryState(a),
  ]);
  same('through filters', [
    client.setQueryData(['a', 1], { n: 1 }),
    client.setQueryData(['a', 2], { n: 2 }),
    client.setQueriesData({ queryKey: a }, update('increment')),
    client.getQueriesData({ queryKey: a }),
  ]);
  same('any state', [
    ...mount(),
    advance(10),
    query.setState(a, { fetchStatus: 'fetching', data: { n: 9 }, isInvalidated: true }),
    query.setState(a, { status: 'error', error: null, dataUpdatedAt: 5 }),
    query.setState(a, { fetchStatus: 'paused' }),
    observer.refetch(0),
    advance(20),
  ]);
  same('keeps the identity of what is equal', [
    ...mount({ queryFn: fetcher({ data: 'same' }) }),
    advance(10),
    observer.refetch(0),
    advance(10),
    observer.patch(0, { queryFn: fetcher({ data: 'fresh' }) }),
    observer.refetch(0),
    advance(10),
  ]);
  same('shares by the given function, or not at all', [
    ...mount({ structuralSharing: share('merge') }),
    ...mount({ queryKey: ['b'], structuralSharing: false, queryFn: fetcher({ data: 'same' }) }, 1),
    advance(10),
    client.refetchQueries(),
    advance(10),
  ]);
});

describe('a pending query that has data', () => {
  same(
    'is hydrated as what it has, as of the moment it was dehydrated',
    [
      list.create(0, [{ queryKey: ['a', 1], queryFn: fetcher({}) }], 'data'),
      query.setState(['a', 1], { data: {} }),
      hydration.dehydrate('first', 0, 'all', false),
      hydration.hydrate('first', 1),
    ],
    { clients: 'two, two caches' },
  );
});
