import { type Core, judge } from './world/core.js';

/** As in `planted.ts`, what only scenarios of pages and streams can show. */
export const plantedPages: Record<string, Core> = {
  'an end of pages is a page': {
    ...judge,
    InfiniteQueryObserver: class extends judge.InfiniteQueryObserver {
      override setOptions(options: any) {
        const next = options.getNextPageParam;
        super.setOptions({ ...options, getNextPageParam: next && ((...args: unknown[]) => next(...args) ?? 0) });
      }
    } as Core['InfiniteQueryObserver'],
  },
  'maxPages is one too many': {
    ...judge,
    InfiniteQueryObserver: class extends judge.InfiniteQueryObserver {
      override setOptions(options: any) {
        super.setOptions({ ...options, maxPages: options.maxPages && options.maxPages + 1 });
      }
    } as Core['InfiniteQueryObserver'],
  },
  'cancelRefetch is forgotten': {
    ...judge,
    InfiniteQueryObserver: class extends judge.InfiniteQueryObserver {
      override bindMethods() {
        super.bindMethods();
        const { fetchNextPage } = this;
        this.fetchNextPage = ({ cancelRefetch: _, ...options } = {}) => fetchNextPage(options);
      }
    } as Core['InfiniteQueryObserver'],
  },
  'a stream goes on after a cancellation': {
    ...judge,
    experimental_streamedQuery: ((given: any) => {
      const stream = judge.experimental_streamedQuery(given) as (context: any) => unknown;
      return ({ ...context }: any) => {
        for (const key of Object.getOwnPropertySymbols(context)) delete context[key];
        return stream({ ...context, signal: new AbortController().signal });
      };
    }) as unknown as Core['experimental_streamedQuery'],
  },
};
