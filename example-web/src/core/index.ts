import { chosenCore } from './choice';

/** Only the one that runs is downloaded. */
export const core =
  chosenCore() === 'query-core' ? (await import('./queryCore')).queryCore : (await import('./ferroquery')).ferroquery;

export const {
  QueryClientProvider,
  defineKeys,
  keepPreviousData,
  notifyManager,
  onlineManager,
  TTL,
  useMutation,
  useQuery,
  useQueryClient,
} = core;
