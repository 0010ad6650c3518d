import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher, keepPrevious, select } from '../script/markers.js';
import { advance, client, focus, observer, query } from '../script/steps.js';
import { a, mount } from './mount.js';

describe('results', () => {
  same(
    'placeholder, then a select that throws',
    [
      ...mount({ placeholderData: { n: 0 }, select: select('raise on odd'), queryFn: fetcher({ data: 'fresh' }) }),
      advance(10),
      observer.refetch(0),
      advance(10),
      observer.refetch(0),
      advance(10),
    ],
    { must: ['isPlaceholderData: true', 'select raised on 1'] },
  );
  same('previous data stay through a change of key', [
    ...mount({ placeholderData: keepPrevious(), queryKey: ['a', 1] }),
    advance(10),
    observer.patch(0, { queryKey: ['a', 2] }),
    advance(3),
    observer.patch(0, { queryKey: ['a', 1] }),
    advance(20),
  ]);
  same('select keeps identity, and its memory follows the function', [
    ...mount({ select: select('wrap'), queryFn: fetcher({ data: 'same' }) }),
    advance(10),
    observer.refetch(0),
    advance(10),
    observer.patch(0, { select: select('wrap', true) }),
    observer.patch(0, { select: select('n') }),
    advance(10),
  ]);
  same('only tracked fields notify', [
    ...mount(),
    observer.trackResult(0, ['data']),
    advance(10),
    observer.refetch(0),
    advance(10),
    client.setQueryData(a, { n: 77 }),
  ]);
  same('only named fields notify', [
    ...mount({ notifyOnChangeProps: ['error'] }),
    advance(10),
    observer.refetch(0),
    advance(10),
  ]);
  same('optimistic results while another key is rendered', [
    ...mount(),
    advance(10),
    observer.getOptimisticResult(0, { queryKey: ['b'] }),
    observer.getOptimisticResult(0),
    observer.getCurrentResult(0),
    advance(10),
  ]);
  same('static data never goes stale', [
    ...mount({ staleTime: 'static' }),
    advance(10),
    client.invalidateQueries(),
    client.refetchQueries(),
    focus(false),
    focus(true),
    advance(20),
    query.probe(a),
  ]);
});
