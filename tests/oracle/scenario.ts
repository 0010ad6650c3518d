import { code } from './script/code.js';
import type { Step } from './script/step.js';
import { flush } from './world/clock.js';
import { recordComplaints } from './world/complaints.js';
import type { Core } from './world/core.js';
import { MOST_LINES } from './world/recorder.js';
import { SETUP, type Setup } from './world/setup.js';
import { World } from './world/world.js';

/** Something to do on both cores. */
export interface Scenario {
  setup: Setup;
  steps: readonly Step[];
}

/** Runs a scenario on one core and gives what it showed, line by line. */
export async function run(core: Core, { setup, steps }: Scenario): Promise<string[]> {
  const world = new World(core, setup);
  const { recorder } = world;
  const restore = recordComplaints(recorder);
  try {
    for (const step of steps) if (!recorder.full) await world.run(step);
    await world.stop();
    await flush();
    recorder.endStep();
  } catch (error) {
    recorder.line(`the run breaks off: ${error instanceof Error ? error.stack : error}`);
  } finally {
    restore();
    world.clock.stop();
  }
  return recorder.lines.slice(0, MOST_LINES);
}

/** The scenario as lines that can be pasted into a file of `known/`. */
export function print({ setup, steps }: Scenario): string {
  const changed = Object.entries(setup).filter(([name, value]) => value !== SETUP[name as keyof Setup]);
  const options = changed.length ? `, ${code(Object.fromEntries(changed))}` : '';
  return `same('…', [\n${steps.map((step) => `  ${code(step)},`).join('\n')}\n]${options});`;
}
