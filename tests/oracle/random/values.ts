import fc from 'fast-check';
import { shared, update } from '../script/markers.js';

/** Arbitraries by weight: `weighted([[3, a], [1, b]])`. */
export function weighted<T>(list: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...list.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Some of the fields, at most `most`. */
export function some(
  fields: Record<string, fc.Arbitrary<unknown>>,
  most: number,
): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(fields);
  return fc
    .subarray(names, { maxLength: Math.min(most, names.length) })
    .chain((picked) => fc.record(Object.fromEntries(picked.map((name) => [name, fields[name]!]))));
}

/** One of a few values, made anew each time, so that equal ones are not the same. */
export const of = <T>(...values: T[]): fc.Arbitrary<T> =>
  fc
    .nat(values.length - 1)
    .map((index) => (values[index] instanceof Date ? values[index] : structuredClone(values[index]!)));

export type Keys = fc.Arbitrary<readonly unknown[]>;

/** Three keys, so that almost every step meets what another one did. */
export const narrow: Keys = of<readonly unknown[]>(['a'], ['a'], ['a', 1], ['b']);

/** Keys that hash alike, match in part, or look alike and do neither; some of them are no arrays, which types forbid. */
export const wide: Keys = weighted([
  [1, narrow],
  [
    3,
    of<readonly unknown[]>(
      ['a', 2],
      ['a', '1'],
      ['a', 1, 'deep'],
      ['a', { x: 1, y: 2 }],
      ['a', { y: 2, x: 1 }],
      ['a', { x: 1 }],
      ['a', { x: { z: [1] } }],
      ['a', { x: undefined }],
      ['a', {}],
      ['a', [1]],
      ['b', undefined],
      ['b', null],
      ['b', Number.NaN],
      ['b', true],
      [],
      'a' as never,
      { x: 1 } as never,
    ),
  ],
  [1, fc.constantFrom<readonly unknown[]>(['c', new Date(0)], ['c', new Date(1)], ['c', '1970-01-01T00:00:00.000Z'])],
]);

/** Data as a user sets it. */
export const data: fc.Arbitrary<unknown> = weighted<unknown>([
  [
    8,
    of<unknown>(
      { n: 1, part: { x: 1 } },
      { n: 2, part: { x: 1 } },
      { n: 1, part: { x: 2 }, rows: [{ id: 1 }] },
      [{ id: 0 }],
      [{ id: 0 }, { id: 1 }],
      1,
      0,
      '',
      null,
      false,
    ),
  ],
  [2, fc.constantFrom('one', 'two').map(shared)],
  [1, fc.constant(undefined)],
]);

export const dataOrUpdater: fc.Arbitrary<unknown> = weighted<unknown>([
  [4, data],
  [3, fc.constantFrom('increment', 'same', 'copy', 'none', 'raise').map((name) => update(name as never))],
]);

/** ms since the scenario's start, as absolute times. */
export const instant: fc.Arbitrary<number> = of(0, 1, 1735689600000, 1735689599000, 1735689590000, 1735689605000);

export const wait: fc.Arbitrary<number> = weighted([
  [10, of(1, 10, 20, 50, 100, 110)],
  [4, of(0, 7, 31, 500, 1000, 1010)],
  [2, of(5000, 10_000)],
  [1, of(60_000, 310_000)],
]);
