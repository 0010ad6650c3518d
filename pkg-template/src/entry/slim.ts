import { type EngineSource, isModule, setEngineSource } from '../bridge/instance';

export * from '../exports';

/**
 * Gives the engine to the package, once, before the first `new QueryClient()`: its bytes, the compiled module, or where to
 * fetch `ferroquery/engine.wasm`.
 */
export async function init(engine: EngineSource | Response | URL | string): Promise<void> {
  const given = await engine;
  let from: EngineSource;
  if (typeof given === 'string' || given instanceof URL) {
    from = await bytes(await fetch(given));
  } else if (typeof Response !== 'undefined' && given instanceof Response) {
    from = await bytes(given);
  } else {
    from = given as EngineSource;
  }
  const module = isModule(from) ? from : await WebAssembly.compile(from);
  setEngineSource(() => module);
}

async function bytes(response: Response): Promise<ArrayBuffer> {
  if (!response.ok) {
    throw new TypeError(`The engine could not be fetched: ${response.url} answered ${response.status}.`);
  }
  return response.arrayBuffer();
}
