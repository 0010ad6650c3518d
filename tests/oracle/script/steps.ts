import type { cacheOps } from '../ops/cache.js';
import type { clientOps } from '../ops/client.js';
import type { hydrationOps } from '../ops/hydration.js';
import type { listOps } from '../ops/lists.js';
import type { mutationOps, mutationsOps, mutatorOps } from '../ops/mutation.js';
import type { observerOps } from '../ops/observer.js';
import type { pagesOps } from '../ops/pages.js';
import type { queryOps } from '../ops/query.js';
import type { surroundOps } from '../ops/surround.js';
import { Step } from './step.js';

type Rest<F> = F extends (world: any, ...args: infer Args) => unknown ? Args : never;
type Makers<Table> = { [Name in keyof Table]: (...args: Rest<Table[Name]>) => Step };

/** Step makers by name: `client.clear()` is the step `client.clear` without arguments. */
const makers = <Table>(prefix: string) =>
  new Proxy({} as Makers<Table>, {
    get:
      (_target, name) =>
      (...args: unknown[]) =>
        new Step(prefix + String(name), args),
  });

export const client = makers<ReturnType<typeof clientOps>>('client.');
export const client1 = makers<ReturnType<typeof clientOps>>('client1.');
export const observer = makers<typeof observerOps>('observer.');
export const query = makers<typeof queryOps>('query.');
export const pages = makers<typeof pagesOps>('pages.');
export const list = makers<typeof listOps>('list.');
export const hydration = makers<typeof hydrationOps>('hydration.');
export const cache = makers<typeof cacheOps>('cache.');
export const mutator = makers<typeof mutatorOps>('mutator.');
export const mutation = makers<typeof mutationOps>('mutation.');
export const mutations = makers<typeof mutationsOps>('mutations.');
export const { advance, jump, focus, online, batch, schedule, raise } = makers<typeof surroundOps>('');
