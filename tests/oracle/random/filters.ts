import fc from 'fast-check';
import { type Predicates, predicate } from '../script/markers.js';
import { type Keys, of, some, weighted } from './values.js';

const rest = some(
  {
    exact: of(true, false),
    type: of('all', 'active', 'inactive'),
    stale: of(true, false),
    fetchStatus: of('fetching', 'paused', 'idle'),
    predicate: of<Predicates>('has data', 'active', 'never', 'short key', 'raise').map(predicate),
  },
  2,
);

export type Filters = fc.Arbitrary<Record<string, unknown> | undefined>;

/** Query filters; half of them only name a key. */
export const filtersOf = (keys: Keys): Filters =>
  weighted<Record<string, unknown> | undefined>([
    [6, keys.map((queryKey) => ({ queryKey }))],
    [3, fc.tuple(keys, rest).map(([queryKey, more]) => ({ queryKey, ...more }))],
    [3, rest],
    [1, fc.constant(undefined)],
  ]);

export const refetchType = of('all', 'active', 'inactive', 'none');

export const refetchOptions = weighted<Record<string, unknown> | undefined>([
  [3, fc.constant(undefined)],
  [2, some({ cancelRefetch: of(true, false), throwOnError: of(true, false) }, 2)],
]);
