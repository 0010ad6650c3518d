/** The generated glue, evaluated anew by each call. scripts/build/engine.mjs makes it from wasm-pack's output. */
declare module '#glue' {
  type Glue = typeof import('../../../target/glue/engine.js');

  /**
   * A fresh copy of the glue, without an instance: call its `initSync({ module })` or `default({ module_or_path })`
   * once, before its classes are used.
   */
  export function createGlue(codec?: import('./utf8').Utf8): Glue;

  /** The engine as wasm-bindgen exports it: one for each QueryCache. */
  export type Engine = InstanceType<Glue['Engine']>;
  /** A live connection: marks in one engine. */
  export type LiveClient = InstanceType<Glue['LiveClient']>;
  export type ShareClient = InstanceType<Glue['ShareClient']>;
  /** What it is configured with; `subscribe` are globs. */
  export interface LiveOptions {
    url: string;
    subscribe?: readonly string[];
    cursor?: string;
    credentials?: string;
    tabs?: boolean;
    scope?: string;
  }
}

/** The compiled engine, for the inline entry. */
declare module '#wasm' {
  const engine: import('../engineText').EngineText;
  export default engine;
}

/** The engine as a compiled module, for the edge entries. */
declare module '#engine' {
  const engine: WebAssembly.Module;
  export default engine;
}
