import { type ReactNode, Suspense } from 'react';
import { Boundary } from '../boundary.js';
import type { Stage } from '../stage.js';
import type { Fetcher, Key, Options, View } from './scenes.js';

type Fetchers = Record<Key, (context: any) => Promise<unknown>>;
type On = { on: Stage };

/** Query functions that count their calls. */
export function fetchersOf(on: Stage, plans: Record<Key, Fetcher>): Fetchers {
  const made = (key: Key, { ms, failures, steady, stops }: Fetcher) => {
    let calls = 0;
    return async ({ pageParam = 0, ...context }: { pageParam?: number; signal: AbortSignal }) => {
      const call = calls++;
      if (stops) context.signal.addEventListener('abort', () => on.rendered(`${key} stops`));
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (failures[call % failures.length]) throw new Error(`${key}${call}`);
      return { key, call: steady ? 0 : call, list: [pageParam, { deep: 1 }] };
    };
  };
  return { a: made('a', plans.a), b: made('b', plans.b), c: made('c', plans.c) };
}

const list = (data: any) => data?.list ?? data;
const COMBINES = {
  data: (results: any[]) => ({ states: results.map((r) => r.status), data: results.map((r) => r.data?.call) }),
  pending: (results: any[]) => ({ pending: results.some((r) => r.isPending), count: results.length }),
};

/** The options as the hooks take them. */
function optionsOf({ adapter }: Stage, fetchers: Fetchers, options: Options, paged = false): any {
  const { key, enabled, initialData, notifyOnChangeProps, placeholder, retry, select, skips, throwOnError, ...rest } =
    options;
  const value = { key, call: -1, list: [] };
  const page = (data: unknown) => (paged ? { pages: [data], pageParams: [0] } : data);
  return {
    ...rest,
    queryKey: paged ? [key, 'pages'] : [key],
    queryFn: skips ? adapter.skipToken : fetchers[key],
    retry: retry ?? false,
    retryDelay: 11,
    ...(enabled !== undefined && {
      enabled: enabled === 'until data' ? (query: any) => query.state.data === undefined : enabled,
    }),
    ...(initialData && { initialData: page(value), ...(initialData === 'old' && { initialDataUpdatedAt: 0 }) }),
    ...(notifyOnChangeProps && {
      notifyOnChangeProps: notifyOnChangeProps === 'status by function' ? () => ['status'] : notifyOnChangeProps,
    }),
    ...(placeholder && { placeholderData: placeholder === 'previous' ? adapter.keepPreviousData : page(value) }),
    ...(select && !paged && { select: select === 'stable' ? list : (data: any) => ({ call: data?.call }) }),
    ...(throwOnError !== undefined && {
      throwOnError: throwOnError === 'some' ? (error: unknown) => String(error).includes('1') : throwOnError,
    }),
    ...(paged && {
      initialPageParam: 0,
      getNextPageParam: (_: unknown, pages: unknown[]) => (pages.length < 3 ? pages.length : undefined),
      getPreviousPageParam: () => -1,
    }),
  };
}

const shown = (result: any, fields: string[]) =>
  JSON.stringify(fields.map((field) => (result[field] instanceof Error ? String(result[field]) : result[field])));

function One({ on, name, hook, options, fields }: On & { name: string; hook: string; options: any; fields: string[] }) {
  on.rendered(name);
  const result = (on.adapter as any)[hook](options);
  return (
    <p>
      {name} {shown(result, fields)}
      {result.fetchNextPage && (
        <button type="button" onClick={() => result.fetchNextPage()}>
          more
        </button>
      )}
    </p>
  );
}

function Many({
  on,
  name,
  hook,
  options,
  fields,
}: On & { name: string; hook: string; options: any; fields: string[] }) {
  on.rendered(name);
  const results = (on.adapter as any)[hook](options);
  return <p>{Array.isArray(results) ? results.map((result) => shown(result, fields)) : JSON.stringify(results)}</p>;
}

function Counts({ on, filters }: On & { filters: any }) {
  on.rendered('counts');
  return (
    <p>
      {on.adapter.useIsFetching(filters)} {on.adapter.useIsMutating()}
    </p>
  );
}

function Mutates({ on, name, options }: On & { name: string; options: any }) {
  on.rendered(name);
  const { mutate, reset, ...result } = on.adapter.useMutation(options);
  const callbacks = {
    onSuccess: () => on.rendered(`${name} success`),
    onSettled: () => on.rendered(`${name} settled`),
  };
  return (
    <p>
      {name} {shown(result, ['status', 'data', 'error', 'failureCount', 'isPaused', 'submittedAt'])}
      <button type="button" onClick={() => mutate(undefined, callbacks)}>
        mutate
      </button>
      <button type="button" onClick={() => reset()}>
        reset
      </button>
    </p>
  );
}

function States({ on }: On) {
  on.rendered('states');
  const select = (mutation: any) => mutation.state.status;
  return <p>{JSON.stringify(on.adapter.useMutationState({ filters: { mutationKey: ['m'] }, select }))}</p>;
}

/** One view of a scene, within a boundary of its own. */
export function viewOf(on: Stage, fetchers: Fetchers, view: View, name: string): ReactNode {
  const framed = (child: ReactNode, keys: Key[] = []) => (
    <Boundary
      key={name}
      on={on}
      onReset={() => keys.forEach((key) => void on.client.resetQueries({ queryKey: [key] }))}
    >
      <Suspense fallback={<i>{name} waits</i>}>{child}</Suspense>
    </Boundary>
  );
  switch (view.shows) {
    case 'query':
    case 'suspended query':
    case 'pages': {
      const hook = { query: 'useQuery', 'suspended query': 'useSuspenseQuery', pages: 'useInfiniteQuery' }[view.shows];
      const options = optionsOf(on, fetchers, view.options, view.shows === 'pages');
      const keys = view.shows === 'suspended query' ? [view.options.key] : [];
      return framed(<One key={hook} on={on} name={name} hook={hook} options={options} fields={view.fields} />, keys);
    }
    case 'list':
    case 'suspended list': {
      const hook = view.shows === 'list' ? 'useQueries' : 'useSuspenseQueries';
      const queries = view.options.map((options) => optionsOf(on, fetchers, options));
      const options = { queries, ...(view.combine && { combine: COMBINES[view.combine] }) };
      return framed(<Many key={hook} on={on} name={name} hook={hook} options={options} fields={view.fields} />);
    }
    case 'counts':
      return framed(<Counts on={on} filters={view.key && { queryKey: [view.key] }} />);
    case 'mutation': {
      const { invalidates, fails, retry, scoped, gcTime } = view;
      const options = {
        mutationKey: ['m', name],
        mutationFn: async () => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          if (fails) throw new Error('failed');
          return 'done';
        },
        onMutate: () => on.rendered(`${name} mutates`),
        onSettled: () => on.client.invalidateQueries({ queryKey: [invalidates] }),
        retry,
        retryDelay: 5,
        gcTime,
        ...(scoped && { scope: { id: 'one' } }),
      };
      return framed(<Mutates on={on} name={name} options={options} />);
    }
    case 'mutations':
      return framed(<States on={on} />);
  }
}
