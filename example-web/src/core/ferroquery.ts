import { useLive } from 'ferroquery/live-react';
import {
  decodeJson,
  defineKeys,
  keepPreviousData,
  notifyManager,
  onlineManager,
  QueryClient,
  QueryClientProvider,
  TTL,
  useMutation,
  useQuery,
  useQueryClient,
} from 'ferroquery/react';
import type { Core } from './core';
import { queryDefaults } from './queryDefaults';
import { rules } from './rules';

let received = 0;

export const ferroquery: Core = {
  name: 'ferroquery',
  createClient: () => new QueryClient({ defaultOptions: { queries: queryDefaults }, rules }),
  decode(context, body) {
    received += body.byteLength;
    return decodeJson(context, body);
  },
  bytesParsed(client) {
    const { decode } = client.stats();
    // Bodies that nothing can be compared with are parsed as a whole, and aren't counted there.
    return decode.parsed + received - decode.received;
  },
  skipping: (skipCache) => ({ skipCache }),
  // The server says when something has changed.
  refetchInterval: false,
  beyond: {
    connect: (client) => client.connect({ url: '/inv/v1/stream' }),
    useLive,
    stats: (client) => client.stats(),
  },
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
