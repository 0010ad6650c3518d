/** The bytes of a base64 text, by the host's own decoder where it has a fast one. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (native) {
    return native.call(Uint8Array, text);
  }
  const binary = atob(text);
  const { length } = binary;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    bytes[at] = binary.charCodeAt(at);
  }
  return bytes;
}
