import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { root, run } from '../command.mjs';
import { progress } from '../setup.mjs';
import { BuildError } from './error.mjs';

const home = join(root, 'adapters');
const modules = join(home, 'node_modules');

/**
 * The official adapters that come along, by the name of their entry (`ferroquery/react`). `folder` is what is published
 * of them, less the folders `without`; `vendored` are the modules that they import and that are neither a framework nor query-core: these come along too,
 * bundled from an entry, or copied. `peers` are the frameworks, which the application brings.
 *
 * @typedef {string | { js: string, cjs: string }} Vendored
 * @type {ReadonlyArray<{ entry: string, from: string, folder: string, without?: string[], peers: string[], vendored?: Record<string, Vendored> }>}
 */
export const adapters = [
  { entry: 'react', from: '@tanstack/react-query', folder: 'build/modern', peers: ['react'] },
  {
    entry: 'vue',
    from: '@tanstack/vue-query',
    folder: 'build/modern',
    peers: ['vue'],
    vendored: {
      '@tanstack/match-sorter-utils': '@tanstack/match-sorter-utils',
      '@vue/devtools-api': '@vue/devtools-api/lib/esm/index.js',
      // What an install script would choose for Vue 3. As it is: `export *` of an outside module doesn't survive bundling.
      'vue-demi': { js: 'vue-demi/lib/v3/index.mjs', cjs: 'vue-demi/lib/v3/index.cjs' },
    },
  },
  { entry: 'solid', from: '@tanstack/solid-query', folder: 'build', peers: ['solid-js'] },
  { entry: 'svelte', from: '@tanstack/svelte-query', folder: 'dist', peers: ['svelte'] },
  { entry: 'preact', from: '@tanstack/preact-query', folder: 'build/modern', peers: ['preact'] },
  { entry: 'lit', from: '@tanstack/lit-query', folder: 'build/modern', peers: ['@lit/context', 'lit'] },
  {
    entry: 'angular',
    from: '@tanstack/angular-query-experimental',
    folder: 'dist',
    // They bring the devtools, which are another package.
    without: ['devtools', 'devtools-panel'],
    peers: ['@angular/core'],
  },
];

/** Installs the adapters, unless they are there. They have a lock of their own: nothing else here depends on them. */
export async function installAdapters() {
  const lock = createHash('sha256')
    .update(readFileSync(join(home, 'package-lock.json')))
    .digest('hex');
  const stamp = join(modules, '.lock-sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  progress('npm ci in adapters/');
  // Without the frameworks, which are the adapters' peers: nothing of them is built in.
  const flags = ['--legacy-peer-deps', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['ci', ...flags], { cwd: home });
  writeFileSync(stamp, lock);
}

/**
 * Writes each adapter to `<dist>/<entry>`: its files as they are published, types included, with the imports of query-core
 * leading to ferroquery. Files aren't bundled: `'use client'` and Svelte's runes hold for one file each.
 *
 * @param {string} dist the package's folder for scripts, absolute
 * @throws {BuildError} when a published file imports something that wouldn't be there
 */
export async function writeAdapters(dist) {
  for (const adapter of adapters) {
    const target = join(dist, adapter.entry);
    const source = join(modules, adapter.from);
    copyPublished(join(source, adapter.folder), target, adapter);
    copyFileSync(join(source, 'LICENSE'), join(target, 'LICENSE'));
    await vendor(target, adapter);
  }
}

function copyPublished(source, target, adapter) {
  const { without = [] } = adapter;
  const paths = readdirSync(source, { recursive: true, withFileTypes: true })
    // The maps lead to sources that are not in our package.
    .filter((file) => file.isFile() && !file.name.endsWith('.map'))
    .map((file) => relative(source, join(file.parentPath, file.name)))
    .filter((path) => !without.includes(path.split('/')[0]));
  if (paths.length === 0) throw new BuildError(`no files in ${source}: run \`npm ci\` in adapters/`);
  for (const path of paths) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), withOurImports(readFileSync(join(source, path), 'utf8'), path, adapter));
  }
}

/**
 * A published file with its specifiers led to what is in our package.
 *
 * @param {string} text
 * @param {string} path the file's, relative to the adapter's folder
 * @param {{ entry: string, from: string, vendored?: Record<string, Vendored> }} adapter
 * @returns {string}
 */
export function withOurImports(text, path, { entry, from, vendored = {} }) {
  const isDeclaration = /\.d\.[cm]?ts$/.test(path);
  const toVendored = (name) => {
    // Vue 2 is out of reach, so that vue-demi's types are Vue's.
    if (isDeclaration && name === 'vue-demi') return 'vue';
    const up = '../'.repeat(path.split('/').length - 1) || './';
    return `${up}vendor/${vendorFile(name)}${path.endsWith('.cjs') ? '.cjs' : '.js'}`;
  };
  // Node's rules know no X.svelte.d.ts for X.svelte, but for X.svelte.js.
  const resolvable = isDeclaration ? text.replaceAll(/(from '\.[^']*\.svelte)'/g, "$1.js'") : text;
  return resolvable
    .replaceAll(/(['"])([@\w][\w./-]*)\1/g, (whole, quote, name) => {
      if (name === '@tanstack/query-core') return `${quote}ferroquery${quote}`;
      if (name === from) return `${quote}ferroquery/${entry}${quote}`;
      return name in vendored ? quote + toVendored(name) + quote : whole;
    })
    .replace(/\n*\/\/# sourceMappingURL=\S+\s*$/, '\n');
}

const vendorFile = (name) => name.replace('@', '').replaceAll('/', '-');

async function vendor(target, { vendored = {} }) {
  const names = Object.keys(vendored);
  if (names.length === 0) return;
  mkdirSync(join(target, 'vendor'));
  for (const name of names) {
    for (const extension of ['js', 'cjs']) {
      const file = join(target, 'vendor', `${vendorFile(name)}.${extension}`);
      if (typeof vendored[name] === 'string') await bundleVendored(vendored[name], file, extension);
      else copyFileSync(join(modules, vendored[name][extension]), file);
    }
  }
  writeVendoredLicences(target, names);
}

async function bundleVendored(from, outfile, extension) {
  await build({
    stdin: { contents: `export * from '${from}';`, resolveDir: home },
    outfile,
    bundle: true,
    format: extension === 'cjs' ? 'cjs' : 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** The licences of the vendored modules and of what they are bundled with, in one file. */
function writeVendoredLicences(target, names) {
  const withDependencies = new Set(names);
  for (const name of withDependencies) {
    const { dependencies = {} } = manifest(name);
    for (const dependency of Object.keys(dependencies)) withDependencies.add(dependency);
  }
  const texts = [...withDependencies].sort().map((name) => {
    const { version, license, author } = manifest(name);
    const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file && !(license === 'MIT' && author)) throw new BuildError(`${name} has no licence that could be included`);
    const by = typeof author === 'string' ? author : author?.name;
    const text = file ? readFileSync(join(modules, name, file), 'utf8').trim() : `Licence: ${license}. © ${by}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  writeFileSync(join(target, 'vendor', 'LICENSE'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

function manifest(name) {
  return JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
}
