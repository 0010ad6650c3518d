import { join } from 'node:path';
import { contentHash, whenChanged } from './build/stamp.mjs';
import { root, run } from './command.mjs';
import { progress } from './setup.mjs';

const cargoTarget = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** Where the built dashboard is, absolute. */
export const exampleDist = join(root, 'example-web', 'dist');
/** The built server, absolute. */
export const exampleServer = join(cargoTarget, 'server', `example-server${process.platform === 'win32' ? '.exe' : ''}`);

/** Builds the dashboard's page and its server; pkg/ must be there. */
export async function buildExample() {
  const sources = ['index.html', 'vite.config.ts', 'src', 'public'].map((name) => `example-web/${name}`);
  const hash = contentHash([...sources, 'pkg', 'package-lock.json']);
  const ran = await whenChanged('example', hash, ['example-web/dist/index.html'], async () => {
    progress('dashboard: vite build');
    await run('vite', ['build', 'example-web', '--outDir', 'dist', '--emptyOutDir', '--logLevel', 'warn']);
  });
  if (!ran) progress('dashboard: unchanged');
  progress('dashboard server: cargo build (the first time a few minutes)');
  await run('cargo', ['build', '--profile', 'server', '-p', 'example-server']);
}
