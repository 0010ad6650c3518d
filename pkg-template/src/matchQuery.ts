import type { Query as CoreQuery, QueryFilters } from '@tanstack/query-core';
import { hashQueryKeyByOptions, partialMatchKey } from './queryKey';

/** Whether one query passes the filters. To find queries use the cache: it doesn't look at all of them. */
export function matchQuery(filters: QueryFilters<any>, query: CoreQuery<any, any, any, any>): boolean {
  const { type = 'all', exact, fetchStatus, predicate, queryKey, stale } = filters;
  if (queryKey) {
    if (exact) {
      if (query.queryHash !== hashQueryKeyByOptions(queryKey, query.options)) {
        return false;
      }
    } else if (!partialMatchKey(query.queryKey, queryKey as never)) {
      return false;
    }
  }
  return (
    (type === 'all' || query.isActive() === (type === 'active')) &&
    (typeof stale !== 'boolean' || query.isStale() === stale) &&
    (!fetchStatus || fetchStatus === query.state.fetchStatus) &&
    (!predicate || !!predicate(query))
  );
}
