import fc from 'fast-check';
import {
  backoff,
  type FetcherPlan,
  fetcher,
  fn,
  keepPrevious,
  type Selects,
  select,
  share,
  skip,
} from '../script/markers.js';
import { data, instant, type Keys, of, some, weighted } from './values.js';

/** A constant, or a function that answers one after the other. */
const orFunction = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  weighted<unknown>([
    [4, values],
    [1, fc.array(values, { minLength: 1, maxLength: 3 }).map(fn)],
  ]);

export const plan: fc.Arbitrary<FetcherPlan> = some(
  {
    delay: weighted<unknown>([
      [6, of(3, 7, 13, 31, 53)],
      [2, of(120, 1030)],
      [3, of('now', 'sync', 'never')],
    ]),
    fail: of(1, 1, 2, 3, 100),
    data: of('fresh', 'same', 'half', 'scalar', 'list', 'null', 'undefined'),
    signal: of('read', 'heed'),
  },
  3,
);

export const queryFn: fc.Arbitrary<unknown> = weighted<unknown>([
  [20, plan.map(fetcher)],
  [1, fc.constant(undefined).map(skip)],
]);

const mode = orFunction(of<unknown>(true, false, 'always'));

/** What a query itself takes. */
export const queryFields: Record<string, fc.Arbitrary<unknown>> = {
  retry: orFunction(of<unknown>(false, 0, 1, 2, 5, true)),
  retryDelay: weighted<unknown>([
    [3, of(0, 10, 100, 1000)],
    [1, fc.constant(50).map(backoff)],
    [1, fc.constant([10, 100]).map(fn)],
  ]),
  networkMode: of('online', 'always', 'offlineFirst'),
  gcTime: of(0, 10, 100, 1000, Number.POSITIVE_INFINITY),
  initialData: orFunction(data),
  initialDataUpdatedAt: orFunction(instant),
  structuralSharing: weighted<unknown>([
    [1, of(false, true)],
    [1, fc.constantFrom('keep old', 'take new', 'merge').map((name) => share(name as never))],
  ]),
  meta: of({ tag: 1 }, { tag: 2 }),
};

export const staleTime = orFunction(
  weighted<unknown>([
    [6, of<unknown>(0, 10, 100, 1000)],
    [2, of<unknown>(Number.POSITIVE_INFINITY, 'static', undefined)],
  ]),
);

export const observerFields: Record<string, fc.Arbitrary<unknown>> = {
  ...queryFields,
  enabled: orFunction(of(true, false)),
  staleTime,
  refetchInterval: orFunction(of<unknown>(false, 0, 50, 200, 1000, 60_000, undefined)),
  refetchIntervalInBackground: of(true, false),
  refetchOnMount: mode,
  refetchOnWindowFocus: mode,
  refetchOnReconnect: mode,
  retryOnMount: orFunction(of(true, false)),
  select: fc
    .tuple(of<Selects>('n', 'wrap', 'same', 'raise', 'raise on odd'), of(false, false, true))
    .map(([name, fresh]) => select(name, fresh)),
  placeholderData: weighted<unknown>([
    [2, data],
    [1, fc.array(data, { minLength: 1, maxLength: 2 }).map(fn)],
    [2, fc.constant(undefined).map(keepPrevious)],
  ]),
  notifyOnChangeProps: weighted<unknown>([
    [3, of<unknown>('all', [], ['data'], ['status', 'error'], ['isFetching', 'data'])],
    [1, of<unknown>(['data'], 'all', undefined).map((props) => fn([props]))],
  ]),
};

/** Options without key and function: what defaults, `setOptions` patches and the like consist of. */
export const change = some(observerFields, 3);

export type Options = fc.Arbitrary<Record<string, unknown>>;

/** Options of an observer; a few have no query function. */
export const observerOptionsOf = (keys: Keys): Options =>
  fc
    .tuple(
      keys,
      weighted<unknown>([
        [19, queryFn],
        [1, fc.constant(undefined)],
      ]),
      some(observerFields, 4),
    )
    .map(([queryKey, fetch, rest]) => ({ queryKey, ...(fetch === undefined ? {} : { queryFn: fetch }), ...rest }));

/** Options of fetchQuery and its kin. */
export const fetchOptionsOf = (keys: Keys): Options =>
  fc
    .tuple(keys, queryFn, some({ ...queryFields, staleTime }, 2))
    .map(([queryKey, fetch, rest]) => ({ queryKey, queryFn: fetch, ...rest }));

export const selectOption = observerFields['select']!;
export const enabledOption = observerFields['enabled']!;
