import { CommandError, run, runMain } from './command.mjs';

const [bodies = '1000000', seed = '1'] = process.argv.slice(2);

// Bodies and their edits, decoded beside JSON.parse and query-core's sharing. `npm run fuzz:delta -- <bodies> [seed]`
await runMain(async () => {
  for (const number of [bodies, seed]) {
    if (!/^\d+$/.test(number)) throw new CommandError('npm run fuzz:delta', `got ${number}: give whole numbers`);
  }
  const env = { DELTA_BODIES: bodies, DELTA_SEED: seed };
  await run('vitest', ['run', '--project', 'package', 'decodeFuzz'], { env });
});
