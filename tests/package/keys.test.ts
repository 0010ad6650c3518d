import { defineKeys, QueryClient, TTL } from 'ferroquery';
import { describe, expect, it } from 'vitest';

const keys = defineKeys({
  executive: {
    key: 'exec:dashboard:{workspaceId}:{timeframe}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}', 'exec'],
  },
  user: { key: 'user:{id}', ttl: TTL.SHORT },
  mixed: { key: 'v{version}:{id}', ttl: 0 },
  all: { key: 'all', ttl: Infinity },
});

describe('a key of a registry', () => {
  it('gives options', () => {
    expect(keys.executive({ workspaceId: 'w1', timeframe: '7d' })).toEqual({
      queryKey: ['exec', 'dashboard', 'w1', '7d'],
      staleTime: 1_800_000,
      tags: ['workspace:w1', 'exec'],
    });
    expect(keys.user({ id: 7 }).queryKey).toEqual(['user', 7]);
    expect(keys.mixed({ version: 2, id: true }).queryKey).toEqual(['v2', true]);
    expect(keys.all()).toEqual({ queryKey: ['all'], staleTime: Infinity, tags: [] });
  });

  it('gives patterns: what is given is literal, what is left out is anything', () => {
    expect(keys.executive.pattern({ workspaceId: 'w1' })).toBe('exec:dashboard:w1:*');
    expect(keys.executive.pattern()).toBe('exec:dashboard:*:*');
    expect(keys.executive.pattern({ workspaceId: 'a*?[b]\\^' })).toBe('exec:dashboard:a\\*\\?\\[b\\]\\\\^:*');
    expect(keys.executive.pattern({ workspaceId: 'w1', timeframe: undefined })).toBe('exec:dashboard:w1:*');
  });

  it.each(['*', 'a:b', '[x]', '\\', '', 'ü', '{id}', '^'])('finds its own query again for the value %j', (id) => {
    const client = new QueryClient();
    client.setQueryData(keys.user({ id }).queryKey, 1);
    client.setQueryData(['user', 'other'], 1);
    expect(client.getQueryCache().findAll({ pattern: keys.user.pattern({ id }) })).toHaveLength(1);
  });

  it.each([
    [{ workspaceId: 'w1' }, /needs the parameter "timeframe"/],
    [{ workspaceId: 'w1', timeframe: '7d', page: 1 }, /no parameter "page".*"workspaceId", "timeframe"/],
    [{ workspaceId: 'w1', timeframe: undefined }, /"timeframe" is undefined/],
    [{ workspaceId: null, timeframe: '7d' }, /"workspaceId" is null/],
    [{ workspaceId: {}, timeframe: '7d' }, /"workspaceId" is \{\}/],
    [{ workspaceId: Number.NaN, timeframe: '7d' }, /"workspaceId" is NaN/],
    [{ workspaceId: 1n, timeframe: '7d' }, /"workspaceId" is 1n/],
    [undefined, /needs the parameter "workspaceId"/],
    ['w1', /takes its parameters by name, not "w1"/],
    [null, /takes its parameters by name, not null/],
  ])('refuses the parameters %o', (params, message) => {
    const make = () => keys.executive(params as never);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(make).toThrow(/keys\.executive/);
  });

  it('isn’t fooled by names that every object has', () => {
    const odd = defineKeys({ odd: { key: 'x:{toString}', ttl: 0 } });
    expect(() => odd.odd({} as never)).toThrow(/needs the parameter "toString"/);
    expect(odd.odd.pattern()).toBe('x:*');
  });

  it('of an unknown parameter in a pattern is refused', () => {
    expect(() => keys.user.pattern({ name: 'x' } as never)).toThrow(/no parameter "name".*"id"/);
    expect(() => keys.all.pattern({ name: 'x' } as never)).toThrow(/it has none/);
  });
});

describe('a template', () => {
  const define = (template: unknown) => () => defineKeys({ broken: template as never });

  it.each([
    [{ key: 'a:{id', ttl: 1 }, /"a:\{id".*isn't closed/],
    [{ key: 'a:id}', ttl: 1 }, /without a \{/],
    [{ key: 'a:{}', ttl: 1 }, /placeholder \{\}/],
    [{ key: 'a:{x y}', ttl: 1 }, /placeholder \{x y\}/],
    [{ key: 'a:{x:y}', ttl: 1 }, /placeholder \{x:y\}/],
    [{ key: '', ttl: 1 }, /template of "broken" is ""/],
    [{ key: ['a'], ttl: 1 }, /is \["a"\]/],
    [{ key: 'a' }, /ttl of "broken" is undefined/],
    [{ key: 'a', ttl: -1 }, /is -1/],
    [{ key: 'a', ttl: Number.NaN }, /is NaN/],
    [{ key: 'a', ttl: '5m' }, /is "5m"/],
    [{ key: 'a', ttl: 1, tags: 'x' }, /tags of "broken" are "x"/],
    [{ key: 'a', ttl: 1, tags: [5] }, /tags of "broken" are \[5\]/],
    [{ key: 'a', ttl: 1, tags: ['x:{id'] }, /tag template of "broken".*isn't closed/],
    [undefined, /template of "broken" is undefined/],
    [null, /template of "broken" is null/],
  ])('like %o is refused by name', (template, message) => {
    expect(define(template)).toThrow(TypeError);
    expect(define(template)).toThrow(message);
  });
});
