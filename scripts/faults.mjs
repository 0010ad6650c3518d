import { CommandError, run, runMain } from './command.mjs';
import { buildExample } from './example.mjs';
import { setupTests } from './setup.mjs';

const [faults = '1000', seed = '1'] = process.argv.slice(2);

// Real processes: the example's server and Chromium, broken at random. `npm run faults -- <how many> <seed>`.
await runMain(async () => {
  for (const [name, text] of Object.entries({ faults, seed })) {
    if (!/^\d+$/.test(text)) throw new CommandError('npm run faults', `got ${name} ${text}: give whole numbers`);
  }
  const env = await setupTests();
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
  await buildExample();
  const args = ['run', '--config', 'tests/browser/vitest.config.ts', 'faults.test.ts', '--silent=false'];
  await run('vitest', args, { env: { ...env, FAULTS: faults, FAULT_SEED: seed } });
});
