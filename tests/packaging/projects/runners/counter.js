import { QueryClient, QueryClientProvider, useMutation, useQuery, useQueryClient } from 'ferroquery/react';
import { createElement as h } from 'react';

let count = 0;

function Counter() {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ['count'], queryFn: async () => count });
  const raise = useMutation({
    mutationFn: async () => {
      count += 1;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['count'] }),
  });
  return h(
    'button',
    { type: 'button', onClick: () => raise.mutate() },
    data === undefined ? 'pending' : `count ${data}`,
  );
}

/** A button that counts its clicks, by way of a query and a mutation. */
export const app = () => h(QueryClientProvider, { client: new QueryClient() }, h(Counter));
