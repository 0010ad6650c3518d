import fc from 'fast-check';

export const KEYS = ['a', 'b', 'c'] as const;
export type Key = (typeof KEYS)[number];

/** What a query function does at each call: how long it takes (ms), and which calls fail. */
export interface Fetcher {
  ms: number;
  failures: boolean[];
  /** Every answer equals the one before. */
  steady: boolean;
  /** Listens to its signal. */
  stops: boolean;
}

/** Options as plain data; names in the place of functions are read by views.tsx. */
export interface Options {
  key: Key;
  enabled?: boolean | 'until data';
  gcTime?: number;
  initialData?: 'old' | 'new';
  maxPages?: number;
  networkMode?: 'always' | 'offlineFirst';
  notifyOnChangeProps?: 'all' | 'status by function' | string[];
  placeholder?: 'previous' | 'value';
  refetchInterval?: number;
  refetchOnMount?: boolean | 'always';
  refetchOnWindowFocus?: boolean | 'always';
  retry?: number;
  retryOnMount?: boolean;
  select?: 'stable' | 'inline';
  skips?: boolean;
  staleTime?: number | 'static';
  structuralSharing?: boolean;
  subscribed?: boolean;
  throwOnError?: boolean | 'some';
}

export type View =
  | { shows: 'query' | 'suspended query' | 'pages'; options: Options; fields: string[] }
  | { shows: 'list' | 'suspended list'; options: Options[]; fields: string[]; combine?: 'data' | 'pending' }
  | { shows: 'counts'; key?: Key }
  | { shows: 'mutation'; invalidates: Key; fails: boolean; retry: number; scoped: boolean; gcTime: number }
  | { shows: 'mutations' };

export type Step =
  | { does: 'wait'; ms: number }
  | { does: 'show'; at: number; view: View }
  | { does: 'hide'; at: number }
  | { does: 'click'; button: number }
  | { does: 'render' | 'refetch' | 'focus' | 'network' }
  | { does: 'invalidate'; key?: Key }
  | { does: 'set' | 'reset' | 'remove' | 'cancel' | 'prefetch'; key: Key };

export interface Scene {
  strict: boolean;
  fetchers: Record<Key, Fetcher>;
  views: View[];
  steps: Step[];
}

const FIELDS =
  'data error status fetchStatus isStale isFetching isPlaceholderData failureCount isFetchedAfterMount isRefetching isPending dataUpdatedAt isLoadingError isRefetchError errorUpdateCount isPaused isEnabled isFetched';

const of = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const key = of(...KEYS);
const fields = fc.subarray(FIELDS.split(' '), { minLength: 1, maxLength: 5 });
/** Not often the same number twice: what is due in one millisecond has no common order. */
const span = fc.integer({ min: 37, max: 134 });

const fetcher: fc.Arbitrary<Fetcher> = fc.record({
  ms: of(0, 7, 19),
  failures: fc.array(of(false, false, true), { minLength: 7, maxLength: 7 }),
  steady: fc.boolean(),
  stops: fc.boolean(),
});

const common = {
  gcTime: of(0, 10, 1000),
  initialData: of<'old' | 'new'>('old', 'new'),
  networkMode: of<'always' | 'offlineFirst'>('always', 'offlineFirst'),
  refetchInterval: span,
  refetchOnMount: of<boolean | 'always'>(true, false, 'always'),
  refetchOnWindowFocus: of<boolean | 'always'>(true, false, 'always'),
  retry: of(0, 1, 2),
  retryOnMount: fc.boolean(),
  select: of<'stable' | 'inline'>('stable', 'inline'),
  staleTime: of<number | 'static'>(0, 15, 1000, Number.POSITIVE_INFINITY, 'static'),
  structuralSharing: fc.boolean(),
};
const waiting = {
  enabled: of<boolean | 'until data'>(true, false, 'until data'),
  notifyOnChangeProps: of<Options['notifyOnChangeProps'] & {}>('all', 'status by function', ['data']),
  placeholder: of<'previous' | 'value'>('previous', 'value'),
  skips: of(false, false, true),
  subscribed: of(true, true, false),
  throwOnError: of<boolean | 'some'>(true, false, 'some'),
};

const suspending = fc.record({ key, ...common }, { requiredKeys: ['key'] }).chain(few);
const plain = fc.record({ key, ...common, ...waiting }, { requiredKeys: ['key'] }).chain(few);
const paged = fc.record({ key, ...common, ...waiting, maxPages: of(1, 2) }, { requiredKeys: ['key'] }).chain(few);

/** A handful of the options that were drawn: all at once hide one another. */
function few(options: Options): fc.Arbitrary<Options> {
  const names = Object.keys(options).filter((name) => name !== 'key') as (keyof Options)[];
  return fc
    .subarray(names, { maxLength: Math.min(5, names.length) })
    .map((kept) => Object.fromEntries([['key', options.key], ...kept.map((name) => [name, options[name]])]) as Options);
}

const view: fc.Arbitrary<View> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ shows: of('query' as const), options: plain, fields }) },
  { weight: 3, arbitrary: fc.record({ shows: of('suspended query' as const), options: suspending, fields }) },
  { weight: 3, arbitrary: fc.record({ shows: of('pages' as const), options: paged, fields }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        shows: of('list' as const),
        options: fc.array(plain, { maxLength: 3 }),
        fields,
        combine: of<'data' | 'pending'>('data', 'pending'),
      },
      { requiredKeys: ['shows', 'options', 'fields'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      shows: of('suspended list' as const),
      options: fc.array(suspending, { minLength: 1, maxLength: 2 }),
      fields,
    }),
  },
  { weight: 1, arbitrary: fc.record({ shows: of('counts' as const), key }, { requiredKeys: ['shows'] }) },
  {
    weight: 2,
    arbitrary: fc.record({
      shows: of('mutation' as const),
      invalidates: key,
      fails: of(false, false, true),
      retry: of(0, 1),
      scoped: of(false, false, true),
      gcTime: of(0, 20, 1000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ shows: of('mutations' as const) }) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: of('wait' as const), ms: of(1, 5, 10, 20, 50, 300) }) },
  { weight: 3, arbitrary: fc.record({ does: of('show' as const), at: fc.nat(3), view }) },
  { weight: 1, arbitrary: fc.record({ does: of('hide' as const), at: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ does: of('click' as const), button: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: of('render' as const, 'refetch' as const, 'focus' as const, 'network' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: of('invalidate' as const), key }, { requiredKeys: ['does'] }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      does: of('set' as const, 'reset' as const, 'remove' as const, 'cancel' as const, 'prefetch' as const),
      key,
    }),
  },
);

/** Pages of random components on three keys, and what happens to them. */
export const scenes: fc.Arbitrary<Scene> = fc.record({
  strict: of(false, false, true),
  fetchers: fc.record({ a: fetcher, b: fetcher, c: fetcher }),
  views: fc.array(view, { minLength: 1, maxLength: 4 }),
  steps: fc.array(step, { minLength: 4, maxLength: 14 }),
});
