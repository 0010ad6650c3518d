import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { output, root, run, which } from '../command.mjs';
import { progress } from '../setup.mjs';
import { engineText } from './engineText.mjs';
import { BuildError } from './error.mjs';
import { contentHash, whenChanged } from './stamp.mjs';

const glue = join(root, 'target', 'glue');

/** The compiled engine, absolute. */
export const wasmFile = join(glue, 'engine_bg.wasm');
/** `export function createGlue()`: what TypeScript imports as `#glue`. */
export const factoryFile = join(glue, 'factory.js');
/** The engine as text (engineText.mjs), default export: what TypeScript imports as `#wasm`. */
export const inlineWasmFile = join(glue, 'wasm.js');

/** Compiles the engine with wasm-pack and wraps its glue, unless nothing changed. */
export async function buildEngine() {
  const hash = contentHash(
    ['src', 'Cargo.toml', 'Cargo.lock', 'scripts/build/engine.mjs', 'scripts/build/engineText.mjs'],
    output('rustc', ['-V']) ?? '',
  );
  const results = ['engine.d.ts', 'engine_bg.wasm', 'factory.js', 'wasm.js'].map((name) => `target/glue/${name}`);
  const ran = await whenChanged('engine', hash, results, async () => {
    if (!which('wasm-opt')) throw new BuildError('wasm-opt is missing in node_modules/.bin: run `npm ci`');
    progress('wasm-pack build (the first time it may build wasm-bindgen too, about 90 s)');
    const where = ['--out-dir', 'target/glue', '--out-name', 'engine', '--no-pack'];
    await run('wasm-pack', ['build', '--release', '--target', 'web', ...where], { env: withoutMachinePaths() });
    await writeFactory();
    writeFileSync(inlineWasmFile, `export default ${JSON.stringify(engineText(readFileSync(wasmFile)))};\n`);
  });
  if (!ran) progress('engine: unchanged');
}

/** The same bytes on every machine: panic messages carry the paths of the sources. */
export function withoutMachinePaths() {
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const flags = [`--remap-path-prefix=${cargoHome}=cargo`, `--remap-path-prefix=${root}=ferroquery`];
  return { CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') };
}

/**
 * The generated glue keeps its instance in module-level variables, and a module is evaluated once. As the body of a
 * function it can be evaluated again, so that a trapped instance is replaced by a fresh one. Its text codec is handed in:
 * where a test environment has none, the package knows another.
 */
async function writeFactory() {
  const bundle = await build({
    entryPoints: [join(glue, 'engine.js')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'glue',
    target: 'es2022',
    // Only the default init would look for the wasm file beside the script; the package always passes it in.
    define: { 'import.meta.url': 'undefined' },
  });
  writeFileSync(
    factoryFile,
    `export function createGlue({ TextDecoder, TextEncoder } = globalThis) {\n${bundle.outputFiles[0].text}return glue;\n}\n`,
  );
}
