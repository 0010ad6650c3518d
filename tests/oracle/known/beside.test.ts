import { describe } from 'vitest';
import { same } from '../same.js';
import { at, fetcher, fn, select, update } from '../script/markers.js';
import { advance, batch, cache, client, observer, online, query, raise } from '../script/steps.js';
import { a, mount } from './mount.js';

describe('two fetches of one query', () => {
  same(
    'a listener asks for another one while it is told of the first; both fail, sleep and try again',
    [
      cache.subscribe('updated', at(0, [query.fetch(a)])),
      client.fetchQuery({ queryKey: a, queryFn: fetcher({ fail: 1 }), retry: 2, retryDelay: 10 }),
      advance(100),
    ],
    { must: ['call 1', 'call 3', 'promise 1 resolves'] },
  );
  same('the state is set to idle while one is in flight', [
    ...mount({ queryFn: fetcher({ fail: 1 }) }),
    query.setState(a, { fetchStatus: 'idle' }),
    client.fetchQuery({ queryKey: a, queryFn: fetcher({}) }),
    advance(100),
    query.cancel(a, { revert: true }),
    query.promise(a),
  ]);
  same('data is set as if fetched while one is in flight', [
    ...mount(),
    query.setData(a, 1),
    observer.refetch(0),
    query.cancel(a),
    advance(100),
  ]);
  same('who asks while the answer is told of gets that answer', [
    ...mount(),
    observer.subscribe(0, at(2, [client.prefetchQuery({ queryKey: a, queryFn: fetcher({}) })])),
    observer.subscribe(0, at(0, [query.fetch(a)])),
    advance(100),
  ]);
  same('one is cancelled by a listener of another query, and its successor is told of before', [
    client.fetchQuery({ queryKey: ['a'], queryFn: fetcher({}) }),
    observer.create(1, { queryKey: ['a'], queryFn: fetcher({}) }),
    observer.subscribe(1, at(1, [query.cancel(['a', 1])])),
    observer.create(1, { queryKey: ['a', 1] }),
    observer.subscribe(1),
    advance(1000),
    client.invalidateQueries({ queryKey: ['a'] }),
    advance(1000),
  ]);
});

describe('a listener that changes what comes next', () => {
  same('what a collected query leads to is collected in a later turn', [
    cache.subscribe('removed', at(0, [observer.patch(1, { queryKey: ['b', true] })])),
    observer.create(1, { queryKey: ['b'], queryFn: fetcher({}), gcTime: 0 }),
    advance(1),
  ]);
  same('two fetches begin, one brings data, the other is cancelled: there is nothing to go back to', [
    ...mount(),
    advance(1000),
    observer.create(2, { queryKey: a, queryFn: fetcher({}) }),
    observer.subscribe(2, at(0, [query.fetch(a, { queryKey: a, queryFn: fetcher({ fail: 1 }) })])),
    advance(1000),
    client.cancelQueries({}),
  ]);
  same('the network goes while a fetch is told of', [
    observer.create(0, { queryKey: a, queryFn: fetcher({}) }),
    observer.subscribe(0, at(0, [online(false)])),
    online(true),
    advance(20),
  ]);
});

describe('an observer whose listener gives it other options while it takes some', () => {
  same('asks no more than is needed', [
    observer.create(0, { queryKey: a, queryFn: fetcher({ fail: 100 }) }),
    observer.subscribe(0, at(3, [observer.patch(0, { queryKey: ['b'] })])),
    advance(110),
    advance(1000),
    observer.patch(0, { enabled: fn([false]) }),
  ]);
});

describe('timers of one millisecond', () => {
  same('all of them are told although a listener of one throws', [
    observer.create(0, { queryKey: a, queryFn: fetcher({}), staleTime: 10 }),
    observer.subscribe(0, at(2, [raise('a listener raised')])),
    observer.create(1, { queryKey: a, queryFn: fetcher({}), staleTime: 10 }),
    observer.subscribe(1),
    advance(500),
  ]);
  same('an interval keeps its place among those that were set after it', [
    observer.create(0, { queryKey: ['a', '1'], queryFn: fetcher({ fail: 1 }), refetchInterval: 50 }),
    observer.subscribe(0),
    observer.create(1, { queryKey: ['b'], queryFn: fetcher({}), refetchInterval: 1000 }),
    observer.subscribe(1),
    advance(1000),
    client.removeQueries({}),
    advance(50),
  ]);
});

describe('an observer that goes to another query', () => {
  same('takes its interval along where a poll takes it there', [
    ...mount({ refetchInterval: fn([50]) }),
    client.clear(),
    observer.create(1, { queryKey: a, queryFn: fetcher({ fail: 100 }) }),
    observer.subscribe(1),
    advance(110),
    client.removeQueries(),
    advance(500),
  ]);
  same('leaves its interval behind where a listener takes its last one away on the way', [
    observer.create(0, { queryKey: a, queryFn: fetcher({}), refetchInterval: fn([50]) }),
    observer.subscribe(0),
    client.clear(),
    cache.subscribe('observerRemoved', at(0, [observer.unsubscribe(0)])),
    advance(110),
  ]);
  same('comes once where a listener takes its last one away and brings another on the way', [
    observer.create(0, { queryKey: a, queryFn: fetcher({}), refetchInterval: 50 }),
    observer.subscribe(0),
    cache.subscribe('observerRemoved', at(0, [batch([observer.unsubscribe(0), observer.subscribe(0)])])),
    observer.patch(0, { queryKey: ['b'] }),
    advance(60),
    observer.unsubscribe(0),
    advance(200),
  ]);
  same('turns off its way for a third one', [
    observer.create(0, { queryKey: a, queryFn: fetcher({}), refetchInterval: 50 }),
    observer.subscribe(0),
    cache.subscribe('observerRemoved', at(0, [observer.patch(0, { queryKey: ['c'] })])),
    observer.patch(0, { queryKey: ['b'] }),
    advance(110),
    observer.unsubscribe(0),
    advance(200),
  ]);
});

describe('moments of a result', () => {
  same('an error of another select lingers, and is new where the last result had none', [
    ...mount(),
    advance(1000),
    client.setDefaultOptions({ select: select('raise', false) }),
    observer.fetchOptimistic(0),
    advance(1000),
    client.setQueryData(a, 1),
    advance(10),
  ]);
  same('the wait for staleness begins at the data of the last result', [
    client.setQueryData(a, {}),
    observer.create(0, { queryKey: a, queryFn: fetcher({}), staleTime: fn([1000]) }),
    client.resetQueries({}),
    observer.create(1, { queryKey: a, queryFn: fetcher({}) }),
    observer.subscribe(1),
    observer.subscribe(0),
    advance(20),
    advance(2000),
  ]);
  same('an awaited refetch ends after the failure that came first', [
    observer.create(0, { queryKey: a, queryFn: fetcher({ signal: 'heed' }) }),
    observer.subscribe(0),
    observer.refetch(0, { throwOnError: true }),
    client.setQueryData(a, update('increment')),
    observer.setOptions(0, { queryKey: ['b'] }),
  ]);
  same('a render that waits for a fetch whose data a listener resets goes on when the fetch ends', [
    ...mount(),
    observer.subscribe(0, at(0, [client.resetQueries({ queryKey: a })])),
    client.refetchQueries({}),
    observer.fetchOptimistic(0),
    advance(31),
  ]);
  same('a render that waits for a removed query with data goes on when its successor is told of', [
    ...mount({ initialData: 1 }),
    observer.create(1, { queryKey: a, queryFn: fetcher({}) }),
    observer.fetchOptimistic(1),
    batch([client.removeQueries(), observer.refetch(1)]),
    advance(31),
  ]);
  same('who waits for the promise of a query hears after its listeners', [
    ...mount(),
    query.promise(a),
    advance(10),
    observer.refetch(0),
    query.promise(a),
    client.cancelQueries({ queryKey: a }, { revert: false }),
  ]);
});
