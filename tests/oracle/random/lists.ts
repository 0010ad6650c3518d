import fc from 'fast-check';
import type { Scenario } from '../scenario.js';
import { at } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { advance, client, hydration, list } from '../script/steps.js';
import type { Combines } from '../world/lists.js';
import { observerOptionsOf } from './options.js';
import { withPauses } from './pauses.js';
import { BATCH, setup } from './scenarios.js';
import { stepsOf } from './steps.js';
import { narrow, of, some, wait, weighted } from './values.js';

type Fields = Record<string, unknown>;
type Reaction = ReturnType<typeof at>;

const slot = of(0, 0, 0, 1);
const queries: fc.Arbitrary<Fields[]> = fc.array(observerOptionsOf(narrow), { maxLength: 4 });
const combine = of<Combines | undefined>(undefined, undefined, 'data', 'data', 'count', 'results', 'nothing');
/** One that throws stands only where it can't reach a notification: docs/differences.md, 1. */
const combineOnce = weighted<Combines | undefined>([
  [5, combine],
  [1, fc.constant<Combines>('raise on data')],
]);
const props = of(['data'], ['status', 'fetchStatus'], [], ['isStale'], ['error', 'data']);
const name = of('first', 'second');
const index = of(0, 1);

const hydrating: fc.Arbitrary<Step> = weighted<Step>([
  [
    2,
    fc
      .tuple(name, index, of('default', 'all', 'pending'), of(false, false, true))
      .map(([as, on, which, json]) => hydration.dehydrate(as, on, which as never, json)),
  ],
  [
    3,
    fc
      .tuple(name, index, some({ gcTime: of(0, 6, 1000), retry: of(0, 2), staleTime: of(0, 100) }, 2))
      .map(([as, on, defaults]) => hydration.hydrate(as, on, defaults)),
  ],
]);

/** Steps on lists; what a list is given is drawn once, and given again in part. */
const listing = (inner: fc.Arbitrary<Step>): fc.Arbitrary<Step> =>
  weighted<Step>([
    [3, fc.tuple(slot, queries, combine).map(([on, given, by]) => list.setQueries(on, given, by))],
    [2, fc.tuple(slot, queries, combineOnce, props).map(([on, given, by, read]) => list.render(on, given, by, read))],
    [
      2,
      fc
        .tuple(
          slot,
          weighted<Reaction | undefined>([
            [3, fc.constant(undefined)],
            [1, inner.map((step) => at(1, [step]))],
          ]),
        )
        .map(([on, then]) => list.subscribe(on, then as never)),
    ],
    [1, slot.map((on) => list.unsubscribe(on))],
    [1, slot.map((on) => list.destroy(on))],
    [1, slot.map((on) => list.probe(on))],
  ]);

/** The same list as an adapter would give it: rendered, then set. */
const rendered: fc.Arbitrary<Step[]> = fc
  .tuple(slot, queries, combine, props)
  .map(([on, given, by, read]) => [list.render(on, given, by, read), list.setQueries(on, given, by)]);

const opening: fc.Arbitrary<Step[]> = fc
  .tuple(queries, combine)
  .map(([given, by]) => [list.create(0, given, by), list.subscribe(0)]);

const plain = stepsOf(narrow);
const quiet: fc.Arbitrary<Step> = weighted<Step>([
  [1, narrow.map((queryKey) => client.setQueryData(queryKey, { n: 5 }))],
  [1, narrow.map((queryKey) => client.invalidateQueries({ queryKey }, undefined))],
  [1, narrow.map((queryKey) => client.removeQueries({ queryKey }))],
]);

const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(
    setup,
    of<'one' | 'two, two caches'>('one', 'two, two caches'),
    opening,
    fc.array(
      weighted<Step[]>([
        [3, listing(quiet).map((step) => [step])],
        [2, rendered],
        [2, hydrating.map((step) => [step])],
        [4, wait.map((ms) => [advance(ms)])],
        [4, plain],
      ]),
      { minLength: 4, maxLength: 16, size: 'max' },
    ),
  )
  .map(([layout, clients, first, rest]) =>
    withPauses({ setup: { ...layout, clients }, steps: [...first, ...rest.flat()] }),
  );

/** Scenarios of lists and hydration; the same ones for a seed each time. */
export function listScenarios(seed: number): Scenario[] {
  return fc.sample(scenario, { seed, numRuns: BATCH });
}
