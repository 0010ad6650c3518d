import { CommandError, run, runMain } from './command.mjs';
import { setupTests } from './setup.mjs';

const [kills = '200'] = process.argv.slice(2);

// Chromium, killed with SIGKILL while it writes persisted queries: `npm run faults:persist -- <how often>`.
await runMain(async () => {
  if (!/^\d+$/.test(kills)) throw new CommandError('npm run faults:persist', `got ${kills}: give a whole number`);
  const env = await setupTests();
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
  const args = ['run', '--config', 'tests/browser/vitest.config.ts', 'kill.test.ts', '--silent=false'];
  await run('vitest', args, { env: { ...env, PERSIST_KILLS: kills } });
});
