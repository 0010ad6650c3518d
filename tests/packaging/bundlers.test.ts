import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer, countWasm } from './consumer.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
  const useClient = `
    const client = new QueryClient();
    client.setQueryData(['post', 1], 'Hello');
    console.log(client.getQueryData(['post', 1]));
    client.clear();`;
  consumer.write({
    // Two modules, so that a bundler that copies shows it.
    'src/inline.js': `import './hash.js'; import { QueryClient } from 'ferroquery'; ${useClient}`,
    'src/hash.js': `import { hashKey } from 'ferroquery'; console.log(hashKey(['post', 1]));`,
    'src/slim.js': `
      import { readFile } from 'node:fs/promises';
      import { init, QueryClient } from 'ferroquery/slim';
      import engine from 'ferroquery/engine.wasm';
      await init(await readFile(new URL(engine, import.meta.url)));
      ${useClient}`,
    'src/slim-vite.js': `
      import { init, QueryClient } from 'ferroquery/slim';
      import engine from 'ferroquery/engine.wasm?url';
      globalThis.start = async () => { await init(engine); ${useClient} };`,
  });
});
afterAll(() => consumer?.dispose());

async function bundleWithVite(entry: string, outDir: string): Promise<void> {
  await vite({
    root: consumer.folder,
    configFile: false,
    logLevel: 'error',
    build: {
      outDir,
      minify: true,
      assetsInlineLimit: 0,
      rolldownOptions: { input: join(consumer.folder, entry), output: { entryFileNames: 'main.mjs' } },
    },
  });
}

async function bundleWithEsbuild(entry: string, outDir: string, format: 'esm' | 'cjs'): Promise<void> {
  await esbuild({
    absWorkingDir: consumer.folder,
    entryPoints: [entry],
    outfile: `${outDir}/main.${format === 'esm' ? 'mjs' : 'cjs'}`,
    bundle: true,
    minify: true,
    format,
    platform: 'node',
    loader: { '.wasm': 'file' },
  });
}

describe('the inline entry', () => {
  it('is bundled by Vite with exactly one engine in it', async () => {
    await bundleWithVite('src/inline.js', 'vite-inline');
    expect(countWasm(consumer.files('vite-inline'))).toEqual({ raw: 0, text: 1 });
    expect(consumer.node('vite-inline/main.mjs')).toBe('["post",1]\nHello');
  });

  it.each(['esm', 'cjs'] as const)('is bundled by esbuild as %s with exactly one engine in it', async (format) => {
    await bundleWithEsbuild('src/inline.js', `esbuild-${format}`, format);
    expect(countWasm(consumer.files(`esbuild-${format}`))).toEqual({ raw: 0, text: 1 });
    expect(consumer.node(`esbuild-${format}/main.${format === 'esm' ? 'mjs' : 'cjs'}`)).toBe('["post",1]\nHello');
  });
});

describe('the slim entry', () => {
  it('is bundled by Vite with the engine as one file beside it', async () => {
    await bundleWithVite('src/slim-vite.js', 'vite-slim');
    expect(countWasm(consumer.files('vite-slim'))).toEqual({ raw: 1, text: 0 });
  });

  it('is bundled by esbuild with the engine as one file beside it', async () => {
    await bundleWithEsbuild('src/slim.js', 'esbuild-slim', 'esm');
    expect(countWasm(consumer.files('esbuild-slim'))).toEqual({ raw: 1, text: 0 });
    expect(consumer.node('esbuild-slim/main.mjs')).toBe('Hello');
  });
});
