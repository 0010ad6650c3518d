import type { QueryKey } from '@tanstack/query-core';
import { type Core, judge } from './world/core.js';

/** Filters whose key has `null` where it had `undefined`. */
const asJson = (filters: any) =>
  filters?.queryKey ? { ...filters, queryKey: JSON.parse(JSON.stringify(filters.queryKey)) } : filters;

/**
 * Copies of the judge with one small fault each, of the kinds that a reimplementation makes. They show that
 * the oracle can see: it must find every one of them.
 */
export const planted: Record<string, Core> = {
  'refetchType none refetches': withClient(
    class extends judge.QueryClient {
      override invalidateQueries(filters?: any, options?: any) {
        const refetchType = filters?.refetchType === 'none' ? 'active' : filters?.refetchType;
        return super.invalidateQueries({ ...filters, refetchType }, options);
      }
    },
  ),
  'cancel forgets to revert': withClient(
    class extends judge.QueryClient {
      override cancelQueries(filters?: any, options?: any) {
        return super.cancelQueries(filters, { ...options, revert: false });
      }
    },
  ),
  'an equal answer is a new object': withClient(
    class extends judge.QueryClient {
      override setQueryData(key: QueryKey, updater: any, options?: any): any {
        const data = typeof updater === 'function' ? updater(this.getQueryData(key)) : updater;
        const query = this.getQueryCache().find({ queryKey: key });
        if (query && data !== undefined) query.state.data = undefined;
        return super.setQueryData(key, data, options);
      }
    },
  ),
  'updatedAt is lost': withClient(
    class extends judge.QueryClient {
      override setQueryData(key: QueryKey, updater: any): any {
        return super.setQueryData(key, updater);
      }
    },
  ),
  'undefined and null parts match': withClient(
    class extends judge.QueryClient {
      override isFetching(filters?: any) {
        return super.isFetching(asJson(filters));
      }
      override getQueriesData(filters: any): any {
        return super.getQueriesData(asJson(filters));
      }
    },
  ),
  'garbage is collected a moment late': {
    ...judge,
    QueryClient: class extends judge.QueryClient {
      override defaultQueryOptions(options: any): any {
        const { gcTime, ...rest } = super.defaultQueryOptions(options);
        return { ...rest, gcTime: typeof gcTime === 'number' ? gcTime + 1 : gcTime };
      }
    } as Core['QueryClient'],
  },
  'focus refetches only what is stale': withObserver(
    class extends judge.QueryObserver {
      override setOptions(options: any) {
        super.setOptions({
          ...options,
          refetchOnWindowFocus: options.refetchOnWindowFocus === 'always' ? true : options.refetchOnWindowFocus,
        });
      }
    },
  ),
  'a listener is told twice': withObserver(
    class extends judge.QueryObserver {
      override onQueryUpdate() {
        super.onQueryUpdate();
        if (this.getCurrentResult().isRefetchError)
          judge.notifyManager.schedule(() => {
            for (const tell of this.listeners) tell(this.getCurrentResult());
          });
      }
    },
  ),
  'an option function is asked once more': withObserver(
    class extends judge.QueryObserver {
      override onQueryUpdate() {
        if (typeof this.options.staleTime === 'function') this.options.staleTime(this.getCurrentQuery());
        super.onQueryUpdate();
      }
    },
  ),
};

function withClient(QueryClient: typeof judge.QueryClient): Core {
  return { ...judge, QueryClient };
}

function withObserver(QueryObserver: unknown): Core {
  return { ...judge, QueryObserver: QueryObserver as Core['QueryObserver'] };
}
