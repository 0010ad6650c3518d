import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromColumns, toColumns } from '../../pkg-template/src/memory/columns.js';

const thereAndBack = (value: unknown) => fromColumns(JSON.parse(JSON.stringify(toColumns(value))));

/** Also the order of names has to come back, and what is an own property. */
function expectSame(value: unknown): void {
  const back = thereAndBack(value);
  expect(JSON.stringify(back)).toBe(JSON.stringify(value));
  expect(isDeepStrictEqual(back, value)).toBe(true);
}

/** Names that mean something elsewhere among them, and few, so that objects are alike by chance. */
const name = fc.constantFrom('a', 'b', '0', '7', '__proto__', 'constructor', 'toJSON', 'length', '');
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, 0, 1.5, -7, 'x', '\ud800', 1, 2, 3),
    fc.array(tie('value'), { maxLength: 7 }),
    fc.dictionary(name, tie('value'), { maxKeys: 6 }),
    // Lists of alike objects and arrays, and objects of alike values.
    fc
      .tuple(
        fc.uniqueArray(name, { maxLength: 4 }),
        fc.array(fc.array(tie('value'), { minLength: 4, maxLength: 4 }), { maxLength: 6 }),
      )
      .map(([names, rows]) => rows.map((row) => Object.fromEntries(names.map((each, at) => [each, row[at]])))),
    fc
      .integer({ min: 0, max: 6 })
      .chain((width) => fc.array(fc.array(tie('value'), { minLength: width, maxLength: width }), { maxLength: 6 })),
  ),
}));

describe('columns', () => {
  it('give back any JSON as it was', () => {
    fc.assert(
      fc.property(json, (value) => expectSame(JSON.parse(JSON.stringify(value)))),
      { numRuns: 300 },
    );
  });

  it('give back lists of records, of pairs, tables of records, and what only nearly is one', () => {
    const records = Array.from({ length: 9 }, (_, i) => ({ id: i, of: { name: `n${i}`, tags: ['a', i] }, '3': null }));
    const pairs = Array.from({ length: 9 }, (_, i) => [i, i / 7]);
    const table = Object.fromEntries(records.map((record) => [`key ${record.id}`, record]));
    const values = [
      { records, pairs, table },
      [...records, null],
      [...records, { id: 1 }],
      [...records, { of: 1, id: 2, '3': 3 }],
      [...records, []],
      [...pairs, [1]],
      [...pairs, {}],
      [[], [], [], []],
      [{}, {}, {}, {}],
      [
        [[1], [2], [3], [4]],
        [[1], [2], [3], [4]],
        [[1], [2], [3], [4]],
        [[1], [2], [3], [4]],
      ],
      JSON.parse('[{"__proto__":1},{"__proto__":2},{"__proto__":3},{"__proto__":4}]'),
      JSON.parse('{"__proto__":{"a":1},"b":{"a":1},"c":{"a":1},"d":{"a":1}}'),
      [0, 1],
      [1, ['a'], [0, 1]],
      [3, ['a'], [0, 1]],
    ];
    for (const value of values) expectSame(value);
  });

  it('say names once', () => {
    const records = Array.from({ length: 100 }, (_, i) => ({ identifier: i, description: i }));
    const text = JSON.stringify(toColumns(records));
    expect(text.split('identifier')).toHaveLength(2);
    expect(text.length).toBeLessThan(JSON.stringify(records).length / 4);
  });
});
