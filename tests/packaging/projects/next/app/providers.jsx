'use client';

import { QueryClient, QueryClientProvider } from 'ferroquery/react';
import { useState } from 'react';

export function Providers({ children }) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } }));
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
