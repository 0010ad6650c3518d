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
