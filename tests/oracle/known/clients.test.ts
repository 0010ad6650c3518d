import { describe } from 'vitest';
import { same } from '../same.js';
import { at, fetcher, select } from '../script/markers.js';
import { advance, batch, client, client1, focus, observer, online } from '../script/steps.js';
import { a, mount, plain } from './mount.js';

describe('clients', () => {
  same(
    'two on one cache',
    [
      client.setDefaultOptions({ staleTime: 100 }),
      client1.setQueryDefaults(a, { gcTime: 50 }),
      ...mount(),
      observer.create(1, plain, 1),
      observer.subscribe(1),
      advance(10),
      client1.invalidateQueries({ queryKey: a }),
      advance(10),
      client1.clear(),
      advance(200),
    ],
    { clients: 'two, one cache', callbacks: true },
  );
  same(
    'two, each with a cache of its own',
    [
      ...mount({ staleTime: 20 }),
      observer.create(1, { ...plain, queryFn: fetcher({ delay: 3 }), refetchInterval: 45 }, 1),
      observer.subscribe(1),
      advance(10),
      client1.setQueryData(a, { n: 50 }),
      client.invalidateQueries(),
      focus(false),
      advance(30),
      online(false),
      client1.refetchQueries(),
      focus(true),
      online(true),
      advance(100),
      client.clear(),
      client1.getQueryState(a),
      client1.clear(),
      advance(100),
    ],
    { clients: 'two, two caches', callbacks: true },
  );
  same(
    'a listener of one cache acts on the other',
    [
      observer.create(0, plain),
      observer.subscribe(0, at(1, [client1.fetchQuery(plain), client1.cancelQueries()])),
      observer.create(1, plain, 1),
      observer.subscribe(1, at(0, [client.invalidateQueries(), client.resetQueries()])),
      advance(50),
      batch([client.setQueryData(a, 1), client1.setQueryData(a, 2)]),
      client1.unmount(),
      focus(false),
      focus(true),
      advance(50),
    ],
    { clients: 'two, two caches' },
  );
  same('fetchQuery, ensureQueryData and query', [
    client.fetchQuery({ ...plain, staleTime: 100 }),
    client.fetchQuery({ ...plain, staleTime: 100 }),
    advance(50),
    client.fetchQuery({ ...plain, staleTime: 100 }),
    client.ensureQueryData(plain),
    advance(100),
    client.ensureQueryData({ ...plain, revalidateIfStale: true, staleTime: 100 }),
    client.query({ ...plain, staleTime: 1000, select: select('n') }),
    advance(20),
  ]);
});
