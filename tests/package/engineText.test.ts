import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEngineText } from '../../pkg-template/src/engineText.ts';
import { engineText } from '../../scripts/build/engineText.mjs';

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);

test('bytes come back from their text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(decodeEngineText(engineText(bytes))).toEqual(bytes);
    }),
  );
  expect(decodeEngineText(engineText(all))).toEqual(all);
});

test('the text has nothing that a script would have to escape', () => {
  const { characters, prefixes, codes, text } = engineText(all);
  expect(characters + prefixes + codes + text).toMatch(/^[ -~]*$/);
  expect(characters + prefixes + text).not.toMatch(/["'`\\$<]/);
  expect(new Set(characters + prefixes).size).toBe(characters.length + prefixes.length);
});

test('frequent bytes take one character', () => {
  expect(engineText(new Uint8Array(1000).fill(200)).text).toHaveLength(1000);
});
