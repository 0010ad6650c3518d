import {
  keepPreviousData,
  MutationCache,
  notifyManager,
  onlineManager,
  QueryClient,
  QueryClientProvider,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Core } from './core';
import { defineKeys, TTL } from './plainKeys';
import { queryDefaults } from './queryDefaults';

const utf8 = new TextDecoder();
let parsed = 0;

/** React Query as a team without a live connection uses it: it polls, and fetches again on focus and after its own writes. */
const parts = {
  name: 'query-core',
  createClient() {
    const client: QueryClient = new QueryClient({
      defaultOptions: { queries: { ...queryDefaults, refetchOnWindowFocus: true } },
      mutationCache: new MutationCache({ onSuccess: () => void client.invalidateQueries() }),
    });
    return client;
  },
  // What `response.json()` does, from bytes that can be counted.
  async decode(_context: unknown, body: ArrayBuffer) {
    parsed += body.byteLength;
    return JSON.parse(utf8.decode(body));
  },
  bytesParsed: () => parsed,
  skipping: (skipCache: boolean) => (skipCache ? { staleTime: 0, meta: { skipCache } } : {}),
  refetchInterval: 5_000,
  beyond: null,
  QueryClientProvider,
  defineKeys,
  keepPreviousData,
  notifyManager,
  onlineManager,
  TTL,
  useMutation,
  useQuery,
  useQueryClient,
};

// The page is typed once. Ferroquery's types have what React Query's have, and more: the page asks `beyond` for that.
export const queryCore = parts as unknown as Core;
