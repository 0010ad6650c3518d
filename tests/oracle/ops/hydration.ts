import type { DehydratedState } from '@tanstack/query-core';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;

const states = (world: World): Map<string, DehydratedState> => world.once('dehydrated states', () => new Map());
const wrap = (data: unknown) => ({ wrapped: data });
const unwrap = (data: any) => data?.wrapped;

/** From one client's caches into another's. */
export const hydrationOps = {
  /** Keeps the state under a name: as it is, or as JSON brings it. */
  dehydrate: (
    world: World,
    name: string,
    client = 0,
    which: 'default' | 'all' | 'pending' = 'default',
    json = false,
  ) => {
    const on = world.clients[client % world.clients.length]!;
    const shouldDehydrateQuery = ({ state }: { state: { status: string } }) =>
      which === 'all' || state.status === 'pending';
    const options = { serializeData: wrap, ...(which === 'default' ? {} : { shouldDehydrateQuery }) };
    const state = world.core.dehydrate(on, options);
    states(world).set(name, json ? JSON.parse(JSON.stringify(state)) : state);
    return world.recorder.show.plain(state);
  },
  hydrate: (world: World, name: string, client = 0, queries?: Fields) => {
    const state = states(world).get(name);
    if (!state) return;
    const on = world.clients[client % world.clients.length]!;
    world.core.hydrate(on, state, { defaultOptions: { deserializeData: unwrap, ...(queries ? { queries } : {}) } });
  },
};
