import type { CallbackPlan, MutatorPlan } from '../script/mutationMarkers.js';
import type { World } from './world.js';

/** A mutation function that follows `plan` and writes down each call and its context. */
export function scriptedMutator(world: World, plan: MutatorPlan) {
  let calls = 0;
  return (...args: unknown[]): unknown => {
    const call = calls++;
    const label = `mutation function call ${call}`;
    world.recorder.line(`  ${label}: ${args.map((arg) => world.recorder.show.data(arg)).join(', ')}`);
    for (const step of plan.steps ?? []) world.applyInside(step);
    const failing = plan.fail !== undefined && call % (plan.fail + 1) !== plan.fail;
    const answer = () => {
      if (failing) throw new Error(`${label} failed`);
      return { call, of: args[0] };
    };
    const { delay = 7 } = plan;
    if (delay === 'sync') return answer();
    return delayed(world, delay, answer);
  };
}

/** A callback that follows `plan` and writes down what it is called with. */
export function scriptedCallback(world: World, plan: CallbackPlan, where: string) {
  return (...args: unknown[]): unknown => {
    world.recorder.line(`  ${where}(${args.map((arg) => world.recorder.show.data(arg)).join(', ')})`);
    for (const step of plan.steps ?? []) world.applyInside(step);
    const answer = () => {
      if (plan.raise) throw new Error(`${where} raised`);
      return plan.returns;
    };
    return plan.delay === undefined ? answer() : delayed(world, plan.delay, answer);
  };
}

function delayed(world: World, delay: number | 'now' | 'never', answer: () => unknown): Promise<unknown> {
  if (delay === 'now') return new Promise((resolve) => resolve(answer()));
  return new Promise((resolve, reject) => {
    if (delay === 'never') return;
    world.clock.answer(delay, () => {
      try {
        resolve(answer());
      } catch (error) {
        reject(error);
      }
    });
  });
}
