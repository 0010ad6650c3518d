import type { Query } from '@tanstack/query-core';
import { realise, realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Key = readonly unknown[];
type Fields = Record<string, unknown>;

/** Does something with the query of that key in the first cache; nothing where there is none. */
const on =
  <Rest extends unknown[]>(act: (query: Query<any, any, any, any>, world: World, ...rest: Rest) => unknown) =>
  (world: World, key: Key, ...rest: Rest) => {
    const query = world.caches[0]!.get(world.core.hashKey(key));
    return query && act(query, world, ...rest);
  };

/** The methods of a Query. */
export const queryOps = {
  setState: on((query, _world, state: Fields) => query.setState(state)),
  setData: on((query, _world, data: unknown, options?: Fields) => query.setData(data, options as never)),
  setOptions: on((query, world, options: Fields) => query.setOptions(realiseAll(world, options, 'query.'))),
  invalidate: on((query) => query.invalidate()),
  reset: on((query) => query.reset()),
  cancel: on((query, _world, options?: Fields) => query.cancel(options)),
  fetch: on((query, world, options?: Fields, fetchOptions?: Fields) =>
    query.fetch(realiseAll(world, options, 'query.'), fetchOptions),
  ),
  destroy: on((query) => query.destroy()),
  onFocus: on((query) => query.onFocus()),
  onOnline: on((query) => query.onOnline()),
  isStaleByTime: on((query, _world, staleTime?: number | 'static') => query.isStaleByTime(staleTime)),
  promise: on((query) => query.promise ?? 'no promise'),
  /** Everything that can be asked without changing anything. */
  probe: on((query, world) => ({
    isActive: query.isActive(),
    isDisabled: query.isDisabled(),
    isFetched: query.isFetched(),
    isStale: query.isStale(),
    isStatic: query.isStatic(),
    observers: query.getObserversCount(),
    meta: query.meta,
    type: query.queryType,
    reset: world.recorder.show.record(query.resetState),
  })),
  /** `setData` through an updater marker has no meaning here: a query takes plain values. */
  setDataOf: on((query, world, value: unknown) => query.setData(realise(world, value, 'value')(query.state.data))),
};
