/** What a body can come as: an answer of `fetch`, or its bytes. */
export type Body = Response | ArrayBuffer | ArrayBufferView;

/** The pieces of a body. Rejects with the signal's reason as soon as that aborts, and lets go of the stream. */
export async function readBody(body: Body, signal: AbortSignal | undefined): Promise<Uint8Array[]> {
  signal?.throwIfAborted();
  const reader = (body as Response).body?.getReader?.();
  if (!reader) {
    return [new Uint8Array(await (body as Response).arrayBuffer())];
  }
  const stop = () => void reader.cancel(signal!.reason).catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) {
        return pieces;
      }
      pieces.push(value);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The bytes, if they are there already: a view of them, not a copy. */
export function bytesOf(body: Body): Uint8Array | undefined {
  if (body instanceof Uint8Array) {
    return body;
  }
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  }
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]'
    ? new Uint8Array(body as ArrayBuffer)
    : undefined;
}
