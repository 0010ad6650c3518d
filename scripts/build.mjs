import { runMain } from './command.mjs';
import { setupBuild } from './setup.mjs';

await runMain(async () => {
  await setupBuild();
  // Imported late: it needs npm's packages, which are there only now.
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
});
