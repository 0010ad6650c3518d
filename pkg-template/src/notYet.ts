// What React Query exports and this version doesn't have. The names are there because the adapters import them all; using
// one says so at once.

import { missing } from './missing';

export class QueriesObserver {
  constructor() {
    missing('QueriesObserver');
  }
}

export const hydrate = (): never => missing('hydrate');
export const dehydrate = (): never => missing('dehydrate');
export const dehydrateQuery = (): never => missing('dehydrateQuery');
export const defaultShouldDehydrateQuery = (): never => missing('defaultShouldDehydrateQuery');
export const defaultShouldDehydrateMutation = (): never => missing('defaultShouldDehydrateMutation');
