/**
 * The engine for `ferroquery/slim`: its address, its bytes or the compiled module, whichever the bundler makes of a `.wasm`
 * file. `init` takes all of them.
 */
declare const engine: BufferSource | WebAssembly.Module | string;
export default engine;
