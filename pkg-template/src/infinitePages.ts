import type { Query as CoreQuery, InfiniteData, InfiniteQueryPageParamsOptions } from '@tanstack/query-core';
import { type ContextExtras, extrasOf } from './contextExtras';
import { addSignal } from './fetchSignal';
import { ensureQueryFn, type FetchContext } from './queryFunction';

type Pages = InfiniteData<any, any>;
type Params = InfiniteQueryPageParamsOptions<any, any>;
type Options = FetchContext['options'] & Params & { pages?: number };

/** Makes a fetch one of pages: of one more in the direction that its meta names, else of all of them again, in order. */
export function fetchPages(context: FetchContext, query: CoreQuery<any, any, any, any>): void {
  const options = context.options as Options;
  const direction = context.fetchOptions?.meta?.fetchMore?.direction;
  const old: Pages = {
    pages: context.state.data?.pages || [],
    pageParams: context.state.data?.pageParams || [],
  };
  // They outlive an attempt: another try goes on at the page that failed.
  let done: Pages = { pages: [], pageParams: [] };
  let count = 0;

  const fetchFn = async (): Promise<Pages> => {
    let isAborted = false;
    const queryFn = ensureQueryFn(options, context.fetchOptions);

    const addPage = async (data: Pages, param: unknown, backward: boolean): Promise<Pages> => {
      if (isAborted) {
        return Promise.reject(context.signal.reason);
      }
      if (isEnd(param) && data.pages.length > 0) {
        // As many microtasks as there: what ends together with it is told in the same order.
        return Promise.resolve(data);
      }
      const pageContext = addSignal(
        {
          client: context.client,
          queryKey: context.queryKey,
          pageParam: param,
          direction: backward ? 'backward' : 'forward',
          meta: options.meta,
          ...extrasOf(query.options as ContextExtras),
        },
        context,
        () => {
          isAborted = true;
        },
      );
      const page = await queryFn(pageContext as never);
      const add = backward ? addToStart : addToEnd;
      return {
        pages: add(data.pages, page, options.maxPages),
        pageParams: add(data.pageParams, param, options.maxPages),
      };
    };

    if (direction && old.pages.length > 0) {
      const backward = direction === 'backward';
      done = await addPage(old, backward ? previousPageParam(options, old) : nextPageParam(options, old), backward);
      return done;
    }
    const first = old.pageParams[0];
    const wanted = options.pages ?? old.pages.length;
    do {
      const param = count > 0 ? nextPageParam(options, done) : first === undefined ? options.initialPageParam : first;
      if (count > 0 && isEnd(param)) {
        break;
      }
      done = await addPage(done, param, false);
      count++;
    } while (count < wanted);
    return done;
  };

  if (!options.persister || (query.options as ContextExtras).skipCache) {
    context.fetchFn = fetchFn;
    return;
  }
  context.fetchFn = () =>
    options.persister?.(
      fetchFn,
      { client: context.client, queryKey: context.queryKey, meta: options.meta, signal: context.signal },
      query,
    );
}

/** Whether there is a page after the last one. */
export function hasNextPage(options: Params, data: Pages | null | undefined): boolean {
  return data ? !isEnd(nextPageParam(options, data)) : false;
}

/** Whether there is a page before the first one. */
export function hasPreviousPage(options: Params, data: Pages | null | undefined): boolean {
  return data && options.getPreviousPageParam ? !isEnd(previousPageParam(options, data)) : false;
}

function nextPageParam(options: Params, { pages, pageParams }: Pages): unknown {
  const last = pages.length - 1;
  return pages.length > 0 ? options.getNextPageParam(pages[last], pages, pageParams[last], pageParams) : undefined;
}

function previousPageParam(options: Params, { pages, pageParams }: Pages): unknown {
  return pages.length > 0 ? options.getPreviousPageParam?.(pages[0], pages, pageParams[0], pageParams) : undefined;
}

const isEnd = (param: unknown): boolean => param === null || param === undefined;

/** The items and one more; where they are more than `most` (0 is no bound), without those at the other end. */
function addToEnd<T>(items: readonly T[], item: T, most = 0): T[] {
  const added = [...items, item];
  return most && added.length > most ? added.slice(-most) : added;
}

function addToStart<T>(items: readonly T[], item: T, most = 0): T[] {
  const added = [item, ...items];
  return most && added.length > most ? added.slice(0, most) : added;
}
