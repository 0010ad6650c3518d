import { realise, realiseAll } from '../world/functions.js';
import type { World } from '../world/world.js';

type Fields = Record<string, unknown>;

const client = (world: World): any => world.clients[0]!;

/** What only queries of pages have. Their observers share the slots of the plain ones. */
export const pagesOps = {
  create: (world: World, slot: number, options: Fields, on = 0) => world.observers.create(slot, options, on, 'pages'),
  fetchNextPage: (world: World, slot: number, options?: Fields) =>
    world.observers.pages(slot)?.fetchNextPage(options as never),
  fetchPreviousPage: (world: World, slot: number, options?: Fields) =>
    world.observers.pages(slot)?.fetchPreviousPage(options as never),
  infiniteQuery: (world: World, options: Fields) => client(world).infiniteQuery(realiseAll(world, options, '')),
  fetchInfiniteQuery: (world: World, options: Fields) =>
    client(world).fetchInfiniteQuery(realiseAll(world, options, '')),
  prefetchInfiniteQuery: (world: World, options: Fields) =>
    client(world).prefetchInfiniteQuery(realiseAll(world, options, '')),
  ensureInfiniteQueryData: (world: World, options: Fields) =>
    client(world).ensureInfiniteQueryData(realiseAll(world, options, '')),
  /** `setQueryData` with an updater of pages. */
  update: (world: World, key: readonly unknown[], updater: unknown, options?: Fields) =>
    client(world).setQueryData(key, realise(world, updater, 'updater'), options),
};
