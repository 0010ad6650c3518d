import type { LiveConnection, QueryClient, QueryFunctionContext, Stats } from 'ferroquery';

export type CoreName = 'ferroquery' | 'query-core';

/** What the page uses of an adapter for React. Ferroquery's is React Query's own, so these types hold for both. */
type Adapter = Pick<
  typeof import('ferroquery/react'),
  | 'QueryClientProvider'
  | 'defineKeys'
  | 'keepPreviousData'
  | 'notifyManager'
  | 'onlineManager'
  | 'TTL'
  | 'useMutation'
  | 'useQuery'
  | 'useQueryClient'
>;

/** The cache that the page runs on, and all in which the two differ. */
export interface Core extends Adapter {
  name: CoreName;
  /** @throws EngineUnavailableError where the browser forbids WebAssembly */
  createClient: () => QueryClient;
  /** The value of a JSON body. Rejects with a SyntaxError where it isn't JSON. */
  decode: (context: QueryFunctionContext, body: ArrayBuffer) => Promise<unknown>;
  /** How many bytes of bodies were parsed since the page was opened. */
  bytesParsed: (client: QueryClient) => number;
  /** Options of a query that passes every cache, or not. */
  skipping: (skip: boolean) => object;
  /** How often everything that is shown is fetched again, in ms, without anybody's asking for it. */
  refetchInterval: number | false;
  /** What React Query has nothing of. */
  beyond: Beyond | null;
}

export interface Beyond {
  connect: (client: QueryClient) => LiveConnection;
  useLive: typeof import('ferroquery/live-react').useLive;
  stats: (client: QueryClient) => Stats;
}
