import { type Difference, difference } from './difference.js';
import type { Scenario } from './scenario.js';
import { Marker } from './script/markers.js';
import { Step } from './script/step.js';
import type { Core } from './world/core.js';
import { SETUP, type Setup } from './world/setup.js';

/** Makes a failing scenario small: fewer steps, a plainer set-up, fewer and shorter arguments. */
export async function shrink(ours: Core, found: Difference, tries = 3000): Promise<Difference> {
  let best = found;
  const better = async (scenario: Scenario): Promise<boolean> => {
    if (tries-- <= 0) return false;
    const next = await difference(ours, scenario);
    if (next) best = next;
    return next !== undefined;
  };

  for (let improved = true; improved && tries > 0; ) {
    improved = await withFewerSteps(() => best.scenario, better);
    for (const smaller of plainerSetups(best.scenario)) if (await better(smaller)) improved = true;
    for (let at = 0; at < best.scenario.steps.length; at++) {
      for (let again = true; again; ) {
        again = false;
        const { setup, steps } = best.scenario;
        for (const step of smallerValues(steps[at])) {
          if (!(await better({ setup, steps: steps.with(at, step as Step) }))) continue;
          again = improved = true;
          break;
        }
      }
    }
  }
  return best;
}

/** Takes away runs of steps: all but a few first, then one by one. */
async function withFewerSteps(now: () => Scenario, better: (scenario: Scenario) => Promise<boolean>): Promise<boolean> {
  let improved = false;
  for (let size = now().steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = now().steps.length - size; at >= 0; at -= size) {
      const { setup, steps } = now();
      if (await better({ setup, steps: steps.toSpliced(at, size) })) improved = true;
    }
  }
  return improved;
}

function* plainerSetups({ setup, steps }: Scenario): Generator<Scenario> {
  for (const name of Object.keys(setup) as (keyof Setup)[]) {
    if (setup[name] !== SETUP[name]) yield { setup: { ...setup, [name]: SETUP[name] }, steps };
  }
  for (const smaller of smallerValues(setup.defaults))
    yield { setup: { ...setup, defaults: smaller as object as never }, steps };
}

/** What options can't be without: a shrunk scenario must still be one that makes sense. */
const NEEDED = ['queryKey', 'queryFn', 'getNextPageParam', 'pages', 'pageParams', 'chunks', 'gap'];

/** Each value that is one notch smaller: a field or item less, or one of them smaller. */
function* smallerValues(value: unknown): Generator<unknown> {
  if (value instanceof Step) {
    for (const args of smallerArgs(value.args)) yield new Step(value.op, args);
  } else if (value instanceof Marker) {
    for (const args of smallerArgs(value.args)) {
      if (value.marker !== 'fn' || (args[0] as unknown[]).length > 0) yield new Marker(value.marker, args);
    }
  } else if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) yield value.toSpliced(i, 1);
    for (const [i, item] of value.entries()) for (const smaller of smallerValues(item)) yield value.with(i, smaller);
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [name, field] of Object.entries(value)) {
      if (NEEDED.includes(name) && !(field instanceof Marker)) continue;
      const { [name]: _, ...rest } = value as Record<string, unknown>;
      if (!NEEDED.includes(name)) yield rest;
      for (const smaller of smallerValues(field)) yield { ...value, [name]: smaller };
    }
  } else if (typeof value === 'number' && value > 1000 && value % 1000) {
    yield Math.floor(value / 1000) * 1000;
  }
}

/** Arguments keep their places: a last one may go, each may get smaller. */
function* smallerArgs(args: readonly unknown[]): Generator<unknown[]> {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (i > 0 && typeof arg === 'object' && arg !== null && !('queryKey' in arg)) yield args.toSpliced(i, 1, undefined);
    for (const smaller of smallerValues(arg)) yield args.with(i, smaller);
  }
}
