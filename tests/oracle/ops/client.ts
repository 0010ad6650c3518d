import { realise, realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Key = readonly unknown[];
type Fields = Record<string, unknown>;

/** The methods of a QueryClient; `index` 1 is the second client, or the first where there is only one. */
export function clientOps(index: number) {
  const on = (world: World): any => world.clients[index % world.clients.length]!;
  const filters = (world: World, value: Fields | undefined) => realiseAll(world, value, 'filter ');
  const options = (world: World, value: Fields) => realiseAll(world, value, '');
  return {
    setQueryData: (world: World, key: Key, value: unknown, opts?: Fields) =>
      on(world).setQueryData(key, realise(world, value, 'updater'), opts),
    getQueryData: (world: World, key: Key) => on(world).getQueryData(key),
    getQueryState: (world: World, key: Key) => {
      const state = on(world).getQueryState(key);
      return state === undefined ? 'no state' : world.recorder.show.record(state);
    },
    setQueriesData: (world: World, filter: Fields, value: unknown, opts?: Fields) =>
      on(world).setQueriesData(filters(world, filter), realise(world, value, 'updater'), opts),
    getQueriesData: (world: World, filter: Fields) => on(world).getQueriesData(filters(world, filter)),
    invalidateQueries: (world: World, filter?: Fields, opts?: Fields) =>
      on(world).invalidateQueries(filters(world, filter), opts),
    refetchQueries: (world: World, filter?: Fields, opts?: Fields) =>
      on(world).refetchQueries(filters(world, filter), opts),
    resetQueries: (world: World, filter?: Fields, opts?: Fields) =>
      on(world).resetQueries(filters(world, filter), opts),
    cancelQueries: (world: World, filter?: Fields, opts?: Fields) =>
      on(world).cancelQueries(filters(world, filter), opts),
    removeQueries: (world: World, filter?: Fields) => on(world).removeQueries(filters(world, filter)),
    isFetching: (world: World, filter?: Fields) => on(world).isFetching(filters(world, filter)),
    fetchQuery: (world: World, opts: Fields) => on(world).fetchQuery(options(world, opts)),
    prefetchQuery: (world: World, opts: Fields) => on(world).prefetchQuery(options(world, opts)),
    ensureQueryData: (world: World, opts: Fields) => on(world).ensureQueryData(options(world, opts)),
    query: (world: World, opts: Fields) => on(world).query(options(world, opts)),
    setDefaultOptions: (world: World, opts: Fields) =>
      on(world).setDefaultOptions({ queries: realiseAll(world, opts, 'default ') }),
    setQueryDefaults: (world: World, key: Key, opts: Fields) =>
      on(world).setQueryDefaults(key, realiseAll(world, opts, 'query default ')),
    getQueryDefaults: (world: World, key: Key) => world.recorder.show.record(on(world).getQueryDefaults(key)),
    mount: (world: World) => on(world).mount(),
    unmount: (world: World) => on(world).unmount(),
    clear: (world: World) => on(world).clear(),
  };
}
