// All of query-core's types; of its values, those that work: the others only throw, saying that they are not there yet.

export * from './extras.js';
export type * from './query-core/index.js';
export {
  CancelledError,
  dataTagErrorSymbol,
  dataTagSymbol,
  defaultScheduler,
  environmentManager,
  experimental_streamedQuery,
  focusManager,
  hashKey,
  InfiniteQueryObserver,
  isCancelledError,
  isServer,
  keepPreviousData,
  MutationCache,
  matchQuery,
  noop,
  notifyManager,
  onlineManager,
  partialMatchKey,
  Query,
  QueryCache,
  QueryClient,
  QueryObserver,
  replaceEqualDeep,
  shouldThrowError,
  skipToken,
  timeoutManager,
  unsetMarker,
} from './query-core/index.js';
