import { CommandError } from '../command.mjs';

/**
 * A step of `npm test`. A check passes if it doesn't throw; a test step fills in its count and fails, too, when it ran
 * no test at all.
 *
 * @typedef {{ name: string, run: () => Promise<void>, count?: { passed: number, failed: number } }} Step
 */

/**
 * Runs all steps, also after failures, so that one run shows everything that is broken.
 *
 * @param {Step[]} steps
 * @returns {Promise<boolean>} whether all of them passed
 */
export async function runSteps(steps) {
  const rows = [];
  for (const [index, step] of steps.entries()) {
    console.log(`\n── ${index + 1}/${steps.length} ${step.name}`);
    const start = performance.now();
    const problem = await problemOf(step);
    if (problem) console.log(`✗ ${step.name}: ${problem}`);
    rows.push({ step, problem, seconds: (performance.now() - start) / 1000 });
  }
  printTable(rows);
  printCounts(rows);
  return rows.every(({ problem }) => !problem);
}

async function problemOf({ run, count }) {
  try {
    await run();
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    return error.stack;
  }
  if (!count) return null;
  if (count.failed > 0) return `${count.failed} failed`;
  return count.passed === 0 ? 'ran no tests' : null;
}

function printTable(rows) {
  const width = Math.max(...rows.map(({ step }) => step.name.length));
  console.log('\n── result');
  for (const { step, problem, seconds } of rows) {
    const count = step.count ? `${step.count.passed} passed, ${step.count.failed} failed` : '';
    const time = `${seconds.toFixed(1)} s`.padStart(8);
    console.log(`${problem ? '✗' : '✓'} ${step.name.padEnd(width)} ${time}  ${count}`.trimEnd());
  }
}

/** The last line. A step that failed without a failing test (a lint, a crash) counts as one failure. */
function printCounts(rows) {
  let passed = 0;
  let failed = 0;
  for (const { step, problem } of rows) {
    passed += step.count?.passed ?? 0;
    failed += step.count?.failed || (problem ? 1 : 0);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
}
