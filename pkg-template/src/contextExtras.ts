import type { Query } from './query';

/** What ferroquery's contexts carry beside query-core's. */
export interface ContextExtras {
  skipCache?: boolean | 'no-store' | undefined;
}

/** What the query's options have to say in a context. */
export function extrasOf(query: Query): ContextExtras {
  const { skipCache } = query.options;
  return skipCache ? { skipCache } : {};
}
