import type { SignalCarrier } from './fetchSignal';
import type { Query } from './query';

/** Under this key the context of a query function carries the query itself, if that isn't stored and nobody could find it. */
export const hiddenQuery = Symbol('hiddenQuery');

/** What ferroquery's contexts carry beside query-core's. */
export interface ContextExtras extends SignalCarrier {
  readonly [hiddenQuery]?: Query;
  skipCache?: boolean | 'no-store' | undefined;
}

/** What the query's options have to say in a context. */
export function extrasOf(query: Query): ContextExtras {
  const { skipCache } = query.options;
  if (!skipCache) {
    return {};
  }
  return query.isPrivate ? { skipCache, [hiddenQuery]: query } : { skipCache };
}
