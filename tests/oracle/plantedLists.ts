import { type Core, judge } from './world/core.js';

/** As in `planted.ts`, what only scenarios of lists and hydration can show. */
export const plantedLists: Record<string, Core> = {
  'combine is called anew each time': {
    ...judge,
    QueriesObserver: class extends judge.QueriesObserver<any> {
      override getOptimisticResult(queries: any, combine: any): any {
        const [raw, , track] = super.getOptimisticResult(queries, combine);
        return [raw, (results = raw) => (combine ? combine(results) : results), track];
      }
    } as Core['QueriesObserver'],
  },
  'observers are not kept': {
    ...judge,
    QueriesObserver: class extends judge.QueriesObserver<any> {
      override setQueries(queries: any, options: any) {
        if (this.hasListeners()) super.setQueries([], options);
        super.setQueries(queries, options);
      }
    } as Core['QueriesObserver'],
  },
  'what is read of one result counts for it alone': {
    ...judge,
    QueriesObserver: class extends judge.QueriesObserver<any> {
      override getOptimisticResult(queries: any, combine: any): any {
        const [raw, combined] = super.getOptimisticResult(queries, combine);
        const observers = this.getObservers();
        return [raw, combined, () => raw.map((result, at) => observers[at]?.trackResult(result) ?? result)];
      }
    } as Core['QueriesObserver'],
  },
  'older data wins': {
    ...judge,
    hydrate: (client, state, options) => {
      const queries = state.queries?.map((query) => ({
        ...query,
        state: { ...query.state, dataUpdatedAt: query.state.dataUpdatedAt && query.state.dataUpdatedAt + 1000 },
      }));
      judge.hydrate(client, { ...state, ...(queries && { queries }) }, options);
    },
  },
  'a promise is not taken up': {
    ...judge,
    hydrate: (client, state, options) => {
      const queries = state.queries?.map(({ promise: _, ...query }) => query);
      judge.hydrate(client, { ...state, ...(queries && { queries }) }, options);
    },
  },
};
