import { describe } from 'vitest';
import { same } from '../same.js';
import { backoff, fetcher, fn } from '../script/markers.js';
import { advance, client, focus, observer, online } from '../script/steps.js';
import { mount, plain } from './mount.js';

describe('retry', () => {
  same(
    'with backoff, then success',
    [...mount({ queryFn: fetcher({ fail: 2 }), retryDelay: backoff(100) }), advance(1000)],
    {
      must: ['failureCount: 2'],
    },
  );
  same('by default', [...mount({ queryFn: fetcher({ fail: 9 }) }), advance(10_000)], { must: ['failureCount: 4'] });
  same('by functions', [
    ...mount({ queryFn: fetcher({ fail: 9 }), retry: fn([true, true, false]), retryDelay: fn([10, 20]) }),
    advance(1000),
  ]);
  same(
    'pauses offline between tries',
    [
      ...mount({ queryFn: fetcher({ fail: 3 }), retryDelay: 100 }),
      advance(10),
      online(false),
      advance(500),
      online(true),
      advance(500),
    ],
    { must: ['type: "pause"', 'type: "continue"'] },
  );
  same(
    'pauses without focus',
    [
      ...mount({ queryFn: fetcher({ fail: 3 }), retryDelay: 100 }),
      advance(10),
      focus(false),
      advance(500),
      focus(true),
      advance(500),
    ],
    { must: ['type: "pause"'] },
  );
  same('an unmount stops the retries', [
    ...mount({ queryFn: fetcher({ fail: 9 }), retryDelay: 100 }),
    advance(150),
    observer.unsubscribe(0),
    advance(1000),
  ]);
  same('a mount that joins continues them', [
    client.prefetchQuery({ ...plain, queryFn: fetcher({ fail: 2 }), retry: 3, retryDelay: 100 }),
    advance(50),
    ...mount(),
    advance(1000),
  ]);
});
