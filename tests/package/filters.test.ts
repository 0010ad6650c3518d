import { matchQuery, QueryCache, QueryClient } from 'ferroquery';
import { beforeEach, describe, expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

let client: QueryClient;
let cache: QueryCache;
const keys = (filters: Parameters<QueryCache['findAll']>[0]) =>
  cache.findAll(filters).map((query) => query.queryKey.join(':'));

beforeEach(() => {
  cache = new QueryCache();
  client = new QueryClient({ queryCache: cache });
  client.setQueryDefaults(['exec'], { tags: ['workspace:w1', 'exec'] });
  client.setQueryDefaults(['user'], { tags: ['workspace:w1'] });
  for (const key of [
    ['exec', 'dashboard', 'w1', '7d'],
    ['exec', 'dashboard', 'w2', '7d'],
    ['user', 1],
    ['user', '2'],
    ['plain'],
  ]) {
    client.setQueryData(key, key.length);
  }
});

describe('pattern', () => {
  it('is a Redis glob over the parts joined by ":"', () => {
    expect(keys({ pattern: 'exec:dashboard:w1:*' })).toEqual(['exec:dashboard:w1:7d']);
    expect(keys({ pattern: '*' })).toHaveLength(5);
    expect(keys({ pattern: 'user:[12]' })).toEqual(['user:1', 'user:2']);
    expect(keys({ pattern: 'user:?' })).toEqual(['user:1', 'user:2']);
    expect(keys({ pattern: 'user:[^1]' })).toEqual(['user:2']);
    expect(keys({ pattern: 'user' })).toEqual([]);
    expect(keys({ pattern: '' })).toEqual([]);
  });

  it('doesn’t tell numbers from strings, which a query’s identity does', () => {
    client.setQueryData(['n', 1], 'number');
    client.setQueryData(['n', '1'], 'string');
    expect(client.getQueryData(['n', 1])).toBe('number');
    expect(client.getQueryData(['n', '1'])).toBe('string');
    expect(cache.findAll({ pattern: 'n:1' })).toHaveLength(2);
    expect(cache.findAll({ queryKey: ['n', 1] })).toHaveLength(1);
  });

  it('hits keys whose parts contain ":", and both of two keys with one backend key', () => {
    client.setQueryData(['a:b', 'c'], 1);
    client.setQueryData(['a', 'b:c'], 2);
    client.setQueryData(['a', 'b', 'c'], 3);
    expect(cache.findAll({ pattern: 'a:b:c' })).toHaveLength(3);
    expect(cache.findAll({ pattern: 'a:*c' })).toHaveLength(3);
    client.removeQueries({ queryKey: ['a:b'] });
    client.removeQueries({ queryKey: ['a', 'b:c'] });
    expect(cache.findAll({ pattern: 'a:*' }).map((query) => query.state.data)).toEqual([3]);
  });

  it('takes ten thousand stars in its stride', () => {
    client.setQueryData(['deep', 'a'.repeat(1000)], 1);
    const started = performance.now();
    expect(keys({ pattern: `${'*'.repeat(10_000)}7d` })).toHaveLength(2);
    expect(cache.findAll({ pattern: `deep:${'*a'.repeat(900)}*b` })).toHaveLength(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('sees bytes, not characters', () => {
    client.setQueryData(['ä'], 1);
    expect(keys({ pattern: '??' })).toEqual(['ä']);
    expect(keys({ pattern: 'ä' })).toEqual(['ä']);
  });

  it('passes over keys with objects and arrays', () => {
    client.setQueryData(['o', { a: 1 }], 1);
    client.setQueryData(['o', ['a']], 1);
    client.setQueryData(['o', null, 'x'], 1);
    expect(keys({ pattern: 'o:*' })).toEqual(['o::x']);
  });

  it('says what is wrong with one that isn’t a text', () => {
    expect(() => cache.findAll({ pattern: 5 as never })).toThrow(/pattern/);
    expect(() => cache.findAll({ pattern: null as never })).toThrow(/pattern/);
  });

  it('that is too long is an error that says so', () => {
    expect(() => cache.findAll({ pattern: 'a?'.repeat(200_000) })).toThrow(/bytes/);
  });

  it('that is undefined filters nothing', () => {
    expect(keys({ pattern: undefined, tags: undefined })).toHaveLength(5);
  });
});

describe('tags', () => {
  it('must all be carried', () => {
    expect(keys({ tags: ['workspace:w1'] })).toHaveLength(4);
    // Carrying one of them is enough.
    expect(keys({ tags: ['exec'] })).toEqual(['exec:dashboard:w1:7d', 'exec:dashboard:w2:7d']);
    expect(keys({ tags: ['exec', 'workspace:w1'] })).toEqual(keys({ tags: ['workspace:w1'] }));
    expect(keys({ tags: ['none', 'exec'] })).toEqual(keys({ tags: ['exec'] }));
    expect(keys({ tags: ['none'] })).toEqual([]);
    expect(keys({ tags: ['work'] })).toEqual([]);
  });

  it('without a name filter nothing', () => {
    expect(keys({ tags: [] })).toHaveLength(5);
    expect(keys({ tags: [], queryKey: ['user'] })).toHaveLength(2);
  });

  it('that aren’t a list of texts are an error that says so', () => {
    expect(() => cache.findAll({ tags: 'exec' as never })).toThrow(/tags/);
    expect(() => cache.findAll({ tags: [5] as never })).toThrow(/tags/);
  });

  it('with the separator of the boundary in them are refused', () => {
    client.setQueryDefaults(['odd'], { tags: ['a\u001fb'] });
    expect(() => client.setQueryData(['odd'], 1)).toThrow(/tags must be strings without control characters/);
  });
});

describe('filters together mean "and"', () => {
  it('pattern, tags, queryKey and predicate', () => {
    expect(keys({ pattern: '*:7d', queryKey: ['exec'] })).toHaveLength(2);
    expect(keys({ pattern: '*w1*', queryKey: ['exec'], tags: ['exec'] })).toEqual(['exec:dashboard:w1:7d']);
    expect(keys({ pattern: '*w1*', queryKey: ['user'] })).toEqual([]);
    expect(keys({ pattern: 'user:*', predicate: (query) => query.queryKey[1] === 1 })).toEqual(['user:1']);
    expect(keys({ tags: ['workspace:w1'], queryKey: ['user', 1], exact: true })).toEqual(['user:1']);
    expect(keys({ queryKey: ['nowhere'], pattern: '*' })).toEqual([]);
    expect(keys({ queryKey: ['nowhere'], tags: ['exec'] })).toEqual([]);
  });

  it('type, stale and fetch status', async () => {
    const { stop } = watch(client, ['user', 1], { staleTime: Infinity });
    await settle();
    expect(keys({ pattern: 'user:*', type: 'active' })).toEqual(['user:1']);
    expect(keys({ pattern: 'user:*', type: 'inactive' })).toEqual(['user:2']);
    client.invalidateQueries({ queryKey: ['user', '2'] });
    expect(keys({ pattern: 'user:*', stale: true })).toEqual(['user:2']);
    expect(keys({ pattern: 'user:*', stale: false, tags: ['workspace:w1'] })).toEqual(['user:1']);
    expect(keys({ pattern: 'user:*', fetchStatus: 'fetching' })).toEqual([]);
    stop();
  });

  it('results come in insertion order', () => {
    client.removeQueries({ queryKey: ['exec', 'dashboard', 'w1'] });
    client.setQueryData(['exec', 'dashboard', 'w1', '7d'], 1);
    expect(keys({ pattern: 'exec:*' })).toEqual(['exec:dashboard:w2:7d', 'exec:dashboard:w1:7d']);
    expect(keys({ tags: ['exec'] })).toEqual(['exec:dashboard:w2:7d', 'exec:dashboard:w1:7d']);
  });
});

describe('each method takes them', () => {
  it('invalidateQueries and refetchQueries', async () => {
    const [one, two] = [watch(client, ['user', 1]), watch(client, ['user', '2'])];
    await settle();
    const before = [one.fetches(), two.fetches()];
    await client.invalidateQueries({ pattern: 'user:1' });
    expect([one.fetches(), two.fetches()]).toEqual([before[0]! + 1, before[1]]);
    await client.refetchQueries({ tags: ['workspace:w1'], pattern: '*:2' });
    expect([one.fetches(), two.fetches()]).toEqual([before[0]! + 1, before[1]! + 1]);
  });

  it('removeQueries', () => {
    client.removeQueries({ tags: ['exec'], pattern: '*:w1:*' });
    expect(keys({})).toEqual(['exec:dashboard:w2:7d', 'user:1', 'user:2', 'plain']);
  });

  it('resetQueries', async () => {
    await client.resetQueries({ pattern: 'user:*' });
    expect(client.getQueryData(['user', 1])).toBeUndefined();
    expect(client.getQueryData(['plain'])).toBe(1);
  });

  it('cancelQueries and isFetching', async () => {
    const never = () => new Promise<number>(() => {});
    client.prefetchQuery({ queryKey: ['user', 3], queryFn: never });
    client.prefetchQuery({ queryKey: ['plain', 3], queryFn: never });
    expect(client.isFetching({ pattern: 'user:*' })).toBe(1);
    expect(client.isFetching({ tags: ['workspace:w1'] })).toBe(1);
    expect(client.isFetching()).toBe(2);
    await client.cancelQueries({ pattern: 'user:*' });
    expect(client.isFetching()).toBe(1);
    expect(client.isFetching({ pattern: 'plain:*' })).toBe(1);
  });

  it('getQueriesData and setQueriesData', () => {
    expect(client.getQueriesData({ pattern: 'user:*' })).toEqual([
      [['user', 1], 2],
      [['user', '2'], 2],
    ]);
    client.setQueriesData<number>({ pattern: 'user:*', tags: ['workspace:w1'] }, (data) => (data ?? 0) + 1);
    expect(client.getQueriesData({ pattern: 'user:*' }).map(([, data]) => data)).toEqual([3, 3]);
    expect(client.getQueryData(['plain'])).toBe(1);
  });

  it('find, and matchQuery', () => {
    expect(cache.find({ queryKey: ['user', 1], pattern: 'user:*' })?.queryKey).toEqual(['user', 1]);
    expect(cache.find({ queryKey: ['user', 1], pattern: 'exec:*' })).toBeUndefined();
    const query = cache.find({ queryKey: ['user', 1] })!;
    expect(matchQuery({ pattern: 'user:*' }, query)).toBe(true);
    expect(matchQuery({ pattern: 'exec:*' }, query)).toBe(false);
    expect(matchQuery({ tags: ['workspace:w1'], type: 'inactive' }, query)).toBe(true);
    expect(matchQuery({ tags: ['exec'] }, query)).toBe(false);
  });
});
