import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutMachinePaths } from '../../scripts/build/engine.mjs';
import { root, run } from '../../scripts/command.mjs';

const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/**
 * Builds the engine's parsers without the cache behind them, as the package's own wasm is built.
 * @returns {Promise<string>} the module's file, absolute
 */
export async function buildParsers() {
  const made = join(target, 'bench', 'sse-ops.wasm');
  mkdirSync(join(target, 'bench'), { recursive: true });
  const what = ['--release', '--target', 'wasm32-unknown-unknown', '-p', 'bench-sse-ops'];
  await run('cargo', ['build', '--quiet', ...what], { env: withoutMachinePaths() });
  const compiled = join(target, 'wasm32-unknown-unknown', 'release', 'bench_sse_ops.wasm');
  await run('wasm-opt', [...wasmOptFlags(), compiled, '-o', made]);
  return made;
}

function wasmOptFlags() {
  const [, flags] = /^wasm-opt = (\[.*\])$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  return JSON.parse(flags);
}
