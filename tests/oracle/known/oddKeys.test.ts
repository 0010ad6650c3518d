import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher, update } from '../script/markers.js';
import { advance, client, observer, query } from '../script/steps.js';

/** What types forbid and query-core takes: anything of which JSON makes a text, and `undefined`. */
const ODD: [string, unknown][] = [
  ['a string', 'todos'],
  ['an empty string', ''],
  ['a number', 5],
  ['an object', { a: 1, b: [2] }],
  ['null', null],
  ['nothing', undefined],
];

describe.each(ODD)('a key that is %s', (_name, key) => {
  const odd = key as never;
  same('holds data', [
    client.setQueryData(odd, { n: 1 }),
    client.getQueryData(odd),
    client.setQueryData([odd], { n: 2 }),
    client.setQueryData(odd, update('increment')),
    client.getQueryState(odd),
    client.getQueriesData({ queryKey: odd }),
    client.getQueriesData({ queryKey: [] }),
    client.getQueriesData({}),
    client.invalidateQueries({ queryKey: odd, exact: true }),
    client.removeQueries({ queryKey: odd, exact: true }),
    client.getQueryData(odd),
  ]);
  same('is fetched and watched', [
    client.fetchQuery({ queryKey: odd, queryFn: fetcher({}) }),
    observer.create(0, { queryKey: odd, queryFn: fetcher({}), staleTime: 5 }),
    observer.subscribe(0),
    advance(20),
    client.invalidateQueries({ queryKey: odd }),
    advance(20),
    query.cancel(odd),
    observer.setOptions(0, { queryKey: ['b'], queryFn: fetcher({}) }),
    advance(20),
    client.resetQueries({ queryKey: odd }),
    advance(1000),
  ]);
});
