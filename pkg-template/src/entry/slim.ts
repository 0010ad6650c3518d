import { type EngineSource, isModule, setEngineSource } from '../bridge/instance';

export * from '../exports';

/**
 * Gives the engine to the package, once, before the first `new QueryClient()`: its bytes, the compiled module, or where to
 * fetch `ferroquery/engine.wasm`.
 */
export async function init(engine: EngineSource | Response | URL | string): Promise<void> {
  const given = await engine;
  let module: WebAssembly.Module;
  if (typeof given === 'string' || given instanceof URL) {
    module = await compileAnswer(await fetch(given));
  } else if (typeof Response !== 'undefined' && given instanceof Response) {
    module = await compileAnswer(given);
  } else {
    const source = given as EngineSource;
    module = isModule(source) ? source : await WebAssembly.compile(source);
  }
  setEngineSource(() => module);
}

async function compileAnswer(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new TypeError(`The engine could not be fetched: ${response.url} answered ${response.status}.`);
  }
  // Compiled while it loads, and kept compiled by browsers that do that; they insist on the type.
  const isTyped = response.headers.get('content-type') === 'application/wasm';
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
