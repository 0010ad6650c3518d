import fc from 'fast-check';
import type { Scenario } from '../scenario.js';
import { at, backoff, fetcher, fn, predicate } from '../script/markers.js';
import { type CallbackPlan, callback, type MutatorPlan, mutationFn } from '../script/mutationMarkers.js';
import type { Step } from '../script/step.js';
import { advance, batch, client, focus, mutation, mutations, mutator, observer, online } from '../script/steps.js';
import { SETUP, type Setup } from '../world/setup.js';
import { withFewLooks } from './pauses.js';
import { BATCH } from './scenarios.js';
import { of, some, wait, weighted } from './values.js';

type Fields = Record<string, unknown>;

/** A step whose arguments are drawn. */
function draw(make: (...args: any[]) => Step, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Step> {
  return fc.tuple(...args).map((drawn) => make(...drawn));
}

const maybe = (arbitrary: fc.Arbitrary<unknown>, weight = 1): fc.Arbitrary<unknown> =>
  weighted<unknown>([
    [2, fc.constant(undefined)],
    [weight, arbitrary],
  ]);

const slot = of(0, 0, 1, 2);
const nth = of(0, 0, 1, 2, 5);
const variables = of<unknown>('v', 1, { n: 1 }, undefined, null);
const key = of<readonly unknown[]>(['a'], ['a'], ['a', 1], ['b'], ['a', { x: 1 }], []);

const filters: fc.Arbitrary<Fields | undefined> = weighted<Fields | undefined>([
  [1, fc.constant(undefined)],
  [
    4,
    some(
      {
        mutationKey: key,
        exact: of(true, false),
        status: of('idle', 'pending', 'pending', 'success', 'error'),
        predicate: fc.constantFrom('has data', 'never', 'raise').map((name) => predicate(name as never)),
      },
      3,
    ),
  ],
]);

const mutatorPlan: fc.Arbitrary<MutatorPlan> = some(
  {
    delay: weighted<unknown>([
      [6, of(3, 7, 13, 31, 53)],
      [1, of(120, 1030)],
      [4, of('now', 'sync')],
      [1, of('never')],
    ]),
    fail: of(1, 1, 2, 3, 100),
  },
  2,
);

/** A callback; `inner` are the steps that it may take. */
const calledOf = (inner: fc.Arbitrary<Step>): fc.Arbitrary<unknown> =>
  weighted<CallbackPlan>([
    [3, some({ delay: of(0, 5, 20), returns: of<unknown>('r', { r: 1 }), raise: fc.constant(true) }, 2)],
    [2, fc.record({ steps: fc.array(inner, { minLength: 1, maxLength: 2 }) })],
  ]).map(callback);

/** Options; `inner` are the steps that its functions may take. */
function optionsOf(inner: fc.Arbitrary<Step>, most: number): fc.Arbitrary<Fields> {
  const called = calledOf(inner);
  const retry = weighted<unknown>([
    [4, of<unknown>(false, 0, 1, 2, 5)],
    [1, fc.array(of(true, false), { minLength: 1, maxLength: 3 }).map(fn)],
  ]);
  const retryDelay = weighted<unknown>([
    [3, of(0, 10, 100, 1000)],
    [1, fc.constant(50).map(backoff)],
    [1, fc.constant([10, 100]).map(fn)],
  ]);
  return some(
    {
      mutationKey: key,
      scope: of({ id: 's' }, { id: 's' }, { id: 't' }, { id: '' }),
      onMutate: called,
      onSuccess: called,
      onError: called,
      onSettled: called,
      retry,
      retryDelay,
      networkMode: of('online', 'always', 'offlineFirst'),
      gcTime: of(100, 397, 1009, Number.POSITIVE_INFINITY),
      meta: of({ tag: 1 }, { tag: 2 }),
    },
    most,
  );
}

const withFn = (options: fc.Arbitrary<Fields>, plan: fc.Arbitrary<MutatorPlan>): fc.Arbitrary<Fields> =>
  fc
    .tuple(
      options,
      weighted<Fields>([
        [19, plan.map((given) => ({ mutationFn: mutationFn(given) }))],
        [1, fc.constant({})],
      ]),
    )
    .map(([rest, own]) => ({ ...own, ...rest }));

const state: fc.Arbitrary<Fields> = fc
  .record({
    status: of('idle', 'pending', 'pending', 'success', 'error'),
    isPaused: of(true, true, false),
    variables,
    context: of<unknown>(undefined, 'kept'),
    data: fc.constant(undefined),
    error: fc.constant(null),
    failureCount: of(0, 2),
    failureReason: fc.constant(null),
    submittedAt: of(0, 1735689600000),
  })
  .map((given) => given);

/** What functions and listeners may do. */
const quiet: fc.Arbitrary<Step> = weighted([
  [3, draw(mutator.mutate, slot, variables)],
  [2, draw(mutator.reset, slot)],
  [1, draw(mutator.unsubscribe, slot)],
  [1, draw(mutator.getCurrentResult, slot)],
  [2, draw(client.setQueryData, of(['q'], ['q', 1]), of<unknown>({ n: 1 }, { n: 2 }))],
  [2, draw(client.invalidateQueries, of<unknown>({ queryKey: ['q'] }, undefined))],
  [1, draw(client.cancelQueries, of<unknown>({ queryKey: ['q'] }))],
  [1, draw(client.refetchQueries, of<unknown>({ queryKey: ['q'] }))],
  [1, draw(mutations.resume)],
  [1, draw(mutations.resumeAll)],
  [1, draw(mutations.clear)],
  [1, draw(mutations.isMutating, filters)],
  [1, draw(mutation.continue, nth)],
  [1, draw(mutation.remove, nth)],
  [1, draw(focus, of(true, false))],
  [1, draw(online, of(true, false))],
]);

const options = optionsOf(quiet, 4);
const drawn = withFn(
  options,
  weighted([
    [4, mutatorPlan],
    [1, fc.array(quiet, { minLength: 1, maxLength: 2 }).map((steps) => ({ steps }))],
  ]),
);
const called = calledOf(quiet);
const call = maybe(some({ onSuccess: called, onError: called, onSettled: called }, 3), 2);
/** What fails, tries again, and shares a scope with others. */
const stubborn: fc.Arbitrary<Fields> = fc
  .tuple(
    fc.record({ delay: of<MutatorPlan['delay']>(3, 7, 'now', 'sync'), fail: of(1, 2, 3) }),
    of(1, 2, 3, 5),
    of<unknown>(0, 10, 100, undefined),
    some({ scope: of({ id: 's' }, { id: 't' }), networkMode: of('online', 'always', 'offlineFirst') }, 2),
  )
  .map(([plan, retry, retryDelay, rest]) => ({
    mutationFn: mutationFn(plan as MutatorPlan),
    retry,
    ...(retryDelay === undefined ? {} : { retryDelay }),
    ...rest,
  }));
const full: fc.Arbitrary<Fields> = weighted<Fields>([
  [3, drawn],
  [1, stubborn],
]);
const react = fc
  .tuple(fc.nat(4), fc.array(quiet, { minLength: 1, maxLength: 2 }))
  .map(([count, steps]) => at(count, steps));

const one: fc.Arbitrary<Step> = weighted([
  [14, draw(mutator.mutate, slot, variables, call)],
  [3, draw(mutator.create, slot, full, of(0, 0, 0, 1))],
  [4, draw(mutator.subscribe, slot, maybe(react))],
  [3, draw(mutator.unsubscribe, slot)],
  [3, draw(mutator.reset, slot)],
  [2, draw(mutator.setOptions, slot, full)],
  [3, draw(mutator.patch, slot, options)],
  [1, draw(mutator.getCurrentResult, slot)],
  [2, draw(mutation.execute, nth, variables)],
  [3, draw(mutation.continue, nth)],
  [1, draw(mutation.setOptions, nth, options)],
  [1, draw(mutation.destroy, nth)],
  [1, draw(mutation.addObserver, nth, slot)],
  [1, draw(mutation.removeObserver, nth, slot)],
  [2, draw(mutation.remove, nth)],
  [1, draw(mutation.runNext, nth)],
  [1, draw(mutation.canRun, nth)],
  [1, draw(mutation.meta, nth)],
  [3, draw(mutations.build, full, maybe(state, 4))],
  [
    1,
    draw(
      mutations.find,
      filters.map((given) => given ?? {}),
    ),
  ],
  [2, draw(mutations.findAll, filters)],
  [1, draw(mutations.clear)],
  [1, draw(mutations.subscribe, of<unknown>('added', 'updated', 'observerAdded', undefined), react)],
  [3, draw(mutations.resume)],
  [2, draw(mutations.resumeAll)],
  [2, draw(mutations.isMutating, filters)],
  [1, draw(mutations.setDefaultOptions, options)],
  [1, draw(mutations.setMutationDefaults, key, full)],
  [1, draw(mutations.getMutationDefaults, key)],
  [1, draw(client.clear)],
  [1, draw(client.mount)],
  [1, draw(client.unmount)],
  [2, draw(focus, of(true, false))],
  [3, draw(online, of(true, false))],
  [20, draw(advance, wait)],
  [1, draw(batch, fc.array(quiet, { minLength: 1, maxLength: 3 }))],
]);

const stretch = (start: Step, end: Step) => wait.map((ms) => [start, advance(ms), end]);
const steps = weighted<Step[]>([
  [8, one.map((step) => [step])],
  [1, stretch(online(false), online(true))],
  [1, stretch(focus(false), focus(true))],
  [
    1,
    fc
      .tuple(slot, fc.array(variables, { minLength: 2, maxLength: 4 }))
      .map(([index, list]) => list.map((given) => mutator.mutate(index, given))),
  ],
]);

const setup: fc.Arbitrary<Setup> = fc
  .record({
    // Not two caches: docs/differences.md, 3.
    clients: of<Setup['clients']>('one', 'one', 'one', 'two, one cache'),
    mounted: of(true, true, true, false),
    callbacks: of(true, false),
    events: of(true, true, true, false),
    states: of<Setup['states']>('each step', 'each step', 'event', 'end'),
    scheduler: of<Setup['scheduler']>('timeout', 'timeout', 'microtask', 'sync'),
  })
  .map((layout) => ({ ...SETUP, ...layout }));

const mount = (index: number) => full.map((given) => [mutator.create(index, given), mutator.subscribe(index)]);
/** A watched query, which mutations invalidate. */
const watched = [observer.create(0, { queryKey: ['q'], queryFn: fetcher({ delay: 5 }) }), observer.subscribe(0)];
const opening = weighted<Step[]>([
  [3, mount(0)],
  [3, fc.tuple(mount(0), mount(1)).map((pair) => pair.flat())],
  [2, fc.tuple(mount(0), mount(1)).map((pair) => [...watched, ...pair.flat()])],
  [1, fc.constant([])],
]);

const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(setup, opening, fc.array(steps, { minLength: 4, maxLength: 20, size: 'max' }))
  .map(([layout, first, rest]) => withFewLooks({ setup: layout, steps: [...first, ...rest.flat()] }));

/** Scenarios of mutations of a seed; the same ones each time. */
export function mutationScenarios(seed: number): Scenario[] {
  return fc.sample(scenario, { seed, numRuns: BATCH });
}
