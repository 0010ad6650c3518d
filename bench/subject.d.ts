/**
 * The library under measurement. The bundler points this name at ours for one bundle and at the peer for the other,
 * so that each side has its own copy of the cases and no call site sees the objects of both.
 */
declare module 'bench-subject' {
  export * from '@tanstack/query-core';
}

/** Which side a bundle is; only for cases that ask for the same thing in two ways. Defined by the bundler. */
declare const BENCH_SIDE: 'ours' | 'peer';

/** The engine's parsers alone: bench/sse-ops. */
declare module 'sse-ops.wasm' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
