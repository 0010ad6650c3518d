import { QueryClient, type Rules } from 'ferroquery';
import { describe, expect, it } from 'vitest';

const message = (rules: unknown): string => {
  try {
    new QueryClient({ rules: rules as Rules });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('the rules were accepted');
};

describe('rules', () => {
  it('name an event without a rule', () => {
    expect(message({ a: [{ event: 'b' }] })).toMatch(/"a".*"b" has no rule/);
  });

  it('name a cycle as a path', () => {
    expect(message({ x: [], a: [{ event: 'b' }], b: ['g:*', { event: 'c' }], c: [{ event: 'a' }] })).toContain(
      'a → b → c → a',
    );
    expect(message({ a: [{ event: 'a' }] })).toContain('a → a');
  });

  it('name a brace that isn’t closed, and an empty placeholder', () => {
    expect(message({ a: ['x:{id'] })).toMatch(/"a".*"x:\{id".*close the placeholder/);
    expect(message({ a: ['x:{}'] })).toMatch(/"a".*"x:\{\}".*name a field/);
    expect(message({ a: ['x:[{id}]'] })).toMatch(/"a".*move it out/);
  });

  it.each([
    [{ a: [5] }],
    [{ a: [null] }],
    [{ a: [{ key: ['x'] }] }],
    [{ a: [{ tag: 5 }] }],
    [{ a: [{ event: 'b', args: { id: 5 } }], b: [] }],
    [{ a: 'x:*' }],
    [{ a: undefined }],
    [{ a: [() => 'x:*'] }],
    [{ a: [1n] }],
  ])('say what is wrong with %o, and how to mend it', (rules) => {
    expect(message(rules)).toMatch(/"a"/);
    expect(message(rules)).toMatch(/give|write|list/);
  });

  it('that aren’t an object are refused', () => {
    expect(message([['a', []]])).toMatch(/rules/);
    expect(message('a')).toMatch(/rules/);
  });

  it('take a thousand events in a chain', () => {
    const rules: Record<string, Rules[string]> = { e1000: ['x:*'] };
    for (let i = 0; i < 1000; i++) {
      rules[`e${i}`] = [{ event: `e${i + 1}` }];
    }
    const client = new QueryClient({ rules });
    client.setQueryData(['x', 1], 1);
    client.emit('e0');
    expect(client.getQueryState(['x', 1])?.isInvalidated).toBe(true);
  });
});
