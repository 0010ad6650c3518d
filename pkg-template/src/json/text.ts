import { utf8 } from '../bridge/utf8';

let decoder: TextDecoder | undefined;

/** The value of a JSON text in UTF-8. Throws the SyntaxError of `JSON.parse`. */
export function parse(pieces: readonly Uint8Array[]): unknown {
  return JSON.parse(textOf(pieces));
}

/** The text, as `response.text()` reads it: without a byte order mark, and with U+FFFD for what isn't UTF-8. */
export function textOf(pieces: readonly Uint8Array[]): string {
  decoder ??= new (utf8().TextDecoder)();
  if (pieces.length === 1) {
    return decoder.decode(pieces[0]);
  }
  let text = '';
  for (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
