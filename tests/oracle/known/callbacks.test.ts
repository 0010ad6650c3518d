import { describe } from 'vitest';
import { same } from '../same.js';
import { at, fetcher, fn } from '../script/markers.js';
import { advance, batch, cache, client, observer } from '../script/steps.js';
import { a, mount, plain } from './mount.js';

describe('callbacks that act', () => {
  same('a listener takes another one away', [
    observer.create(0, plain),
    observer.subscribe(0, at(0, [observer.unsubscribe(1)])),
    ...mount({}, 1),
    advance(10),
    client.invalidateQueries(),
    advance(10),
  ]);
  same('a listener sets, invalidates, removes', [
    observer.create(0, plain),
    observer.subscribe(0, at(1, [client.setQueryData(a, 1), client.invalidateQueries({ queryKey: a })])),
    advance(50),
    observer.subscribe(0, at(0, [client.removeQueries()])),
    observer.refetch(0),
    advance(50),
  ]);
  same('a cache listener acts inside the transition', [
    cache.subscribe('updated', at(1, [client.setQueryData(['b'], 1), client.cancelQueries({ queryKey: a })])),
    cache.subscribe('observerAdded', at(1, [client.invalidateQueries()])),
    ...mount(),
    advance(10),
    ...mount({ queryKey: ['b'] }, 1),
    advance(10),
    client.resetQueries(),
    advance(20),
  ]);
  same('a query function sets data of its own query', [
    ...mount({ queryFn: fetcher({ steps: [client.setQueryData(a, { n: 50 })] }) }),
    advance(20),
  ]);
  same('refetch targets are picked after listeners ran', [
    ...mount(),
    ...mount({ queryKey: ['b'] }, 1),
    advance(10),
    cache.subscribe('updated', at(0, [observer.unsubscribe(1)])),
    client.invalidateQueries(),
    advance(20),
  ]);
  same('in a batch', [
    ...mount(),
    advance(10),
    batch([client.setQueryData(a, 1), client.setQueryData(a, 2), client.invalidateQueries({ queryKey: a })]),
    advance(20),
  ]);

  same('a cache listener clears the cache while a fetch is announced', [
    cache.subscribe('updated', at(0, [client.clear()])),
    client.fetchQuery({ queryKey: ['a'], queryFn: fetcher({}) }),
    advance(20),
  ]);

  for (const queryKey of [['a'], ['b']])
    for (const enabled of [true, false])
      same(`a cache listener gives an observer that gets other options yet others: ${queryKey} ${enabled}`, [
        observer.create(1, { queryKey: ['a'], queryFn: fetcher({}) }, 0),
        observer.subscribe(1),
        cache.subscribe(
          'observerOptionsUpdated',
          at(0, [observer.setOptions(1, { queryKey, enabled, queryFn: fetcher({}), staleTime: fn([100]) })]),
        ),
        observer.patch(1, {}),
        advance(20),
      ]);
});
