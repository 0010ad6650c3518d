import { describe } from 'vitest';
import { same } from '../same.js';
import { select } from '../script/markers.js';
import { advance, client, client1, observer } from '../script/steps.js';
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
