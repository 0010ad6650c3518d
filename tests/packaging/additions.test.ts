import { describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript
import { withAdditions } from '../../scripts/build/types.mjs';

describe('additions to the declarations', () => {
  const list = [{ anchor: 'class A {\n', insert: "  b: import('#extras').B;\n" }];

  it('go in after their anchor, whichever file holds it', () => {
    const declarations = new Map([
      ['index.d.ts', 'export {};\n'],
      ['chunk.d.ts', 'class A {\n}\n'],
    ]);
    expect([...withAdditions(declarations, '.d.ts', list)]).toEqual([
      ['index.d.ts', 'export {};\n'],
      ['chunk.d.ts', "class A {\n  b: import('../extras.js').B;\n}\n"],
    ]);
  });

  it('lead to the CommonJS declarations from CommonJS declarations', () => {
    const [[, text]] = withAdditions(new Map([['a.d.cts', 'class A {\n}\n']]), '.d.cts', list);
    expect(text).toContain("import('../extras.cjs')");
  });

  it('fail the build when their anchor is gone', () => {
    expect(() => withAdditions(new Map([['a.d.ts', 'class A<T> {\n']]), '.d.ts', list)).toThrow(
      'query-core\'s .d.ts files have "class A {\\n" nowhere, not once',
    );
  });

  it('fail the build when their anchor is there twice', () => {
    const twice = new Map([
      ['a.d.ts', 'class A {\n}\n'],
      ['b.d.ts', 'class A {\n}\n'],
    ]);
    expect(() => withAdditions(twice, '.d.ts', list)).toThrow('2 times (a.d.ts, b.d.ts)');
  });
});
