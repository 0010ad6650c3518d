import type {
  FetchNextPageOptions,
  FetchPreviousPageOptions,
  InfiniteQueryObserverOptions,
  InfiniteQueryObserverResult,
} from '@tanstack/query-core';
import { hasNextPage, hasPreviousPage } from './infinitePages';
import type { Query } from './query';
import { QueryObserver } from './queryObserver';

type Options = InfiniteQueryObserverOptions<any, any, any, any, any>;
type Result = InfiniteQueryObserverResult<any, any>;

/** Watches a query of pages, and fetches more of them. */
export class InfiniteQueryObserver extends QueryObserver {
  protected override bindMethods(): void {
    super.bindMethods();
    this.fetchNextPage = this.fetchNextPage.bind(this);
    this.fetchPreviousPage = this.fetchPreviousPage.bind(this);
  }

  override setOptions(options: Options): void {
    options._type = 'infinite';
    super.setOptions(options as never);
  }

  override getOptimisticResult(options: Options): Result {
    options._type = 'infinite';
    return super.getOptimisticResult(options as never) as Result;
  }

  fetchNextPage(options?: FetchNextPageOptions): Promise<Result> {
    return this.fetch({ ...options, meta: { fetchMore: { direction: 'forward' } } }) as Promise<Result>;
  }

  fetchPreviousPage(options?: FetchPreviousPageOptions): Promise<Result> {
    return this.fetch({ ...options, meta: { fetchMore: { direction: 'backward' } } }) as Promise<Result>;
  }

  protected override createResult(coreQuery: never, options: Options): Result {
    const query = coreQuery as Query;
    const base = super.createResult(coreQuery, options as never);
    const { isError, isFetching } = base;
    const direction = query.fetchMeta?.fetchMore?.direction;
    const forward = direction === 'forward';
    const backward = direction === 'backward';
    return {
      ...base,
      fetchNextPage: this.fetchNextPage,
      fetchPreviousPage: this.fetchPreviousPage,
      hasNextPage: hasNextPage(options, query.data),
      hasPreviousPage: hasPreviousPage(options, query.data),
      isFetchNextPageError: isError && forward,
      isFetchingNextPage: isFetching && forward,
      isFetchPreviousPageError: isError && backward,
      isFetchingPreviousPage: isFetching && backward,
      isRefetchError: base.isRefetchError && !forward && !backward,
      isRefetching: base.isRefetching && !forward && !backward,
    } as Result;
  }
}
