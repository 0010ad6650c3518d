import { describe } from 'vitest';
import { same } from '../same.js';
import { fetcher } from '../script/markers.js';
import { advance, client, observer } from '../script/steps.js';
import { mount, plain } from './mount.js';

describe('collection', () => {
  same('after gcTime, the longest wins', [
    client.prefetchQuery({ ...plain, gcTime: 100 }),
    ...mount({ gcTime: 1000 }),
    advance(10),
    observer.unsubscribe(0),
    advance(500),
    advance(1000),
  ]);
  same('gcTime 0 and Infinity', [
    client.fetchQuery({ ...plain, gcTime: 0 }),
    client.fetchQuery({ ...plain, queryKey: ['b'], gcTime: Number.POSITIVE_INFINITY }),
    advance(400_000),
  ]);
  same('waits for the fetch', [
    client.fetchQuery({ ...plain, queryFn: fetcher({ delay: 1000 }), gcTime: 10 }),
    advance(5000),
  ]);
});
