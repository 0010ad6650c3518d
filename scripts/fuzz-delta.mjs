import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CommandError, root, run, runMain } from './command.mjs';

const [bodies = '1000000', seed = '1', threads = String(availableParallelism())] = process.argv.slice(2);

// Bodies and their edits, decoded beside JSON.parse and query-core's sharing. `npm run fuzz:delta -- <bodies> [seed] [threads]`
await runMain(async () => {
  for (const number of [bodies, seed, threads]) {
    if (!/^\d+$/.test(number)) throw new CommandError('npm run fuzz:delta', `got ${number}: give whole numbers`);
  }
  const outfile = join(root, 'target', 'fuzz-delta.mjs');
  await build({
    entryPoints: [join(root, 'tests', 'package', 'decodeFuzzRun.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { ferroquery: join(root, 'pkg', 'dist', 'index.js') },
    outfile,
  });
  await run('node', [outfile, bodies, seed, threads]);
});
