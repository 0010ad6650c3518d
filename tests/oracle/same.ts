import { expect, test } from 'vitest';
import { difference } from './difference.js';
import { report } from './report.js';
import { run } from './scenario.js';
import type { Step } from './script/step.js';
import { judge, loadOurs } from './world/core.js';
import { SETUP, type Setup } from './world/setup.js';

const ours = await loadOurs();

/**
 * A test that both cores show the same in these steps. `must` are texts that the judge's trace has to contain,
 * so that the scenario is known to reach what its name says. `ORACLE_SHOW=1` prints the trace.
 */
export function same(name: string, steps: Step[], setup: Partial<Setup> & { must?: string[] } = {}): void {
  const { must = [], ...layout } = setup;
  test(name, async () => {
    const scenario = { setup: { ...SETUP, ...layout }, steps };
    const trace = (await run(judge, scenario)).join('\n');
    if (process.env['ORACLE_SHOW']) console.log(trace);
    for (const text of must) expect(trace).toContain(text);
    const found = await difference(ours, scenario);
    if (found) throw new Error(`the cores differ\n\n${report(found)}`);
  });
}
