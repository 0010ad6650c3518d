import { type QueryClient, type QueryKey, QueryObserver, type QueryObserverOptions } from 'ferroquery';

export interface Watched {
  readonly observer: QueryObserver<any, any, any, any, any>;
  /** How often the query function has run. */
  readonly fetches: () => number;
  readonly stop: () => void;
}

/** Mounts an observer whose query function counts its runs and answers with their number. */
export function watch(
  client: QueryClient,
  queryKey: QueryKey,
  options: Partial<QueryObserverOptions<any, any, any, any, any>> = {},
): Watched {
  let fetches = 0;
  const observer = new QueryObserver<any, any, any, any, any>(client, {
    queryKey,
    queryFn: () => Promise.resolve(++fetches),
    ...options,
  });
  const stop = observer.subscribe(() => {});
  return { observer, fetches: () => fetches, stop };
}

/** Lets promises and zero timers run. */
export function settle(ms = 5): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
