// Printable, and nothing that a string, a template or an inline script would have to escape.
const CHARACTERS = ' !#%&()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz';
const PREFIXES = '{|}~';

/**
 * Bytes as ASCII text: the most frequent ones take one character, all others a prefix and one more. Unlike in base64 a byte
 * always looks the same, wherever it stands: a compressor finds in the text what it would find in the bytes, and the text is
 * shorter (docs/size.md).
 *
 * @param {Uint8Array} bytes
 * @returns what `decodeEngineText` takes: `codes` are all bytes, in the order of their characters, in hexadecimal
 */
export function engineText(bytes) {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]++;
  const byFrequency = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  const words = [];
  byFrequency.forEach((byte, code) => {
    const character = CHARACTERS[code % CHARACTERS.length];
    words[byte] = code < CHARACTERS.length ? character : prefixOf(code) + character;
  });
  const text = Array.from(bytes, (byte) => words[byte]).join('');
  return { characters: CHARACTERS, prefixes: PREFIXES, codes: Buffer.from(byFrequency).toString('hex'), text };
}

function prefixOf(code) {
  return PREFIXES[Math.floor(code / CHARACTERS.length) - 1];
}
