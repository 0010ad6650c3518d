import type { Step } from '../script/step.js';
import type { World } from '../world/world.js';

/** What is around the caches: time, the wall clock, focus, the network, batches. */
export const surroundOps = {
  advance: (world: World, ms: number) => world.clock.advance(ms),
  jump: (world: World, ms: number) => world.clock.jump(ms),
  focus: (world: World, focused: boolean) => world.core.focusManager.setFocused(focused),
  online: (world: World, online: boolean) => world.core.onlineManager.setOnline(online),
  batch: (world: World, steps: Step[]) =>
    world.core.notifyManager.batch(() => {
      for (const step of steps) world.applyInside(step);
    }),
  /** Runs the steps when the notify manager flushes next. */
  schedule: (world: World, steps: Step[]) =>
    world.core.notifyManager.schedule(() => {
      for (const step of steps) world.applyInside(step);
    }),
  /** Throws, where a callback runs it. As a step of its own it only shows the error. */
  raise: (_world: World, message: string) => {
    throw new Error(message);
  },
};
