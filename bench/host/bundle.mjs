import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildParsers } from './parsers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bench = join(root, 'bench');

/**
 * Bundles the runner and, for each side, the cases with that side's library: its own copy of everything, so that no
 * call site in one sees the objects of the other. `<side>.lib.js` is the library alone, minified as an application
 * ships it.
 * @param {'node' | 'browser'} platform
 * @param {{ours: string, peer: string}} modules package names or paths
 * @param {string} outdir
 */
export async function bundle(platform, modules, outdir) {
  const parsers = await buildParsers();
  const common = {
    absWorkingDir: root,
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    format: 'esm',
    logLevel: 'error',
    jsx: 'automatic',
    loader: { '.wasm': 'binary' },
    outdir,
    platform,
    target: 'es2022',
  };
  const sides = Object.entries(modules).flatMap(([side, name]) => {
    // The adapter's core is the side's own.
    const alias = { 'bench-subject': subject(name), '@tanstack/query-core': queryCore(name), 'sse-ops.wasm': parsers };
    return [
      build({
        ...common,
        alias,
        define: { ...common.define, BENCH_SIDE: JSON.stringify(side) },
        entryPoints: { [side]: join(bench, 'side.ts') },
      }),
      build({
        ...common,
        alias,
        minify: true,
        entryPoints: undefined,
        outdir: undefined,
        outfile: join(outdir, `${side}.lib.js`),
        stdin: { contents: "export * from 'bench-subject';", resolveDir: root },
      }),
    ];
  });
  const runner = build({
    ...common,
    entryPoints: { runner: join(bench, 'runner/runner.ts'), child: join(bench, 'runner/child.ts') },
  });
  await Promise.all([...sides, runner]);
}

/** @param {string} name */
function queryCore(name) {
  const real = fileURLToPath(import.meta.resolve('@tanstack/query-core'));
  return name === '@tanstack/query-core' ? real : subject(name);
}

/** @param {string} name */
function subject(name) {
  return name.startsWith('.') || isAbsolute(name) ? resolve(name) : name;
}
