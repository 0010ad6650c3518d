import { expect, test } from 'vitest';
import { type Difference, difference } from './difference.js';
import { BATCH, scenarios } from './random/scenarios.js';
import { report } from './report.js';
import { shrink } from './shrink.js';
import { loadOurs } from './world/core.js';

const number = (name: string, otherwise: number): number => {
  const text = process.env[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is "${text}"; give a whole number`);
  return value;
};

const runs = number('ORACLE_RUNS', 2000);
const firstSeed = number('ORACLE_SEED', Math.floor(Math.random() * 2 ** 30));
const most = number('ORACLE_MOST', 5);

test(`${runs} random scenarios show the same on both cores`, async () => {
  const ours = await loadOurs();
  const found: string[] = [];
  let steps = 0;
  let done = 0;
  for (let seed = firstSeed; done < runs && found.length < most; seed++) {
    for (const scenario of scenarios(seed).slice(0, runs - done)) {
      const first: Difference | undefined = await difference(ours, scenario);
      steps += scenario.steps.length;
      done++;
      if (!first) continue;
      const small = await shrink(ours, first);
      found.push(`ORACLE_SEED=${seed} ORACLE_RUNS=${BATCH}, scenario ${(done - 1) % BATCH}\n\n${report(small)}`);
      console.log(`\n${found.at(-1)}\n`);
      if (found.length >= most) break;
    }
  }
  console.log(`${done} scenarios, ${steps} steps, ${found.length} differences (seed ${firstSeed})`);
  expect(found).toEqual([]);
});
