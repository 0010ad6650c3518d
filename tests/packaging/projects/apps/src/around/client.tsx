// What people put around React Query, under the official names: devtools, persisters, broadcast between tabs.
import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import { broadcastQueryClient } from '@tanstack/query-broadcast-client-experimental';
import { createSyncStoragePersister } from '@tanstack/query-sync-storage-persister';
import { QueryClient, QueryClientProvider, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ReactQueryDevtools } from '@tanstack/react-query-devtools/production';
import { experimental_createQueryPersister, PersistQueryClientProvider } from '@tanstack/react-query-persist-client';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { add, read, staleTime } from '../api';

const asked = new URLSearchParams(location.search);
const persist = asked.get('persist');
const client = new QueryClient({ defaultOptions: { queries: { gcTime: 3_600_000 } } });
const storage = window.localStorage;
const asyncStorage = {
  getItem: async (key: string) => storage.getItem(key),
  setItem: async (key: string, value: string) => storage.setItem(key, value),
  removeItem: async (key: string) => storage.removeItem(key),
};
const ofOneQuery =
  persist === 'query' ? experimental_createQueryPersister({ storage: asyncStorage, prefix: 'one' }) : undefined;
if (asked.has('broadcast')) {
  broadcastQueryClient({ queryClient: client, broadcastChannel: 'around' });
}

function Counter() {
  const client = useQueryClient();
  const { data, status } = useQuery({
    queryKey: ['count'],
    queryFn: () => read(location.origin),
    staleTime,
    persister: ofOneQuery?.persisterFn as never,
  });
  const raise = useMutation({
    mutationFn: () => add(location.origin),
    onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }),
  });
  return (
    <>
      <p id="count">{data ? data.count : 'pending'}</p>
      <p id="reads">{data ? data.reads : 'pending'}</p>
      <p id="status">{status}</p>
      <button type="button" id="refresh" onClick={() => client.invalidateQueries({ queryKey: ['count'] })}>
        refresh
      </button>
      <button type="button" id="add" onClick={() => raise.mutate()}>
        add
      </button>
    </>
  );
}

function Provider({ children }: { children: ReactNode }) {
  if (persist !== 'sync' && persist !== 'async') {
    return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  }
  const persister =
    persist === 'sync'
      ? createSyncStoragePersister({ storage, key: 'all', throttleTime: 50 })
      : createAsyncStoragePersister({ storage: asyncStorage, key: 'all', throttleTime: 50 });
  return (
    <PersistQueryClientProvider client={client} persistOptions={{ persister }}>
      {children}
    </PersistQueryClientProvider>
  );
}

createRoot(document.getElementById('app')!).render(
  <Provider>
    <Counter />
    {asked.has('devtools') && <ReactQueryDevtools initialIsOpen={asked.get('devtools') === 'open'} />}
  </Provider>,
);
