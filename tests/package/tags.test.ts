import { QueryClient } from 'ferroquery';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { settle, watch } from './watch.js';

behaveAsPage();

let client: QueryClient;
const tagged = (...tags: string[]) =>
  client
    .getQueryCache()
    .findAll({ tags })
    .map((query) => query.queryKey[0]);
beforeEach(() => {
  client = new QueryClient();
});

describe('tags', () => {
  it('are a list', async () => {
    await client.fetchQuery({ queryKey: ['posts'], queryFn: () => 1, tags: ['post', 'list', 'post'] });
    expect(tagged('post')).toEqual(['posts']);
    expect(tagged('post', 'list')).toEqual(['posts']);
    client.clear();
    expect(tagged('post')).toEqual([]);
  });

  it('are a function of the data, and follow it', async () => {
    let authors = ['a1', 'a2'];
    const options = {
      queryKey: ['posts'],
      queryFn: () => authors,
      tags: (data: string[]) => data.map((author) => `author:${author}`),
    };
    await client.fetchQuery(options);
    expect(tagged('author:a1')).toEqual(['posts']);
    authors = ['a2', 'a3'];
    await client.fetchQuery(options);
    expect([tagged('author:a1'), tagged('author:a2'), tagged('author:a3')]).toEqual([[], ['posts'], ['posts']]);
    client.setQueryData(['posts'], ['a4']);
    expect([tagged('author:a3'), tagged('author:a4')]).toEqual([[], ['posts']]);
    await client.resetQueries({ queryKey: ['posts'] });
    expect(tagged('author:a4')).toEqual([]);
  });

  it('of initial data are there at once', () => {
    const { stop } = watch(client, ['posts'], { initialData: ['a1'], tags: (data: string[]) => data, enabled: false });
    expect(tagged('a1')).toEqual(['posts']);
    stop();
  });

  it('change with the options', () => {
    const { observer, stop } = watch(client, ['posts'], { tags: ['one'], enabled: false });
    expect(tagged('one')).toEqual(['posts']);
    observer.setOptions({ queryKey: ['posts'], enabled: false, tags: ['two'] });
    expect([tagged('one'), tagged('two')]).toEqual([[], ['posts']]);
    // Options that say nothing of tags, as those of another component with the same key, leave them.
    observer.setOptions({ queryKey: ['posts'], enabled: false });
    expect(tagged('two')).toEqual(['posts']);
    observer.setOptions({ queryKey: ['posts'], enabled: false, tags: [] });
    expect(tagged('two')).toEqual([]);
    stop();
  });

  it('are those of a function that comes later, for the data that is there', () => {
    client.setQueryData(['posts'], ['a1']);
    const { observer, stop } = watch(client, ['posts'], { enabled: false });
    expect(tagged('a1')).toEqual([]);
    const tags = vi.fn((data: string[]) => data);
    observer.setOptions({ queryKey: ['posts'], enabled: false, tags });
    expect(tagged('a1')).toEqual(['posts']);
    observer.setOptions({ queryKey: ['posts'], enabled: false, tags });
    expect(tags).toHaveBeenCalledTimes(1);
    observer.setOptions({ queryKey: ['posts'], enabled: false, tags: (data: string[]) => data.map((it) => `${it}!`) });
    expect([tagged('a1'), tagged('a1!')]).toEqual([[], ['posts']]);
    stop();
  });

  it('go back with the data when a fetch is cancelled', async () => {
    const options = {
      queryKey: ['posts'],
      queryFn: () => settle(5).then(() => ['a2']),
      tags: (data: string[]) => data,
    };
    client.setQueryData(['posts'], ['a1']);
    client.fetchQuery(options).catch(() => {});
    client
      .getQueryCache()
      .find({ queryKey: ['posts'] })!
      .setState({ data: ['seen early'] });
    expect([tagged('a1'), tagged('seen early')]).toEqual([[], ['posts']]);
    await client.cancelQueries({ queryKey: ['posts'] });
    expect(client.getQueryData(['posts'])).toEqual(['a1']);
    expect([tagged('a1'), tagged('seen early')]).toEqual([['posts'], []]);
  });

  it('that throw fail the fetch, and say so', async () => {
    const tags = () => {
      throw new Error('no tags');
    };
    await expect(client.fetchQuery({ queryKey: ['posts'], queryFn: () => 1, tags })).rejects.toThrow('no tags');
  });

  it('let a mounted query be invalidated', async () => {
    const { fetches, stop } = watch(client, ['posts'], { tags: ['post'] });
    await settle();
    await client.invalidateQueries({ tags: ['post'] });
    expect(fetches()).toBe(2);
    stop();
  });

  it('of many queries are found in insertion order', () => {
    client.setQueryDefaults([], { tags: ['all'] });
    for (let i = 0; i < 1000; i++) {
      client.setQueryData([i], i);
    }
    client.removeQueries({ predicate: (query) => (query.queryKey[0] as number) % 3 === 0 });
    expect(tagged('all')).toEqual(Array.from({ length: 1000 }, (_, i) => i).filter((i) => i % 3 !== 0));
  });
});
