import fc from 'fast-check';
import { at } from '../script/markers.js';
import type { Step } from '../script/step.js';
import {
  advance,
  batch,
  cache,
  client,
  client1,
  focus,
  jump,
  observer,
  online,
  query,
  raise,
  schedule,
} from '../script/steps.js';
import { filtersOf, refetchOptions, refetchType } from './filters.js';
import { change, enabledOption, fetchOptionsOf, observerOptionsOf, selectOption, staleTime } from './options.js';
import { data, dataOrUpdater, instant, type Keys, of, some, wait, weighted } from './values.js';

type Weighted = readonly [number, fc.Arbitrary<Step>];
type Fields = Record<string, unknown>;

/** A step whose arguments are drawn. */
function draw(make: (...args: any[]) => Step, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Step> {
  return fc.tuple(...args).map((drawn) => make(...drawn));
}

/** Nothing, or as many times as likely something. */
const maybe = (arbitrary: fc.Arbitrary<unknown>, weight = 1): fc.Arbitrary<unknown> =>
  weighted<unknown>([
    [2, fc.constant(undefined)],
    [weight, arbitrary],
  ]);

const slot = of(0, 1, 2);
const cancelOptions = some({ revert: of(true, false), silent: of(true, false) }, 2);
const both = (left: fc.Arbitrary<Fields>, right: fc.Arbitrary<Fields>) =>
  fc.tuple(left, right).map(([one, two]) => ({ ...one, ...two }));

function onClient(on: typeof client, keys: Keys): Weighted[] {
  const filters = filtersOf(keys);
  const someFilters = filters.map((filter) => filter ?? {});
  const options = fetchOptionsOf(keys);
  const invalidate = weighted<Fields | undefined>([
    [2, filters],
    [1, both(someFilters, fc.record({ refetchType }))],
  ]);
  return [
    [6, draw(on.setQueryData, keys, dataOrUpdater, maybe(fc.record({ updatedAt: instant })))],
    [1, draw(on.getQueryData, keys)],
    [1, draw(on.getQueryState, keys)],
    [1, draw(on.setQueriesData, someFilters, dataOrUpdater)],
    [1, draw(on.getQueriesData, someFilters)],
    [6, draw(on.invalidateQueries, invalidate, refetchOptions)],
    [3, draw(on.refetchQueries, filters, refetchOptions)],
    [3, draw(on.resetQueries, filters, refetchOptions)],
    [2, draw(on.removeQueries, filters)],
    [4, draw(on.cancelQueries, filters, maybe(cancelOptions, 2))],
    [4, draw(on.fetchQuery, options)],
    [2, draw(on.prefetchQuery, options)],
    [2, draw(on.ensureQueryData, both(options, some({ revalidateIfStale: of(true, true, false) }, 1)))],
    [2, draw(on.query, both(options, some({ select: selectOption, enabled: enabledOption }, 1)))],
    [1, draw(on.isFetching, filters)],
    [1, draw(on.clear)],
  ];
}

function onObserver(keys: Keys): Weighted[] {
  const otherKey = keys.map((queryKey) => ({ queryKey }));
  const patch = weighted<Fields>([
    [3, change],
    [2, otherKey],
    [1, fc.record({ enabled: enabledOption })],
    [1, fc.record({ staleTime })],
  ]);
  return [
    [3, draw(observer.unsubscribe, slot)],
    [1, draw(observer.destroy, slot)],
    [3, draw(observer.setOptions, slot, observerOptionsOf(keys))],
    [4, draw(observer.patch, slot, patch)],
    [1, draw(observer.getCurrentResult, slot)],
    [
      2,
      draw(
        observer.getOptimisticResult,
        slot,
        weighted<Fields>([
          [2, fc.constant({})],
          [1, change],
          [1, otherKey],
        ]),
      ),
    ],
    [3, draw(observer.refetch, slot, refetchOptions)],
    [1, draw(observer.fetchOptimistic, slot)],
    [
      1,
      draw(
        observer.trackResult,
        slot,
        of(['data'], ['status', 'fetchStatus'], [], ['isStale'], ['failureCount', 'error']),
      ),
    ],
    [1, draw(observer.trackProp, slot, of('data', 'isFetching', 'dataUpdatedAt'))],
    [1, draw(observer.getCurrentQuery, slot)],
    [1, draw(observer.updateResult, slot)],
    [1, draw(observer.probe, slot)],
  ];
}

const state = some(
  {
    data,
    dataUpdatedAt: instant,
    isInvalidated: of(true, false),
    status: of('pending', 'success', 'error'),
    fetchStatus: of('idle', 'fetching', 'paused'),
    fetchFailureCount: of(0, 2),
    dataUpdateCount: of(0, 5),
  },
  3,
);

function onQuery(keys: Keys): Weighted[] {
  return [
    [1, draw(query.setState, keys, state)],
    [1, draw(query.setData, keys, data, some({ updatedAt: instant, manual: of(true, false) }, 2))],
    [1, draw(query.invalidate, keys)],
    [1, draw(query.reset, keys)],
    [1, draw(query.cancel, keys, cancelOptions)],
    [2, draw(query.fetch, keys, maybe(fetchOptionsOf(keys)), maybe(some({ cancelRefetch: of(true, false) }, 1)))],
    [2, draw(query.probe, keys)],
    [1, draw(query.isStaleByTime, keys, of<unknown>(0, 10, 1000, 'static', undefined))],
    [1, draw(query.promise, keys)],
  ];
}

function onCache(keys: Keys): Weighted[] {
  const filters = filtersOf(keys);
  return [
    [
      1,
      draw(
        cache.find,
        keys.map((queryKey) => ({ queryKey })),
      ),
    ],
    [1, draw(cache.findAll, filters)],
    [1, draw(cache.build, fetchOptionsOf(keys))],
    [1, draw(cache.remove, keys)],
  ];
}

const events = of<unknown>(
  'added',
  'removed',
  'updated',
  'observerAdded',
  'observerRemoved',
  'observerResultsUpdated',
  'observerOptionsUpdated',
);

/** A step over these keys, or a few that belong together. */
export function stepsOf(keys: Keys): fc.Arbitrary<Step[]> {
  const options = observerOptionsOf(keys);
  // What may also stand inside a listener.
  const inner: fc.Arbitrary<Step> = weighted([
    ...onClient(client, keys),
    ...onObserver(keys),
    ...onQuery(keys),
    [1, draw(focus, of(true, false))],
    [1, draw(online, of(true, false))],
  ]);
  const react = fc
    .tuple(
      fc.nat(4),
      weighted<Step[]>([
        [8, fc.array(inner, { minLength: 1, maxLength: 2 })],
        [1, fc.constant([raise('a listener raised')])],
      ]),
    )
    .map(([nth, steps]) => at(nth, steps));
  const inside = weighted<Step>([
    [20, inner],
    [1, draw(schedule, fc.array(inner, { minLength: 1, maxLength: 2 }))],
    [1, fc.constant(raise('a callback raised'))],
  ]);
  const mount = fc
    .tuple(slot, options, of(0, 0, 0, 1), maybe(react))
    .map(([index, given, on, then]) => [observer.create(index, given, on), observer.subscribe(index, then as never)]);

  const one: fc.Arbitrary<Step> = weighted([
    ...onClient(client, keys),
    [5, weighted(onClient(client1, keys))],
    ...onObserver(keys),
    ...onQuery(keys),
    ...onCache(keys),
    [2, draw(observer.create, slot, options, of(0, 0, 0, 1))],
    [6, draw(observer.subscribe, slot, maybe(react))],
    [24, draw(advance, wait)],
    [1, draw(jump, of(1000, -1000, 100_000))],
    [2, draw(focus, of(true, false))],
    [2, draw(online, of(true, false))],
    [1, draw(client.mount)],
    [1, draw(client.unmount)],
    [1, draw(client.setDefaultOptions, change)],
    [1, draw(client.setQueryDefaults, keys, change)],
    [1, draw(client.getQueryDefaults, keys)],
    [1, draw(batch, fc.array(inside, { minLength: 1, maxLength: 3 }))],
    [1, draw(schedule, fc.array(inside, { minLength: 1, maxLength: 3 }))],
    [1, draw(cache.subscribe, events, react)],
  ]);
  const together = weighted<Step[]>([
    [8, mount],
    [3, wait.map((ms) => [focus(false), advance(ms), focus(true)])],
    [3, wait.map((ms) => [online(false), advance(ms), online(true)])],
    [2, fc.tuple(keys, data, mount).map(([key, value, steps]) => [client.setQueryData(key, value), ...steps])],
    [
      2,
      fc
        .tuple(fetchOptionsOf(keys), of(1, 2, 3, 10), maybe(cancelOptions))
        .map(([given, ms, cancel]) => [
          client.fetchQuery(given),
          advance(ms),
          client.cancelQueries({ queryKey: given['queryKey'] }, cancel as never),
        ]),
    ],
  ]);
  return weighted<Step[]>([
    [6, one.map((step) => [step])],
    [1, together],
  ]);
}
