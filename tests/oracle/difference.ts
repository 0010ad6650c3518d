import { run, type Scenario } from './scenario.js';
import { type Core, judge } from './world/core.js';

/** Where two traces part. */
export interface Difference {
  scenario: Scenario;
  line: number;
  expected: readonly string[];
  actual: readonly string[];
}

/** Runs the scenario on the judge and on `ours`; nothing where they show the same. */
export async function difference(ours: Core, scenario: Scenario): Promise<Difference | undefined> {
  const expected = await run(judge, scenario);
  const actual = await run(ours, scenario);
  const length = Math.max(expected.length, actual.length);
  for (let line = 0; line < length; line++) {
    if (expected[line] !== actual[line]) return { scenario, line, expected, actual };
  }
  return undefined;
}
