import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher, keepPrevious, select } from '../script/markers.js';
import { neighbour, pageUpdate, persist, streamer } from '../script/pages.js';
import type { Step } from '../script/step.js';
import { advance, client, observer, online, pages, query } from '../script/steps.js';

const p = ['p'];

/** An observer of pages that each take 7 ms, in slot 0 and listened to. */
const mount = (options: object = {}): Step[] => [
  pages.create(0, {
    queryKey: p,
    queryFn: fetcher({ data: 'page' }),
    initialPageParam: 0,
    getNextPageParam: neighbour('up to 3'),
    getPreviousPageParam: neighbour('down to -2'),
    ...options,
  }),
  observer.subscribe(0),
];
const three = { pages: [{ n: 0 }, { n: 1 }, { n: 2 }], pageParams: [0, 1, 2] };

describe('fetches that are cancelled at once', () => {
  for (const first of ['a', 'b'])
    same(
      `by its own query function, with another: ${first}`,
      [
        client.fetchQuery({ queryKey: [first], queryFn: fetcher({}) }),
        client.fetchQuery({ queryKey: ['b', 1], queryFn: fetcher({ steps: [client.cancelQueries()] }) }),
        client.fetchQuery({ queryKey: ['b', 2], queryFn: fetcher({ delay: 'now', steps: [client.cancelQueries()] }) }),
      ],
      { must: ['promise 0 rejects CancelledError', 'promise 2 rejects CancelledError'] },
    );
  for (const options of [{}, { revert: false }, { silent: true }])
    for (const joins of [[], [client.fetchQuery({ queryKey: ['a'] })]])
      same(`who waits for another one is told first: ${JSON.stringify(options)} ${joins.length}`, [
        client.setQueryData(['a'], 1),
        client.fetchQuery({ queryKey: ['b'], queryFn: fetcher({}) }),
        client.fetchQuery({
          queryKey: ['a'],
          queryFn: fetcher({ steps: [...joins, client.cancelQueries({}, options)] }),
        }),
        advance(10),
      ]);
  same('by its own query function, again and again', [
    client.setQueryData(['q'], 1),
    client.fetchQuery({
      queryKey: ['q'],
      queryFn: fetcher({ steps: [client.refetchQueries({ queryKey: ['q'] }), client.cancelQueries()] }),
    }),
  ]);
  for (const before of [[], [client.setQueryData(['q'], 1)]])
    for (const options of [{}, { cancelRefetch: false }, { throwOnError: true }])
      same(`where somebody has joined them before: ${before.length} ${JSON.stringify(options)}`, [
        ...before,
        client.fetchQuery({
          queryKey: ['q'],
          queryFn: fetcher({ steps: [client.refetchQueries({ queryKey: ['q'] }, options), client.cancelQueries()] }),
        }),
        advance(10),
      ]);
});

describe('pages', () => {
  same(
    'come in both directions, and are all fetched again in order',
    [
      ...mount(),
      advance(10),
      pages.fetchNextPage(0),
      advance(10),
      pages.fetchPreviousPage(0),
      advance(10),
      observer.refetch(0),
      advance(50),
    ],
    { must: ['page -1 backward', 'isFetchingPreviousPage: true', 'pageParams: [-1, 0, 1]'] },
  );
  same(
    'end where the function says so, also in the middle of a refetch',
    [
      client.setQueryData(p, three),
      ...mount({ getNextPageParam: neighbour('ends with null') }),
      advance(50),
      pages.fetchNextPage(0),
      advance(10),
    ],
    { must: ['hasNextPage: false'] },
  );
  same(
    'are at most as many as wanted',
    [
      client.setQueryData(p, three),
      ...mount({ maxPages: 2, staleTime: 100_000 }),
      pages.fetchNextPage(0),
      advance(10),
      pages.fetchPreviousPage(0),
      advance(10),
    ],
    { must: ['pageParams: [2, 3]', 'pageParams: [1, 2]'] },
  );
  same(
    'go on at the one that failed',
    [
      client.setQueryData(p, three),
      ...mount({ queryFn: fetcher({ data: 'page', fail: 2 }), retry: 2, retryDelay: 10 }),
      advance(500),
    ],
    { must: ['failureCount: 2'] },
  );
  same(
    'keep an error apart by its direction',
    [
      ...mount({ retry: false }),
      advance(10),
      observer.patch(0, { queryFn: fetcher({ data: 'page', fail: 100 }) }),
      pages.fetchNextPage(0),
      advance(10),
      pages.fetchPreviousPage(0, { throwOnError: true }),
      advance(10),
      observer.refetch(0),
      advance(10),
    ],
    { must: ['isFetchNextPageError: true', 'isFetchPreviousPageError: true', 'isRefetchError: true'] },
  );
  same(
    'stop between two of them when the signal was read',
    [
      client.setQueryData(p, three),
      ...mount({ queryFn: fetcher({ data: 'page', signal: 'read' }) }),
      advance(10),
      client.cancelQueries(),
      advance(50),
    ],
    { must: ['call 1: aborted'] },
  );
  same(
    'all come when nobody stops them',
    [client.setQueryData(p, three), ...mount(), advance(10), client.cancelQueries(), advance(50)],
    { must: ['call 2: page 2 forward'] },
  );
  same('take what was set in between', [
    ...mount(),
    advance(10),
    pages.fetchNextPage(0),
    pages.update(p, pageUpdate('add')),
    advance(10),
    pages.update(p, pageUpdate('empty')),
    pages.fetchNextPage(0),
    advance(10),
  ]);
  same('join or replace a fetch that runs', [
    ...mount(),
    advance(10),
    pages.fetchNextPage(0),
    pages.fetchNextPage(0),
    advance(1),
    pages.fetchPreviousPage(0, { cancelRefetch: false }),
    advance(10),
  ]);
  same('stay as placeholders through a change of key', [
    ...mount({ placeholderData: keepPrevious(), select: select('wrap') }),
    advance(10),
    pages.fetchNextPage(0),
    observer.patch(0, { queryKey: ['q'] }),
    pages.fetchNextPage(0),
    advance(20),
  ]);
  same('wait for the network', [
    ...mount(),
    advance(10),
    online(false),
    pages.fetchNextPage(0),
    advance(10),
    online(true),
    advance(20),
  ]);
  same(
    'are known as such to who comes later with a plain observer',
    [
      ...mount(),
      advance(10),
      observer.create(1, { queryKey: p, queryFn: fetcher({ data: 'scalar' }) }),
      query.probe(p),
    ],
    { must: ['type: "infinite"'] },
  );
  same('are fetched without an observer', [
    pages.infiniteQuery({
      queryKey: p,
      queryFn: fetcher({ data: 'page', delay: 'now' }),
      initialPageParam: 0,
      getNextPageParam: neighbour('up to 3'),
      pages: 3,
    }),
    pages.ensureInfiniteQueryData({ queryKey: p, queryFn: fetcher(), initialPageParam: 0 }),
    query.probe(p),
  ]);
});

describe('streams', () => {
  const s = ['s'];
  const watch = (plan: object, options: object = {}): Step[] => [
    observer.create(0, { queryKey: s, queryFn: streamer({ chunks: 3, gap: 5, ...plan }), ...options }),
    observer.subscribe(0),
  ];
  for (const refetchMode of ['reset', 'append', 'replace'] as const) {
    same(`are fetched again: ${refetchMode}`, [
      ...watch({ refetchMode }),
      advance(7),
      advance(20),
      observer.refetch(0),
      advance(7),
      advance(20),
    ]);
    same(`are cancelled: ${refetchMode}`, [
      ...watch({ refetchMode }),
      advance(20),
      observer.refetch(0),
      advance(7),
      client.cancelQueries(),
      advance(20),
    ]);
    same(`fail and are tried again: ${refetchMode}`, [
      ...watch({ refetchMode, failAt: 1, fails: 2 }, { retry: 1, retryDelay: 3 }),
      advance(50),
      observer.refetch(0),
      advance(50),
    ]);
  }
  same('add up from a value', [...watch({ initialValue: 10 }), advance(50)], { must: ['data: 13'] });
  same('go on when the last listener goes, unless they read the signal', [
    ...watch({}),
    advance(7),
    observer.unsubscribe(0),
    advance(20),
    ...watch({ read: true }),
    advance(7),
    observer.unsubscribe(0),
    advance(20),
  ]);
  same(
    "aren't asked for once they are cancelled",
    [
      client.fetchQuery({ queryKey: s, queryFn: streamer({ chunks: 1, gap: 1 }), persister: persist('late') }),
      client.cancelQueries(),
      advance(20),
    ],
    { must: ['persister late'] },
  );
});

describe('persisters', () => {
  for (const name of ['through', 'late', 'twice', 'answer', 'raise', 'reject', 'undefined', 'never', 'read'] as const) {
    same(`of pages: ${name}`, [
      ...mount({ persister: persist(name), retry: 1, retryDelay: 1 }),
      advance(30),
      pages.fetchNextPage(0),
      advance(3),
      client.cancelQueries(),
      advance(30),
    ]);
    same(`of plain data: ${name}`, [
      observer.create(0, { queryKey: p, queryFn: fetcher(), persister: persist(name), retry: 1, retryDelay: 1 }),
      observer.subscribe(0),
      advance(3),
      observer.unsubscribe(0),
      advance(30),
    ]);
  }
});
