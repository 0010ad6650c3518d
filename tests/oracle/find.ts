import { difference } from './difference.js';
import type { Scenario } from './scenario.js';
import { shrink } from './shrink.js';
import type { Core } from './world/core.js';

/** The first of many scenarios that tells `core` from the judge, made small. */
export async function find(core: Core, scenarios: (seed: number) => Scenario[], seeds: number) {
  for (let seed = 1; seed <= seeds; seed++) {
    for (const scenario of scenarios(seed)) {
      const found = await difference(core, scenario);
      if (found) return shrink(core, found);
    }
  }
  return undefined;
}
