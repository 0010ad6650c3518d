import { useState } from 'react';
import type { Adapter } from './adapter.js';
import type { Stage } from './stage.js';

type Options = Parameters<Adapter['useQuery']>[0];
type On = { on: Stage };
type Named = Options & On & { name: string };

/** Everything that a page usually shows of a query. */
export function Query({ on, name, ...options }: Named) {
  on.rendered(name);
  const result = on.adapter.useQuery(options);
  const { data, error, status, fetchStatus, isPlaceholderData, isStale, failureCount } = result;
  const parts = [data, error && String(error), status, fetchStatus, isPlaceholderData, isStale, failureCount];
  return (
    <p>
      {name} {JSON.stringify(parts)}
    </p>
  );
}

/** Reads data only, so that only changes of data may render it again. */
export function Data({ on, name, ...options }: Named) {
  on.rendered(name);
  return <p>{JSON.stringify(on.adapter.useQuery(options).data)}</p>;
}

export function Fetching({ on }: On) {
  on.rendered('fetching');
  return <i>{on.adapter.useIsFetching()}</i>;
}

/** Pages of a list, one at a time, with the last one shown meanwhile. */
export function Pages({ on, queryFn }: On & { queryFn: (page: number) => () => Promise<unknown> }) {
  on.rendered('pages');
  const [page, setPage] = useState(0);
  const { data, isPlaceholderData } = on.adapter.useQuery({
    queryKey: ['page', page],
    queryFn: queryFn(page),
    placeholderData: on.adapter.keepPreviousData,
  });
  return (
    <button type="button" onClick={() => setPage(page + 1)}>
      {JSON.stringify([data, isPlaceholderData])}
    </button>
  );
}

export function Suspended({ on, ...options }: On & { queryKey: unknown[]; queryFn: () => Promise<unknown> }) {
  on.rendered('suspended');
  return <b>{JSON.stringify(on.adapter.useSuspenseQuery(options).data)}</b>;
}

export function Invalidate({ on, queryKey }: On & { queryKey: unknown[] }) {
  on.rendered('invalidate');
  const client = on.adapter.useQueryClient();
  return (
    <button type="button" onClick={() => void client.invalidateQueries({ queryKey })}>
      invalidate
    </button>
  );
}
