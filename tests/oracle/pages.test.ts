import { describe, expect, test } from 'vitest';
import { find } from './find.js';
import { plantedPages } from './plantedPages.js';
import { scenarios } from './random/pages.js';
import { report } from './report.js';
import { expectSame, runsOf } from './search.js';

const runs = runsOf(1000);

test(`${runs} random scenarios of pages, streams and persisters show the same on both cores`, () =>
  expectSame(scenarios, runs));

describe('the oracle finds a planted fault in pages and makes it small', () => {
  for (const [name, core] of Object.entries(plantedPages)) {
    test(name, async () => {
      const found = await find(core, scenarios, 20);
      if (process.env['ORACLE_SHOW'] && found) console.log(report(found));
      expect(found).toBeDefined();
      expect(found!.scenario.steps.length).toBeLessThanOrEqual(8);
    });
  }
});
