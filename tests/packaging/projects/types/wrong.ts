import { QueryClient } from 'ferroquery';

/** Must not compile. */
export const n: number = new QueryClient().getQueryCache();
