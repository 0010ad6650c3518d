import { describe, expect, test } from 'vitest';
import { find } from './find.js';
import { planted } from './planted.js';
import { scenarios } from './random/scenarios.js';
import { report } from './report.js';
import { judge } from './world/core.js';

describe('the oracle finds a planted fault and makes it small', () => {
  for (const [name, core] of Object.entries(planted)) {
    test(name, async () => {
      const found = await find(core, scenarios, 20);
      if (process.env['ORACLE_SHOW'] && found) console.log(report(found));
      expect(found).toBeDefined();
      expect(found!.scenario.steps.length).toBeLessThanOrEqual(6);
    });
  }
});

test('the judge does not differ from itself', async () => {
  expect(await find(judge, scenarios, 5)).toBeUndefined();
});
