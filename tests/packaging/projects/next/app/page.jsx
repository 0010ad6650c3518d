import { dehydrate, HydrationBoundary, QueryClient } from 'ferroquery/react';
import { Counter } from './counter';

export const dynamic = 'force-dynamic';

/** Rendered on the server with data, which the page takes up. */
export default async function Page() {
  const client = new QueryClient();
  await client.prefetchQuery({ queryKey: ['count'], queryFn: () => ({ count: 0, from: 'server' }) });
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <Counter />
    </HydrationBoundary>
  );
}
