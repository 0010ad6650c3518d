import { describe, expect, test } from 'vitest';
import { find } from './find.js';
import { plantedMutations } from './plantedMutations.js';
import { mutationScenarios } from './random/mutations.js';
import { report } from './report.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(1000);

test(`${runs} random scenarios of mutations show the same on both cores`, () => expectSame(mutationScenarios, runs));

describe('the oracle finds a planted fault in mutations and makes it small', () => {
  for (const [name, core] of Object.entries(plantedMutations)) {
    test(name, async () => {
      const found = await find(core, mutationScenarios, 20);
      if (process.env['ORACLE_SHOW'] && found) console.log(report(found));
      expect(found).toBeDefined();
      expect(found!.scenario.steps.length).toBeLessThanOrEqual(8);
    });
  }
});
