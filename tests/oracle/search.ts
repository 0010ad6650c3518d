import { expect } from 'vitest';
import { difference } from './difference.js';
import { kind } from './kind.js';
import { BATCH } from './random/scenarios.js';
import { report } from './report.js';
import type { Scenario } from './scenario.js';
import { shrink } from './shrink.js';
import { loadOurs } from './world/core.js';

const number = (name: string, otherwise: number): number => {
  const text = process.env[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is "${text}"; give a whole number`);
  return value;
};

/** The same scenarios at each run, so that a failure is the change's own; other seeds are for longer searches by hand. */
const firstSeed = number('ORACLE_SEED', 1);
/** Kinds of difference after which the run stops. */
const most = number('ORACLE_MOST', 5);

/** A long search says how far it is after so many scenarios. */
const PROGRESS = 5000;

/** How many scenarios a search compares. */
export const runsOf = (otherwise: number): number => number('ORACLE_RUNS', otherwise);

/** Expects that `runs` scenarios, drawn seed by seed, show the same on both cores; prints those that don't, made small. */
export async function expectSame(scenarios: (seed: number) => Scenario[], runs: number): Promise<void> {
  const ours = await loadOurs();
  const found = new Map<string, string>();
  let steps = 0;
  let done = 0;
  let differences = 0;
  for (let seed = firstSeed; done < runs && found.size < most; seed++) {
    for (const scenario of scenarios(seed).slice(0, runs - done)) {
      const first = await difference(ours, scenario);
      steps += scenario.steps.length;
      done++;
      if (runs > PROGRESS && done % PROGRESS === 0) console.log(`${done} of ${runs}`);
      if (!first) continue;
      differences++;
      // Shrinking takes a while and one example of a kind will do.
      if (found.has(kind(first))) continue;
      const where = `ORACLE_SEED=${seed} ORACLE_RUNS=${BATCH}, scenario ${(done - 1) % BATCH}`;
      const text = `${where}\n\n${report(await shrink(ours, first))}`;
      found.set(kind(first), text);
      console.log(`\n${text}\n`);
      if (found.size >= most) break;
    }
  }
  console.log(`${done} scenarios, ${steps} steps, ${differences} differences (seed ${firstSeed})`);
  expect(differences, [...found.keys()].join('\n')).toBe(0);
}
