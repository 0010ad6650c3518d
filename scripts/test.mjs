import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, runMain } from './command.mjs';
import { buildExample } from './example.mjs';
import { setupTests } from './setup.mjs';
import { cargoCounter, vitestCount } from './test/count.mjs';
import { runSteps } from './test/steps.mjs';

await runMain(async () => {
  const env = await setupTests();
  const { buildPackage } = await import('./build/package.mjs');
  const passed = await runSteps([
    { name: 'biome check', run: () => run('biome', ['check', '--error-on-warnings', '.']) },
    { name: 'cargo fmt', run: () => run('cargo', ['fmt', '--all', '--check']) },
    { name: 'clippy', run: () => clippy('--workspace', '--all-targets') },
    { name: 'clippy, wasm', run: () => clippy('--lib', '--target', 'wasm32-unknown-unknown') },
    cargoTests(env),
    { name: 'npm run build', run: buildPackage },
    ...typeChecks(),
    { name: 'example', run: buildExample },
    vitestTests('vitest', 'vitest.config.ts', env),
    vitestTests('packaging', 'tests/packaging/vitest.config.ts', env),
    vitestTests('browser', 'tests/browser/vitest.config.ts', env),
  ]);
  if (!passed) process.exitCode = 1;
});

function clippy(...args) {
  return run('cargo', ['clippy', ...args, '--', '-D', 'warnings']);
}

function cargoTests(env) {
  const { count, onLine } = cargoCounter();
  const args = ['test', '--workspace', '--no-fail-fast'];
  return { name: 'cargo test', count, run: () => run('cargo', args, { env, onLine }) };
}

/** One check for each folder that has a tsconfig.json. */
function typeChecks() {
  const tests = readdirSync(join(root, 'tests')).map((name) => `tests/${name}`);
  return ['pkg-template', ...tests, 'example-web', 'bench']
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
    .map((folder) => ({ name: `tsc ${folder}`, run: () => run('tsc', ['-p', folder]) }));
}

/** A run of Vitest; the count comes from its own report, also when it failed. */
function vitestTests(name, config, env) {
  const count = { passed: 0, failed: 0 };
  const report = join(root, 'target', `${name}.json`);
  const args = ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const start = async () => {
    rmSync(report, { force: true });
    try {
      await run('vitest', args, { env });
    } finally {
      if (existsSync(report)) Object.assign(count, vitestCount(readFileSync(report, 'utf8')));
    }
  };
  return { name, count, run: start };
}
