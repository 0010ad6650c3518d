import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../command.mjs';
import { factoryFile, inlineWasmFile, wasmFile } from './engine.mjs';
import { BuildError } from './error.mjs';

const entries = join(root, 'pkg-template', 'src', 'entry');

/** What the entries say to the core beyond its public names, and what no entry passes on. */
const forEntries = ['isModule', 'setEngineSource'];

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
 * Bundles the package into `<pkg>/dist`: `core` holds all but the engine, as ESM and CommonJS. The entries are beside it and
 * differ in how they come to an engine: `index` carries it, `slim` leaves it to the caller to bring `engine.wasm`, and the
 * edge entries (ESM, as there is nothing else there) import it as a module.
 *
 * @param {string} pkg the package's folder, absolute
 */
export async function bundleEntries(pkg) {
  const dist = join(pkg, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const [format, extension] of [
    ['esm', 'js'],
    ['cjs', 'cjs'],
  ]) {
    const names = await bundle(dist, 'core', format, extension, [engineImports]);
    const core = coreImports(`./core.${extension}`, names);
    for (const name of ['index', 'slim']) await bundle(dist, name, format, extension, [engineImports, core]);
    await bundle(dist, 'live-react', format, extension, [peer('react')]);
    if (format === 'cjs') continue;
    // Two ways to say that a module is wanted, neither understood by the other's runtimes.
    await bundle(dist, 'edge', format, extension, [engineModule('./engine.wasm'), core]);
    await bundle(dist, 'edge', format, extension, [engineModule('./engine.wasm?module'), core], 'edge-light');
  }
  await bundle(dist, 'vite', 'esm', 'js', []);
  copyFileSync(wasmFile, join(dist, 'engine.wasm'));
}

/** @returns {Promise<string[]>} the names that the bundle exports; for CommonJS esbuild doesn't tell */
async function bundle(dist, name, format, extension, plugins, output = name) {
  const entry = join(entries, `${name}.ts`);
  if (!existsSync(entry)) throw new BuildError(`pkg-template/src/entry/${name}.ts is missing`);
  const outfile = join(dist, `${output}.${extension}`);
  const options = { ...compilation, entryPoints: [entry], plugins, logLevel: 'warning' };
  await build({ ...options, outfile, format, sourcemap: 'linked' });
  dropEngineSource(`${outfile}.map`);
  const { metafile } = await build({ ...options, outfile, format: 'esm', write: false, metafile: true });
  return Object.values(metafile.outputs)[0].exports;
}

/**
 * Leads an entry to the one core. Its names are spelled out, so that the entry doesn't pass on what is for entries only, and
 * Node can read from the text what a CommonJS entry exports.
 */
function coreImports(core, names) {
  const isPublic = (name) => !forEntries.includes(name);
  const texts = { exports: ownBindings(names.filter(isPublic), core), instance: ownBindings(forEntries, core) };
  return {
    name: 'core-imports',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^\.\.\/(exports|bridge\/instance)$/ }, ({ path }) => ({
        path: basename(path),
        namespace: 'core',
      }));
      esbuild.onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => ({ contents: texts[path] }));
      esbuild.onResolve({ filter: /.*/, namespace: 'core' }, ({ path }) => ({ path, external: true }));
    },
  };
}

/**
 * Names of another module as constants of this one. Passed on as they are, they would let a bundler (Turbopack) go to the core
 * past the entry, by way of a package without side effects, and the engine that the entry brings would be missing.
 */
function ownBindings(names, from) {
  const imports = names.map((name) => `${name} as its_${name}`);
  const constants = names.map((name) => `${name} = its_${name}`);
  return `import { ${imports.join(', ')} } from '${from}';\nexport const ${constants.join(', ')};\n`;
}

/** Leaves the import of the engine to the edge's own bundler. */
function engineModule(specifier) {
  return {
    name: 'engine-module',
    setup(esbuild) {
      esbuild.onResolve({ filter: /^#engine$/ }, () => ({ path: specifier, external: true }));
    },
  };
}

/** Leaves a peer dependency to the application. */
function peer(name) {
  return {
    name: 'peer',
    setup(esbuild) {
      esbuild.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, external: true }));
    },
  };
}

/** The engine is in the script already; the map's copy of it would only weigh. */
function dropEngineSource(mapFile) {
  const map = JSON.parse(readFileSync(mapFile, 'utf8'));
  const engine = map.sources.findIndex((source) => source.endsWith(basename(inlineWasmFile)));
  if (engine === -1) return;
  map.sourcesContent[engine] = '// The engine as text.\n';
  writeFileSync(mapFile, JSON.stringify(map));
}
