import fc from 'fast-check';
import type { Scenario } from '../scenario.js';
import { at, fetcher, fn, keepPrevious, type Selects, select, skip } from '../script/markers.js';
import { type Neighbours, neighbour, type Persists, pageUpdate, persist, streamer } from '../script/pages.js';
import type { Step } from '../script/step.js';
import { advance, client, focus, observer, online, pages, query } from '../script/steps.js';
import { refetchOptions, refetchType } from './filters.js';
import { type Options, observerFields, plan, queryFields, staleTime } from './options.js';
import { withPauses } from './pauses.js';
import { BATCH, setup } from './scenarios.js';
import { instant, type Keys, of, some, wait, weighted } from './values.js';

type Fields = Record<string, unknown>;

/** Data as a user sets it for a query of pages. Other data would make the observers' own code throw (differences.md, 1). */
const pagesData = of<unknown>(
  { pages: [{ n: 0 }], pageParams: [0] },
  { pages: [{ n: 1 }, { n: 2 }], pageParams: [1, 2] },
  { pages: [{ n: 0 }, { n: 1 }, { n: 2 }], pageParams: [0, 1, 2] },
  { pages: [], pageParams: [] },
);

const persister = weighted<unknown>([
  [6, of<Persists>('through', 'late', 'read', 'twice').map(persist)],
  [2, of<Persists>('answer', 'raise', 'reject', 'undefined', 'never').map(persist)],
]);

const { initialData: _, ...plainFields } = queryFields;

const fields: Record<string, fc.Arbitrary<unknown>> = {
  ...plainFields,
  initialData: pagesData,
  initialPageParam: of<unknown>(0, 0, 1, null, undefined),
  getNextPageParam: of<Neighbours>('ends with null', 'from data', 'never', 'ends on odd steps').map(neighbour),
  getPreviousPageParam: of<Neighbours>('down to -2', 'down to -2', 'never', 'ends on odd steps').map(neighbour),
  maxPages: of<unknown>(1, 2, 3, 0),
  persister,
  pages: of(1, 2, 3),
};

const watchedFields: Record<string, fc.Arbitrary<unknown>> = {
  ...observerFields,
  ...fields,
  placeholderData: weighted<unknown>([
    [2, pagesData],
    [1, pagesData.map((value) => fn([value]))],
    [2, fc.constant(undefined).map(keepPrevious)],
  ]),
  select: fc
    .tuple(of<Selects>('wrap', 'same', 'raise', 'n'), of(false, true))
    .map(([name, fresh]) => select(name, fresh)),
  notifyOnChangeProps: of<unknown>('all', ['hasNextPage'], ['isFetchingNextPage', 'data'], ['isFetchNextPageError']),
};

const base = { initialPageParam: 0, getNextPageParam: neighbour('up to 3') };

const pageFn = weighted<unknown>([
  [20, plan.map((given) => fetcher({ data: 'page', pages: true, ...given }))],
  [1, fc.constant(undefined).map(skip)],
]);

const optionsOf = (keys: Keys, extra: Record<string, fc.Arbitrary<unknown>>): Options =>
  fc.tuple(keys, pageFn, some(extra, 4)).map(([queryKey, queryFn, rest]) => ({ ...base, queryKey, queryFn, ...rest }));

const streams = fc
  .tuple(
    fc.record({ chunks: of(0, 1, 3, 5), gap: of(1, 3, 10) }),
    some(
      {
        failAt: of(0, 1, 2),
        fails: of(1, 2, 100),
        read: of(true, false),
        refetchMode: of('append', 'reset', 'replace'),
        initialValue: of(0, 10),
      },
      4,
    ),
  )
  .map(([first, rest]) => streamer({ ...first, ...rest }));

/** Keys of pages, and one of a stream. */
const pageKeys: Keys = of<readonly unknown[]>(['p'], ['p'], ['p', 1], ['q']);
const streamKeys: Keys = of<readonly unknown[]>(['s'], ['s'], ['s', 1]);

const { initialData: _data, initialDataUpdatedAt: _at, ...watchedPlain } = observerFields;

/** Options of a stream, or of plain data behind a persister. */
const streamOptions: Options = fc
  .tuple(
    streamKeys,
    weighted<unknown>([
      [4, streams],
      [1, plan.map(fetcher)],
    ]),
    some({ ...watchedPlain, persister }, 3),
  )
  .map(([queryKey, queryFn, rest]) => ({ queryKey, queryFn, ...rest }));

function draw(make: (...args: any[]) => Step, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Step> {
  return fc.tuple(...args).map((drawn) => make(...drawn));
}

/** Observers of pages and of streams have slots of their own: a stream's data under a key of pages would make the pages' throw. */
const slot = of(0, 1);
const streamSlot = of(2, 3);
const anySlot = of(0, 1, 2, 3);
const anyKey: Keys = weighted([
  [2, pageKeys],
  [1, streamKeys],
]);
const filters = weighted<Fields | undefined>([
  [1, fc.constant(undefined)],
  [3, anyKey.map((queryKey) => ({ queryKey }))],
]);
const fetchMore = weighted<Fields | undefined>([
  [2, fc.constant(undefined)],
  [1, some({ cancelRefetch: of(true, false), throwOnError: of(true, false) }, 2)],
]);
const executed = fc.tuple(optionsOf(pageKeys, { ...fields, staleTime })).map(([options]) => options);
const patch = weighted<Fields>([
  [3, some(watchedFields, 2)],
  [2, pageKeys.map((queryKey) => ({ queryKey }))],
]);

/** What may also stand inside a listener. */
const inner: (readonly [number, fc.Arbitrary<Step>])[] = [
  [8, draw(pages.fetchNextPage, slot, fetchMore)],
  [6, draw(pages.fetchPreviousPage, slot, fetchMore)],
  [2, draw(pages.infiniteQuery, executed)],
  [2, draw(pages.fetchInfiniteQuery, executed)],
  [1, draw(pages.prefetchInfiniteQuery, executed)],
  [2, draw(pages.ensureInfiniteQueryData, executed)],
  [
    3,
    draw(
      pages.update,
      pageKeys,
      of('drop first', 'drop last', 'empty', 'copy', 'none', 'add').map((name) => pageUpdate(name as never)),
    ),
  ],
  [1, draw(client.setQueryData, pageKeys, pagesData, some({ updatedAt: instant }, 1))],
  [2, draw(client.fetchQuery, streamOptions)],
  [1, draw(client.invalidateQueries, filters, refetchOptions)],
  [1, fc.tuple(filters, refetchType).map(([f, type]) => client.invalidateQueries({ ...f, refetchType: type }))],
  [1, draw(client.refetchQueries, filters, refetchOptions)],
  [1, draw(client.resetQueries, filters, refetchOptions)],
  [1, draw(client.removeQueries, filters)],
  [3, draw(client.cancelQueries, filters, some({ revert: of(true, false), silent: of(true, false) }, 2))],
  [2, draw(observer.unsubscribe, anySlot)],
  [3, draw(observer.refetch, anySlot, refetchOptions)],
  [3, draw(observer.patch, slot, patch)],
  [1, draw(observer.setOptions, streamSlot, streamOptions)],
  [1, draw(observer.getOptimisticResult, anySlot)],
  [1, draw(observer.fetchOptimistic, streamSlot)],
  [1, draw(observer.trackResult, slot, of(['hasNextPage'], ['isFetchingNextPage', 'data'], []))],
  [1, draw(query.probe, anyKey)],
  [1, draw(query.cancel, anyKey, some({ revert: of(true, false), silent: of(true, false) }, 2))],
  [1, draw(focus, of(true, false))],
  [1, draw(online, of(true, false))],
];

const reaction = weighted<unknown>([
  [3, fc.constant(undefined)],
  [
    1,
    fc
      .tuple(fc.nat(4), fc.array(weighted(inner), { minLength: 1, maxLength: 2 }))
      .map(([nth, steps]) => at(nth, steps)),
  ],
]);

const one: fc.Arbitrary<Step> = weighted<Step>([
  ...inner,
  [3, draw(observer.subscribe, anySlot, reaction)],
  [24, draw(advance, wait)],
]);

const mountPages = fc
  .tuple(slot, optionsOf(pageKeys, watchedFields), reaction)
  .map(([index, options, then]) => [pages.create(index, options), observer.subscribe(index, then as never)]);
const mountStream = fc
  .tuple(streamSlot, streamOptions, reaction)
  .map(([index, options, then]) => [observer.create(index, options), observer.subscribe(index, then as never)]);

const several = weighted<Step[]>([
  [8, one.map((step) => [step])],
  [1, mountPages],
  [1, mountStream],
]);

const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(
    setup,
    weighted<Step[]>([
      [3, mountPages],
      [1, mountStream],
    ]),
    fc.array(several, { minLength: 4, maxLength: 20, size: 'max' }),
  )
  .map(([{ defaults: _defaults, ...layout }, first, rest]) =>
    withPauses({ setup: layout, steps: [...first, ...rest.flat()] }),
  );

/** The scenarios of a seed; the same ones each time. */
export function scenarios(seed: number): Scenario[] {
  return fc.sample(scenario, { seed, numRuns: BATCH });
}
