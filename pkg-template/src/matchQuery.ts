import type { Query as CoreQuery, QueryFilters } from '@tanstack/query-core';
import type { Query } from './query';
import { hashQueryKeyByOptions, partialMatchKey } from './queryKey';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };

/** Whether one query passes the filters. To find queries use the cache: it doesn't look at all of them. */
export function matchQuery(filters: Filters, query: CoreQuery<any, any, any, any>): boolean {
  const { type = 'all', exact, fetchStatus, predicate, queryKey, stale, pattern, tags } = filters;
  if (queryKey) {
    if (exact) {
      if (query.queryHash !== hashQueryKeyByOptions(queryKey, query.options)) {
        return false;
      }
    } else if (!partialMatchKey(query.queryKey, queryKey as never)) {
      return false;
    }
  }
  if ((pattern !== undefined || tags) && !isIndexedUnder({ pattern, tags }, query)) {
    return false;
  }
  return (
    (type === 'all' || query.isActive() === (type === 'active')) &&
    (typeof stale !== 'boolean' || query.isStale() === stale) &&
    (!fetchStatus || fetchStatus === query.state.fetchStatus) &&
    (!predicate || !!predicate(query))
  );
}

/** Patterns and tags are known to the index alone: asks it about the query's own key. */
function isIndexedUnder(filters: Filters, query: CoreQuery<any, any, any, any>): boolean {
  const { client, queryKey } = query as unknown as Query;
  return client
    .getQueryCache()
    .findAll({ ...filters, queryKey, exact: true })
    .includes(query);
}
