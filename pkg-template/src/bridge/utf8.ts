/** What the glue needs to pass texts. */
export interface Utf8 {
  TextDecoder: typeof TextDecoder;
  TextEncoder: typeof TextEncoder;
}

/** The host's UTF-8 codec. jsdom under Jest hides it, while the Node around it has one. */
export function utf8(): Utf8 {
  if (typeof TextDecoder === 'function' && typeof TextEncoder === 'function') {
    return globalThis;
  }
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Utf8 | undefined } };
  const util = process?.getBuiltinModule?.('node:util');
  if (!util) {
    throw new ReferenceError(
      'TextDecoder and TextEncoder are missing here. In a test environment, set them as globals in its setup file: both are in node:util.',
    );
  }
  return util;
}

let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

// Made when they are needed: to import the package needs neither.

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  encoder ??= new (utf8().TextEncoder)();
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** Throws a TypeError for what isn't UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new (utf8().TextDecoder)('utf-8', { fatal: true });
  return decoder.decode(bytes);
}
