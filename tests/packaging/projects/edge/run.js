// Bundles the worker as wrangler does, with the wasm as a module of its own, and asks it once in workerd.
import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['worker.js'],
  outfile: 'dist/worker.js',
  bundle: true,
  format: 'esm',
  conditions: ['workerd', 'worker', 'browser'],
  loader: { '.wasm': 'copy' },
  assetNames: '[name]',
});
const worker = new Miniflare({
  rootPath: join(import.meta.dirname, 'dist'),
  scriptPath: 'worker.js',
  modules: true,
  modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
  compatibilityDate: '2026-04-01',
});
try {
  const response = await worker.dispatchFetch('http://localhost/');
  console.log(await response.text());
} finally {
  await worker.dispose();
}
