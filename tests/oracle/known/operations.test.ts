import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher } from '../script/markers.js';
import { advance, client, observer } from '../script/steps.js';
import { a, mount, plain } from './mount.js';

describe('invalidate, refetch, reset, cancel, remove', () => {
  same('invalidate active and inactive', [
    client.setQueryData(['a', 1], 1),
    ...mount(),
    advance(10),
    client.invalidateQueries({ queryKey: a }),
    advance(10),
    client.getQueryState(['a', 1]),
  ]);
  same('invalidate with each refetchType', [
    client.prefetchQuery({ ...plain, queryKey: ['a', 1] }),
    ...mount(),
    advance(10),
    ...['none', 'inactive', 'all', 'active'].flatMap((refetchType) => [
      client.invalidateQueries({ queryKey: a, refetchType }),
      advance(10),
    ]),
  ]);
  same(
    'invalidate while fetching cancels and fetches again',
    [...mount({ initialData: 1 }), advance(3), client.invalidateQueries({ queryKey: a }), advance(20)],
    { must: ['call 1'] },
  );
  same(
    'ten invalidations in a row',
    [
      ...mount(),
      advance(10),
      ...Array.from({ length: 10 }, () => client.invalidateQueries({ queryKey: a })),
      advance(20),
    ],
    { must: ['call 10'] },
  );
  same('an invalidation in the first fetch', [
    ...mount(),
    advance(3),
    client.invalidateQueries({ queryKey: a }),
    advance(20),
  ]);
  same('refetch joins the fetch in flight without cancelRefetch', [
    ...mount(),
    advance(10),
    observer.refetch(0),
    advance(3),
    observer.refetch(0, { cancelRefetch: false }),
    advance(20),
  ]);
  same(
    'refetch cancels the fetch in flight',
    [
      ...mount({ queryFn: fetcher({ signal: 'heed' }) }),
      advance(10),
      observer.refetch(0),
      advance(3),
      observer.refetch(0),
      advance(20),
    ],
    { must: ['aborted'] },
  );
  same(
    'refetch with throwOnError',
    [
      ...mount({ queryFn: fetcher({ fail: 9 }), retry: false }),
      advance(10),
      observer.refetch(0, { throwOnError: true }),
      client.refetchQueries({ queryKey: a }, { throwOnError: true }),
      advance(20),
    ],
    { must: ['rejects'] },
  );
  same('reset shows pending/idle before pending/fetching', [
    ...mount(),
    advance(10),
    client.resetQueries({ queryKey: a }),
    advance(20),
  ]);
  same('resets go back to one state', [...mount(), client.resetQueries(), client.resetQueries(), advance(10)]);
  same('reset goes back to initial data', [
    ...mount({ initialData: { n: 9 }, staleTime: 100 }),
    client.setQueryData(a, { n: 1 }),
    client.resetQueries(),
    advance(20),
  ]);
  same('cancel reverts', [
    ...mount({ initialData: 1 }),
    advance(3),
    client.cancelQueries({ queryKey: a }),
    advance(20),
    client.refetchQueries(),
    advance(3),
    client.cancelQueries({ queryKey: a }, { revert: false }),
    advance(20),
    client.refetchQueries(),
    advance(3),
    client.cancelQueries({ queryKey: a }, { silent: true }),
    advance(20),
  ]);
  same('cancel the first fetch', [client.fetchQuery(plain), advance(3), client.cancelQueries(), advance(20)], {
    must: ['rejects CancelledError'],
  });
  same('remove while observed', [
    ...mount(),
    advance(3),
    client.removeQueries({ queryKey: a }),
    advance(10),
    client.setQueryData(a, 5),
    observer.refetch(0),
    advance(10),
    observer.unsubscribe(0),
    advance(310_000),
  ]);
  same('clear while observed, then a new query of the same hash beside the old', [
    ...mount(),
    advance(10),
    client.clear(),
    ...mount({}, 1),
    observer.refetch(0),
    advance(20),
    observer.unsubscribe(0),
    observer.unsubscribe(1),
    advance(310_000),
  ]);
});
