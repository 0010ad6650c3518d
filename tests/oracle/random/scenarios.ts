import fc from 'fast-check';
import type { Scenario } from '../scenario.js';
import type { Step } from '../script/step.js';
import { observer } from '../script/steps.js';
import { SETUP, type Setup } from '../world/setup.js';
import { change, observerOptionsOf } from './options.js';
import { withoutTimersInTimers, withPauses } from './pauses.js';
import { stepsOf } from './steps.js';
import { type Keys, narrow, of, weighted, wide } from './values.js';

export const setup: fc.Arbitrary<Setup> = fc
  .record({
    clients: of<Setup['clients']>('one', 'one', 'one', 'one', 'two, one cache'),
    mounted: of(true, true, true, false),
    // Options that all observers share make options meet that would else be rare together.
    defaults: weighted<Record<string, unknown> | undefined>([
      [1, fc.constant(undefined)],
      [1, change],
    ]),
    callbacks: of(true, false, false),
    events: of(true, true, true, false),
    states: of<Setup['states']>('each step', 'each step', 'event', 'end'),
    scheduler: of<Setup['scheduler']>('timeout', 'timeout', 'microtask', 'sync'),
    faked: of<Setup['faked']>('all', 'all', 'unseen', 'unseen', 'timers and Date', 'all but Date', 'timers'),
  })
  .map(({ defaults, ...rest }) => ({ ...SETUP, ...rest, ...(defaults ? { defaults } : {}) }));

/** Most scenarios begin with a mounted observer or two: little happens to a cache that nobody watches. */
function openingOf(keys: Keys): fc.Arbitrary<Step[]> {
  const mount = (index: number) =>
    observerOptionsOf(keys).map((options) => [observer.create(index, options), observer.subscribe(index)]);
  return weighted<Step[]>([
    [3, mount(0)],
    [2, fc.tuple(mount(0), mount(1)).map((pair) => pair.flat())],
    [1, fc.constant([])],
  ]);
}

const scenarioOf = (keys: Keys): fc.Arbitrary<Scenario> =>
  fc
    .tuple(setup, openingOf(keys), fc.array(stepsOf(keys), { minLength: 4, maxLength: 20, size: 'max' }))
    .map(([layout, first, rest]) =>
      withoutTimersInTimers(withPauses({ setup: layout, steps: [...first, ...rest.flat()] })),
    );

const scenario = weighted([
  [2, scenarioOf(narrow)],
  [1, scenarioOf(wide)],
]);

/** Scenarios drawn under one seed: few enough that any one of them is quickly found again. */
export const BATCH = 100;

/** The scenarios of a seed; the same ones each time. */
export function scenarios(seed: number): Scenario[] {
  return fc.sample(scenario, { seed, numRuns: BATCH });
}
