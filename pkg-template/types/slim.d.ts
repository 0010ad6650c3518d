export * from './index.js';

/**
 * Gives the engine to the package; to be awaited once, before the first `new QueryClient()`.
 * @param engine - The bytes of `ferroquery/engine.wasm`, the compiled module, or where to fetch it.
 * @throws {TypeError} when the address can't be fetched
 * @throws {WebAssembly.CompileError} when the bytes are no wasm module, or the page's policy forbids to compile it
 * @example
 * ```ts
 * import { init, QueryClient } from 'ferroquery/slim'
 * import engineUrl from 'ferroquery/engine.wasm?url'
 *
 * await init(engineUrl)
 * const queryClient = new QueryClient()
 * ```
 */
export declare function init(
  engine: BufferSource | WebAssembly.Module | Response | Promise<Response> | URL | string,
): Promise<void>;
