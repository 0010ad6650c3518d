import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../command.mjs';
import { factoryFile, inlineWasmFile, wasmFile } from './engine.mjs';
import { BuildError } from './error.mjs';

const entries = join(root, 'pkg-template', 'src', 'entry');

/** How every entry is compiled; `npm run size` compiles query-core the same way. */
export const compilation = {
  bundle: true,
  target: 'es2022',
  platform: 'neutral',
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay: `constructor.name` shows up in devtools, logs and error reports. `keepNames` would keep them through minified
  // identifiers, but names every closure again each time it is made, on hot paths too.
  minifyIdentifiers: false,
  legalComments: 'none',
};

/** Resolves `#glue` and `#wasm`, the two specifiers by which the package's source names the compiled engine. */
export const engineImports = {
  name: 'engine-imports',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^#glue$/ }, () => ({ path: factoryFile }));
    esbuild.onResolve({ filter: /^#wasm$/ }, () => ({ path: inlineWasmFile }));
  },
};

/**
 * Bundles the entries into `<pkg>/dist`: `index` carries the engine and comes as ESM and CommonJS too,
 * `slim` leaves it to the caller to bring `engine.wasm`.
 *
 * @param {string} pkg the package's folder, absolute
 */
export async function bundleEntries(pkg) {
  const dist = join(pkg, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const name of ['index', 'slim']) {
    const entry = join(entries, `${name}.ts`);
    if (!existsSync(entry)) throw new BuildError(`pkg-template/src/entry/${name}.ts is missing`);
    for (const [format, extension] of [
      ['esm', 'js'],
      ['cjs', 'cjs'],
    ]) {
      const outfile = join(dist, `${name}.${extension}`);
      await build({
        ...compilation,
        entryPoints: [entry],
        outfile,
        format,
        sourcemap: 'linked',
        plugins: [engineImports],
        logLevel: 'warning',
      });
      dropEngineSource(`${outfile}.map`);
    }
  }
  copyFileSync(wasmFile, join(dist, 'engine.wasm'));
}

/** The engine is in the script already; the map's copy of it would only weigh. */
function dropEngineSource(mapFile) {
  const map = JSON.parse(readFileSync(mapFile, 'utf8'));
  const engine = map.sources.findIndex((source) => source.endsWith(basename(inlineWasmFile)));
  if (engine === -1) return;
  map.sourcesContent[engine] = null;
  writeFileSync(mapFile, JSON.stringify(map));
}
