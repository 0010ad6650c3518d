/** The generated glue, evaluated anew by each call. scripts/build/engine.mjs makes it from wasm-pack's output. */
declare module '#glue' {
  /**
   * A fresh copy of the glue, without an instance: call its `initSync({ module })` or `default({ module_or_path })`
   * once, before its classes are used.
   */
  export function createGlue(): typeof import('../../../target/glue/engine.js');
}

/** The compiled engine, for the inline entry. */
declare module '#wasm' {
  /** Base64, standard alphabet, padded. */
  const engine: string;
  export default engine;
}
