import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonSafe } from '../../pkg-template/src/memory/jsonSafe.js';

class Point {
  x = 1;
}

const cycle: Record<string, unknown> = { a: 1 };
cycle['self'] = cycle;
const deep = (levels: number) => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};
/** Each level refers twice to the next: 2^40 parts in forty objects. */
const doubling = () => {
  let value: unknown = 1;
  for (let i = 0; i < 40; i++) value = [value, value];
  return value;
};

const unsafe: Record<string, unknown> = {
  undefined: undefined,
  'undefined in an object': { a: undefined },
  'undefined in an array': [undefined],
  NaN: [Number.NaN],
  infinity: { a: Number.POSITIVE_INFINITY },
  '-0': { a: -0 },
  bigint: 1n,
  symbol: Symbol('s'),
  'a symbol as a name': { [Symbol('s')]: 1 },
  function: { f() {} },
  Date: { at: new Date(0) },
  Map: new Map([[1, 2]]),
  Set: new Set([1]),
  RegExp: /a/,
  'typed array': new Uint8Array(2),
  Promise: Promise.resolve(1),
  'class instance': new Point(),
  'subclass of Array': class extends Array {}.from([1]),
  'no prototype': Object.create(null),
  'wrapped number': Object(1),
  'array with holes': Object.assign([1], { length: 3 }),
  'array with a name': Object.assign([1], { page: 2 }),
  getter: {
    get a() {
      return 1;
    },
  },
  'hidden property': Object.defineProperty({ a: 1 }, 'b', { value: 2 }),
  toJSON: { a: 1, toJSON: () => 2 },
  cycle,
  'too deep': deep(5_000),
  'references that multiply': doubling(),
};

describe('isJsonSafe', () => {
  it.each(Object.keys(unsafe))('refuses %s', (name) => {
    expect(isJsonSafe(unsafe[name])).toBe(false);
  });

  it('takes what JSON.parse makes, whatever its names and texts', () => {
    const hard = JSON.parse('{"__proto__":{"a":1},"constructor":[],"":"\\ud800","toJSON":1,"n":[1e308,-1.5,0]}');
    expect(isJsonSafe(hard)).toBe(true);
    expect(JSON.parse(JSON.stringify(hard))).toEqual(hard);
    expect(isJsonSafe(deep(400))).toBe(true);
    fc.assert(fc.property(fc.json(), (text) => isJsonSafe(JSON.parse(text))));
  });

  it('never takes what comes back otherwise', () => {
    const anything = fc.anything({ withDate: true, withMap: true, withSparseArray: true, withNullPrototype: true });
    fc.assert(
      fc.property(anything, (value) => {
        if (isJsonSafe(value)) {
          expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes nothing while something else decides what JSON says', () => {
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 1, configurable: true });
    try {
      expect(isJsonSafe({})).toBe(false);
    } finally {
      delete (Object.prototype as { toJSON?: unknown }).toJSON;
    }
  });
});
