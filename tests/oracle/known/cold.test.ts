import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher, update } from '../script/markers.js';
import { advance, client, list, observer } from '../script/steps.js';
import { a, mount } from './mount.js';

// What ORACLE_COLD=1 packs in between.
describe('data that nobody watches for a while', () => {
  same('a list that comes back knows what it held', [
    list.create(0, [
      { queryKey: ['a'], queryFn: fetcher({}) },
      { queryKey: ['a', 1], queryFn: fetcher({}) },
    ]),
    list.subscribe(0),
    advance(10),
    list.setQueries(0, [{ queryKey: ['a'], queryFn: fetcher({}) }], 'data'),
    list.unsubscribe(0),
    advance(50),
    list.subscribe(0),
  ]);

  same('an observer that comes back is told nothing new', [
    ...mount({ staleTime: Number.POSITIVE_INFINITY }),
    advance(10),
    observer.unsubscribe(0),
    advance(1_000),
    observer.subscribe(0),
    advance(10),
  ]);

  same('updaters, fetches and cancelled fetches find it', [
    client.setQueryData(a, { n: 1, deep: [{ m: 1 }] }),
    advance(1_000),
    client.setQueryData(a, update('increment')),
    advance(1_000),
    client.fetchQuery({ queryKey: a, queryFn: fetcher({ delay: 10 }) }),
    client.cancelQueries({ queryKey: a }),
    advance(1_000),
    client.invalidateQueries({ queryKey: a }),
    client.getQueryState(a),
    client.resetQueries({ queryKey: a }),
    advance(1_000),
  ]);
});
