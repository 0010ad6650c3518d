import { run, runMain } from './command.mjs';
import { setupTests } from './setup.mjs';

/** The package as people install it, with what `npm test` leaves out for its time. */
await runMain(async () => {
  const env = await setupTests();
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
  const all = { ...env, FERROQUERY_PACKAGING: 'all' };
  await run('vitest', ['run', '--config', 'tests/packaging/vitest.config.ts'], { env: all });
});
