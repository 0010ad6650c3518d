import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;

/** The methods of a QueryObserver. Observers live in numbered slots; a step on an empty slot does nothing. */
export const observerOps = {
  create: (world: World, slot: number, options: Fields, client = 0) => world.observers.create(slot, options, client),
  subscribe: (world: World, index: number, reaction?: Marker<'at', readonly [number, Step[]]>) => {
    const slot = world.observers.get(index);
    if (slot) world.observers.subscribe(slot, reaction);
  },
  /** Takes the latest listener away. */
  unsubscribe: (world: World, index: number) => world.observers.get(index)?.off.pop()?.(),
  destroy: (world: World, index: number) => world.observers.get(index)?.observer.destroy(),
  setOptions: (world: World, index: number, options: Fields) => {
    const slot = world.observers.get(index);
    if (slot) world.observers.setOptions(slot, options);
  },
  /** setOptions with some fields changed. */
  patch: (world: World, index: number, change: Fields) => {
    const slot = world.observers.get(index);
    if (slot) world.observers.setOptions(slot, { ...slot.options, ...change });
  },
  getCurrentResult: (world: World, index: number) => {
    const slot = world.observers.get(index);
    if (slot) world.observers.writeResult('current', slot.observer.getCurrentResult());
  },
  /** What an adapter does while rendering; with no options, on those the observer has. */
  getOptimisticResult: (world: World, index: number, change: Fields = {}) => {
    const slot = world.observers.get(index);
    if (!slot) return;
    const { client } = world.clients.length > 1 ? { client: world.clients[0]! } : { client: world.clients[0]! };
    const options = client.defaultQueryOptions(realiseAll(world, { ...slot.options, ...change }, `${slot.label}.`));
    world.observers.writeResult('optimistic', slot.observer.getOptimisticResult(options as never));
  },
  refetch: (world: World, index: number, options?: Fields) => world.observers.get(index)?.observer.refetch(options),
  fetchOptimistic: (world: World, index: number) => {
    const slot = world.observers.get(index);
    return slot?.observer.fetchOptimistic(realiseAll(world, slot.options, `${slot.label}.`));
  },
  /** Reads the named fields through the tracked result, as a component does. */
  trackResult: (world: World, index: number, props: string[]) => {
    const slot = world.observers.get(index);
    if (!slot) return;
    const tracked = slot.observer.trackResult(slot.observer.getCurrentResult(), (key) =>
      world.recorder.line(`  tracked ${key}`),
    );
    return props.map((prop) => tracked[prop as keyof typeof tracked]);
  },
  trackProp: (world: World, index: number, prop: string) =>
    world.observers.get(index)?.observer.trackProp(prop as never),
  getCurrentQuery: (world: World, index: number) => world.observers.get(index)?.observer.getCurrentQuery(),
  updateResult: (world: World, index: number) => world.observers.get(index)?.observer.updateResult(),
  probe: (world: World, index: number) => {
    const observer = world.observers.get(index)?.observer;
    return (
      observer && [observer.hasListeners(), observer.shouldFetchOnWindowFocus(), observer.shouldFetchOnReconnect()]
    );
  },
};
