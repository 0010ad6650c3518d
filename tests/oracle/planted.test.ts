import { describe, expect, test } from 'vitest';
import { difference } from './difference.js';
import { planted } from './planted.js';
import { scenarios } from './random/scenarios.js';
import { report } from './report.js';
import { shrink } from './shrink.js';
import { type Core, judge } from './world/core.js';

/** The first of many scenarios that tells `core` from the judge, made small. */
async function find(core: Core, seeds: number) {
  for (let seed = 1; seed <= seeds; seed++) {
    for (const scenario of scenarios(seed)) {
      const found = await difference(core, scenario);
      if (found) return shrink(core, found);
    }
  }
  return undefined;
}

describe('the oracle finds a planted fault and makes it small', () => {
  for (const [name, core] of Object.entries(planted)) {
    test(name, async () => {
      const found = await find(core, 20);
      if (process.env['ORACLE_SHOW'] && found) console.log(report(found));
      expect(found).toBeDefined();
      expect(found!.scenario.steps.length).toBeLessThanOrEqual(6);
    });
  }
});

test('the judge does not differ from itself', async () => {
  expect(await find(judge, 5)).toBeUndefined();
});
