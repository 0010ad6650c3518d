export { CancelledError, isCancelledError } from './cancelledError';
export { defineKeys, TTL } from './defineKeys';
export { environmentManager } from './environmentManager';
export { EngineTrapError, EngineUnavailableError } from './errors';
export { focusManager } from './focusManager';
export { HttpError } from './http/httpError';
export { jsonQuery } from './http/jsonQuery';
export {
  defaultShouldDehydrateMutation,
  defaultShouldDehydrateQuery,
  dehydrate,
  dehydrateQuery,
  hydrate,
} from './hydration';
export { InfiniteQueryObserver } from './infiniteQueryObserver';
export { isServer } from './isServer';
export { decodeJson } from './json/decodeJson';
export {
  dataTagErrorSymbol,
  dataTagSymbol,
  keepPreviousData,
  noop,
  shouldThrowError,
  skipToken,
  unsetMarker,
} from './markers';
export { matchMutation } from './matchMutation';
export { matchQuery } from './matchQuery';
export { Mutation } from './mutation';
export { MutationCache } from './mutationCache';
export { MutationObserver } from './mutationObserver';
export { defaultScheduler, notifyManager } from './notifyManager';
export { onlineManager } from './onlineManager';
export { indexedDb } from './persist/indexedDb';
export { memoryStore } from './persist/memoryStore';
export { persist } from './persist/persist';
export { QueriesObserver } from './queriesObserver';
export { Query } from './query';
export { QueryCache } from './queryCache';
export { QueryClient } from './queryClient';
export { hashKey, partialMatchKey } from './queryKey';
export { QueryObserver } from './queryObserver';
export { streamedQuery as experimental_streamedQuery } from './streamedQuery';
export { replaceEqualDeep } from './structuralSharing';
export { timeoutManager } from './timeoutManager';
