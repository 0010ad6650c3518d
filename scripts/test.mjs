import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, runMain } from './command.mjs';
import { buildExample } from './example.mjs';
import { setupTests } from './setup.mjs';
import { cargoCounter, tapCount, vitestCount } from './test/count.mjs';
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
    vitestTests(env),
    browserTests(env),
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

function vitestTests(env) {
  const count = { passed: 0, failed: 0 };
  const report = join(root, 'target', 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name: 'vitest', count, run: () => counted(report, vitestCount, count, () => run('vitest', args, { env })) };
}

function browserTests(env) {
  const count = { passed: 0, failed: 0 };
  const report = join(root, 'target', 'browser.tap');
  const files = readdirSync(join(root, 'tests', 'browser'))
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => `tests/browser/${name}`);
  const args = [
    ...['--test', '--test-concurrency=1'],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
    ...files,
  ];
  const start = () => {
    if (files.length === 0) throw new Error('no test files in tests/browser');
    return run(process.execPath, args, { env });
  };
  return { name: 'browser', count, run: () => counted(report, tapCount, count, start) };
}

/** Runs a test command and counts from the report that it wrote, also when it failed. */
async function counted(report, countOf, count, start) {
  rmSync(report, { force: true });
  try {
    await start();
  } finally {
    if (existsSync(report)) Object.assign(count, countOf(readFileSync(report, 'utf8')));
  }
}
