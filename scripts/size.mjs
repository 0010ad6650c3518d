import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { root, runMain } from './command.mjs';
import { setupBuild } from './setup.mjs';

await runMain(async () => {
  await setupBuild();
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
  const dist = (name) => readFileSync(join(root, 'pkg', 'dist', name));
  const queryCore = await bundleQueryCore();
  const rows = [
    ['ferroquery (index.js, engine inside, + core.js)', [dist('index.js'), dist('core.js')]],
    ['ferroquery/slim (slim.js + core.js + engine.wasm)', [dist('slim.js'), dist('core.js'), dist('engine.wasm')]],
    ['  core.js', [dist('core.js')]],
    ['    minified by the application', [await minified(dist('core.js'))]],
    ['  engine.wasm', [dist('engine.wasm')]],
    [`@tanstack/query-core ${queryCoreVersion()}`, [queryCore]],
    ['    minified by the application', [await minified(queryCore)]],
  ];
  printTable(rows.map(([name, files]) => ({ name, ...sizes(files) })));
});

function queryCoreVersion() {
  const file = join(root, 'node_modules', '@tanstack', 'query-core', 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}

/** query-core as one module, compiled as our entries are. */
async function bundleQueryCore() {
  const { build } = await import('esbuild');
  const { compilation } = await import('./build/bundle.mjs');
  const { outputFiles } = await build({
    ...compilation,
    stdin: { contents: "export * from '@tanstack/query-core';", resolveDir: root },
    format: 'esm',
    write: false,
  });
  return outputFiles[0].contents;
}

/** What an application's bundler makes of a module of which everything is used: identifiers are shortened too. */
async function minified(code) {
  const { transform } = await import('esbuild');
  const { compilation } = await import('./build/bundle.mjs');
  const { code: result } = await transform(code, { target: compilation.target, format: 'esm', minify: true });
  return Buffer.from(result);
}

/** Bytes as they are, and as a server would send them; separate files are compressed separately. */
function sizes(files) {
  const sum = (size) => files.reduce((total, file) => total + size(file), 0);
  return {
    raw: sum((file) => file.length),
    gzip: sum((file) => gzipSync(file, { level: 9 }).length),
    brotli: sum((file) => brotliCompressSync(file).length),
  };
}

function printTable(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const cells = (...values) => values.map((value) => String(value).padStart(10)).join('');
  console.log(`\n${'bytes'.padEnd(width)}${cells('raw', 'gzip', 'brotli')}`);
  for (const { name, raw, gzip, brotli } of rows) console.log(`${name.padEnd(width)}${cells(raw, gzip, brotli)}`);
}
