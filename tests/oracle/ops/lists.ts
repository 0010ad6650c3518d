import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { type Combines, Lists } from '../world/lists.js';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;

/** The methods of a QueriesObserver. They live in numbered slots; a step on an empty slot does nothing. */
export const listOps = {
  create: (world: World, slot: number, queries: Fields[], combine?: Combines) =>
    Lists.of(world).create(slot, queries, combine),
  subscribe: (world: World, index: number, reaction?: Marker<'at', readonly [number, Step[]]>) => {
    const slot = Lists.of(world).get(index);
    if (slot) Lists.of(world).subscribe(slot, reaction);
  },
  /** Takes the latest listener away. */
  unsubscribe: (world: World, index: number) => Lists.of(world).get(index)?.off.pop()?.(),
  destroy: (world: World, index: number) => Lists.of(world).get(index)?.observer.destroy(),
  setQueries: (world: World, index: number, queries: Fields[], combine?: Combines) => {
    const slot = Lists.of(world).get(index);
    if (slot) Lists.of(world).setQueries(slot, queries, combine);
  },
  render: (world: World, index: number, queries: Fields[], combine?: Combines, props: string[] = []) => {
    const slot = Lists.of(world).get(index);
    if (slot) Lists.of(world).render(slot, queries, combine, props);
  },
  probe: (world: World, index: number) => {
    const slot = Lists.of(world).get(index);
    return slot && Lists.of(world).describe(slot);
  },
};
