import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Key = readonly unknown[];
type Fields = Record<string, unknown>;

/** The methods of a QueryCache. */
export const cacheOps = {
  /** Listens; at the nth event of `type` (any, if not given) it acts. */
  subscribe: (world: World, type: string | undefined, reaction: Marker<'at', readonly [number, Step[]]>) => {
    const [nth, steps = []] = reaction.args;
    let count = 0;
    world.caches[0]!.subscribe((event) => {
      if (type !== undefined && event.type !== type) return;
      if (count++ !== nth) return;
      world.recorder.line(`  listener of ${type ?? 'all'} sees ${world.watch.event(event)}`);
      for (const step of steps) world.applyInside(step, event.query);
    });
  },
  find: (world: World, filters: Fields) => world.caches[0]!.find(realiseAll(world, filters, 'filter ')),
  findAll: (world: World, filters?: Fields) => world.caches[0]!.findAll(realiseAll(world, filters, 'filter ')),
  getAll: (world: World) => world.caches[0]!.getAll(),
  get: (world: World, hash: string) => world.caches[0]!.get(hash),
  build: (world: World, options: Fields, state?: Fields) =>
    world.caches[0]!.build(world.clients[0]!, realiseAll(world, options, 'build '), state as never),
  remove: (world: World, key: Key) => {
    const query = world.caches[0]!.get(world.core.hashKey(key));
    if (query) world.caches[0]!.remove(query);
  },
  clear: (world: World) => world.caches[0]!.clear(),
  onFocus: (world: World) => world.caches[0]!.onFocus(),
  onOnline: (world: World) => world.caches[0]!.onOnline(),
};
