/** Bytes as ASCII text, as the build writes them (scripts/build/engineText.mjs). */
export interface EngineText {
  /** The characters that stand for a byte. */
  readonly characters: string;
  /** What stands before the character of a byte that is less frequent. */
  readonly prefixes: string;
  /** All bytes in the order of their characters, in hexadecimal. */
  readonly codes: string;
  readonly text: string;
}

/** The bytes of such a text. */
export function decodeEngineText({ characters, prefixes, codes, text }: EngineText): Uint8Array<ArrayBuffer> {
  const byteOf = Uint8Array.from({ length: 256 }, (_, code) =>
    Number.parseInt(codes.slice(2 * code, 2 * code + 2), 16),
  );
  const codeOf = new Uint8Array(128);
  const isPrefix = new Uint8Array(128);
  [...characters].forEach((character, at) => {
    codeOf[character.charCodeAt(0)] = at;
  });
  [...prefixes].forEach((prefix, at) => {
    codeOf[prefix.charCodeAt(0)] = (at + 1) * characters.length;
    isPrefix[prefix.charCodeAt(0)] = 1;
  });
  const { length } = text;
  const bytes = new Uint8Array(length);
  let count = 0;
  for (let at = 0; at < length; at++) {
    const character = text.charCodeAt(at);
    const code = codeOf[character]! + (isPrefix[character] ? codeOf[text.charCodeAt(++at)]! : 0);
    bytes[count++] = byteOf[code]!;
  }
  return bytes.slice(0, count);
}
