import type { QueryFunction, QueryOptions } from '@tanstack/query-core';
import { isDevelopment } from './development';
import { skipToken } from './markers';

type Options = QueryOptions<any, any, any, any>;

/** What a behavior gets: it may put a function of its own in place of `fetchFn`. */
export type FetchContext = Parameters<NonNullable<Options['behavior']>['onFetch']>[0];
export type FetchOptions = NonNullable<FetchContext['fetchOptions']> & {
  /** Whether data that comes from a store meanwhile will do. */
  isEnough?: () => boolean;
};

/** The function to call for a fetch; where there is none, one that says so. */
export function ensureQueryFn(options: Options, fetchOptions: FetchOptions | undefined): QueryFunction<any, any, any> {
  const { queryFn } = options;
  if (isDevelopment && queryFn === skipToken) {
    console.error(
      `Attempted to invoke queryFn when set to skipToken. This is likely a configuration error. Query hash: '${options.queryHash}'`,
    );
  }
  if (!queryFn && fetchOptions?.initialPromise) {
    return () => fetchOptions.initialPromise;
  }
  if (!queryFn || queryFn === skipToken) {
    return () => Promise.reject(new Error(`Missing queryFn: '${options.queryHash}'`));
  }
  return queryFn as QueryFunction<any, any, any>;
}
