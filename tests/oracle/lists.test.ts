import { describe, expect, test } from 'vitest';
import { find } from './find.js';
import { plantedLists } from './plantedLists.js';
import { listScenarios } from './random/lists.js';
import { report } from './report.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(500);

test(`${runs} random scenarios of lists and hydration show the same on both cores`, () =>
  expectSame(listScenarios, runs));

describe('the oracle finds a planted fault in lists or hydration and makes it small', () => {
  for (const [name, core] of Object.entries(plantedLists)) {
    test(name, async () => {
      const found = await find(core, listScenarios, 20);
      if (process.env['ORACLE_SHOW'] && found) console.log(report(found));
      expect(found).toBeDefined();
      expect(found!.scenario.steps.length).toBeLessThanOrEqual(8);
    });
  }
});
