import type { DehydratedState } from '@tanstack/query-core';
import { carried } from '../world/caches.js';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;

const states = (world: World): Map<string, DehydratedState> => world.once('dehydrated states', () => new Map());
const wrap = (data: unknown) => ({ wrapped: data });
const unwrap = (data: any) => data?.wrapped;

/** The order of a state's fields isn't compared. */
const sorted = (query: DehydratedState['queries'][number]) => ({
  ...query,
  state: Object.fromEntries(Object.entries(query.state).sort(([one], [other]) => (one < other ? -1 : 1))),
});

const carriedTo = (world: World, cache: number, state: DehydratedState): DehydratedState => ({
  ...state,
  queries: state.queries.map((query) => {
    if (typeof query.promise?.then !== 'function') return query;
    const promise = carried(world, cache, query.promise);
    promise.catch(() => {});
    return { ...query, promise };
  }),
});

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
    return world.recorder.show.plain({ ...state, queries: state.queries.map(sorted) });
  },
  hydrate: (world: World, name: string, client = 0, queries?: Fields) => {
    const state = states(world).get(name);
    if (!state) return;
    const index = client % world.clients.length;
    const on = world.clients[index]!;
    world.core.hydrate(on, world.caches.length < 2 ? state : carriedTo(world, index, state), {
      defaultOptions: { deserializeData: unwrap, ...(queries ? { queries } : {}) },
    });
  },
};
