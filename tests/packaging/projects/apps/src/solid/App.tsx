import { type QueryClient, QueryClientProvider, useMutation, useQuery, useQueryClient } from 'ferroquery/solid';
import { Suspense } from 'solid-js';
import { add, read, staleTime } from '../api';

function Counter(props: { origin: string }) {
  const client = useQueryClient();
  const query = useQuery(() => ({ queryKey: ['count'], queryFn: () => read(props.origin), staleTime }));
  const raise = useMutation(() => ({
    mutationFn: () => add(props.origin),
    onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }),
  }));
  return (
    <>
      <p id="count">{query.data ? query.data.count : 'pending'}</p>
      <p id="reads">{query.data ? query.data.reads : 'pending'}</p>
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

export function App(props: { client: QueryClient; origin: string }) {
  return (
    <QueryClientProvider client={props.client}>
      <Suspense>
        <Counter origin={props.origin} />
      </Suspense>
    </QueryClientProvider>
  );
}
