import {
  HydrationBoundary,
  type QueryClient,
  QueryClientProvider,
  useMutation,
  useQuery,
  useQueryClient,
} from 'ferroquery/react';
import { add, read, staleTime } from '../api';

function Counter({ origin }: { origin: string }) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ['count'], queryFn: () => read(origin), staleTime });
  const raise = useMutation({
    mutationFn: () => add(origin),
    onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }),
  });
  return (
    <>
      <p id="count">{data ? data.count : 'pending'}</p>
      <p id="reads">{data ? data.reads : 'pending'}</p>
      <p id="mutation">{raise.status}</p>
      <button type="button" id="refresh" onClick={() => client.invalidateQueries({ queryKey: ['count'] })}>
        refresh
      </button>
      <button type="button" id="add" onClick={() => raise.mutate()}>
        add
      </button>
    </>
  );
}

export function App({ client, origin, state }: { client: QueryClient; origin: string; state: unknown }) {
  return (
    <QueryClientProvider client={client}>
      <HydrationBoundary state={state as never}>
        <Counter origin={origin} />
      </HydrationBoundary>
    </QueryClientProvider>
  );
}
