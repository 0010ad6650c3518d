import type { Mutation } from '@tanstack/query-core';
import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;
type Reaction = Marker<'at', readonly [number, Step[]]>;

/** The methods of a MutationObserver. Observers live in numbered slots; a step on an empty slot does nothing. */
export const mutatorOps = {
  create: (world: World, slot: number, options: Fields, client = 0) => world.mutations.create(slot, options, client),
  subscribe: (world: World, index: number, reaction?: Reaction) => {
    const slot = world.mutations.get(index);
    if (slot) world.mutations.subscribe(slot, reaction);
  },
  /** Takes the latest listener away. */
  unsubscribe: (world: World, index: number) => world.mutations.get(index)?.off.pop()?.(),
  setOptions: (world: World, index: number, options: Fields) => {
    const slot = world.mutations.get(index);
    if (slot) world.mutations.setOptions(slot, options);
  },
  /** setOptions with some fields changed. */
  patch: (world: World, index: number, change: Fields) => {
    const slot = world.mutations.get(index);
    if (slot) world.mutations.setOptions(slot, { ...slot.options, ...change });
  },
  mutate: (world: World, index: number, variables?: unknown, options?: Fields) =>
    world.mutations.get(index)?.observer.mutate(variables, realiseAll(world, options, 'call ')),
  reset: (world: World, index: number) => world.mutations.get(index)?.observer.reset(),
  getCurrentResult: (world: World, index: number) => {
    const slot = world.mutations.get(index);
    if (slot) world.mutations.writeResult('current', slot.observer.getCurrentResult());
  },
};

/** Does something with the nth mutation of the first cache; nothing where there is none. */
const on =
  <Rest extends unknown[]>(act: (mutation: Mutation<any, any, any, any>, world: World, ...rest: Rest) => unknown) =>
  (world: World, index: number, ...rest: Rest) => {
    const mutation = world.mutations.nth(index);
    return mutation && act(mutation, world, ...rest);
  };

/** The methods of a Mutation. */
export const mutationOps = {
  execute: on((mutation, _world, variables?: unknown) => mutation.execute(variables)),
  continue: on((mutation) => mutation.continue()),
  setOptions: on((mutation, world, options: Fields) =>
    mutation.setOptions(realiseAll(world, { ...mutation.options, ...options }, 'mutation.')),
  ),
  destroy: on((mutation) => mutation.destroy()),
  addObserver: on((mutation, world, slot: number) => {
    const observer = world.mutations.get(slot)?.observer;
    if (observer) mutation.addObserver(observer);
  }),
  removeObserver: on((mutation, world, slot: number) => {
    const observer = world.mutations.get(slot)?.observer;
    if (observer) mutation.removeObserver(observer);
  }),
  remove: on((mutation, world) => world.mutations.caches[0]!.remove(mutation)),
  runNext: on((mutation, world) => world.mutations.caches[0]!.runNext(mutation)),
  canRun: on((mutation, world) => world.mutations.caches[0]!.canRun(mutation)),
  meta: on((mutation) => mutation.meta),
};

/** The methods of a MutationCache, and those of a QueryClient that are about mutations. */
export const mutationsOps = {
  build: (world: World, options: Fields, state?: Fields) =>
    world.mutations.caches[0]!.build(world.clients[0]!, realiseAll(world, options, 'built '), state as never),
  find: (world: World, filters: Fields) => world.mutations.caches[0]!.find(realiseAll(world, filters, 'filter ')),
  findAll: (world: World, filters?: Fields) =>
    world.mutations.caches[0]!.findAll(realiseAll(world, filters, 'filter ')),
  getAll: (world: World) => world.mutations.caches[0]!.getAll(),
  clear: (world: World) => world.mutations.caches[0]!.clear(),
  /** Listens; at the nth event of `type` (any, if not given) it acts. */
  subscribe: (world: World, type: string | undefined, reaction: Reaction) => {
    const [nth, steps = []] = reaction.args;
    let count = 0;
    world.mutations.caches[0]!.subscribe((event) => {
      // A second `removed` of one mutation: differences.md, 9.
      if (event.type === 'removed' || (type !== undefined && event.type !== type)) return;
      if (count++ === nth) for (const step of steps) world.applyInside(step);
    });
  },
  resume: (world: World) => world.clients[0]!.resumePausedMutations(),
  resumeAll: (world: World) => world.mutations.caches[0]!.resumePausedMutations(),
  isMutating: (world: World, filters?: Fields) => world.clients[0]!.isMutating(realiseAll(world, filters, 'filter ')),
  setDefaultOptions: (world: World, options: Fields) =>
    world.clients[0]!.setDefaultOptions({ mutations: realiseAll(world, options, 'default ') }),
  setMutationDefaults: (world: World, key: readonly unknown[], options: Fields) =>
    world.clients[0]!.setMutationDefaults(key, realiseAll(world, options, 'mutation default ')),
  getMutationDefaults: (world: World, key: readonly unknown[]) =>
    world.recorder.show.record(world.clients[0]!.getMutationDefaults(key)),
};
