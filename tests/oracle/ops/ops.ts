import type { World } from '../world/world.js';
import { cacheOps } from './cache.js';
import { clientOps } from './client.js';
import { hydrationOps } from './hydration.js';
import { listOps } from './lists.js';
import { mutationOps, mutationsOps, mutatorOps } from './mutation.js';
import { observerOps } from './observer.js';
import { pagesOps } from './pages.js';
import { queryOps } from './query.js';
import { surroundOps } from './surround.js';

/** Carries out one step. A returned promise is watched; any other value is written down. */
export type Op = (world: World, ...args: any[]) => unknown;

const named = (prefix: string, table: Record<string, Op>): [string, Op][] =>
  Object.entries(table).map(([name, op]) => [`${prefix}.${name}`, op]);

/** All steps by their names in a script. */
export const ops: Record<string, Op> = Object.fromEntries([
  ...named('client', clientOps(0)),
  ...named('client1', clientOps(1)),
  ...named('observer', observerOps),
  ...named('query', queryOps),
  ...named('cache', cacheOps),
  ...named('list', listOps),
  ...named('hydration', hydrationOps),
  ...named('pages', pagesOps),
  ...named('mutator', mutatorOps),
  ...named('mutation', mutationOps),
  ...named('mutations', mutationsOps),
  ...Object.entries(surroundOps),
]);
