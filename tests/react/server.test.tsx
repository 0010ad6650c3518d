// @vitest-environment node
import { PassThrough } from 'node:stream';
import { type ReactNode, Suspense } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { describe, expect, test, vi } from 'vitest';
import { type Adapter, onOurs, onQueryCore } from './adapter.js';

type Log = (...values: unknown[]) => void;

/** Renders on a server with both cores: HTML, calls, errors and what is dehydrated must be equal. */
function same(name: string, scene: (adapter: any, log: Log) => Promise<void>): void {
  const run = async (adapter: Adapter) => {
    const lines: string[] = [];
    const log: Log = (...values) => lines.push(values.map((value) => JSON.stringify(value)).join(' '));
    const complaints = vi.spyOn(console, 'error').mockImplementation((first) => log('complaint', String(first)));
    await scene(adapter, log);
    complaints.mockRestore();
    return lines;
  };
  test(name, async () => {
    const expected = await run(onQueryCore);
    expect(await run(onOurs)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(1);
  });
}

/** The HTML without the places in the sources that React names in development. */
const bare = (html: string) => html.replace(/ (data-cstck|data-stck)="[^"]*"/g, '');

function streamed(tree: ReactNode, log: Log): Promise<string> {
  return new Promise((resolve) => {
    let html = '';
    const sink = new PassThrough();
    sink.on('data', (piece) => {
      html += piece;
    });
    sink.on('end', () => resolve(bare(html)));
    const { pipe } = renderToPipeableStream(tree, {
      onAllReady: () => pipe(sink),
      onError: (error) => log('error', String(error)),
    });
  });
}

/** A function that answers a moment later. */
const later = (log: Log, name: string, fails: boolean) => async () => {
  log('fetch', name);
  await new Promise((resolve) => setImmediate(resolve));
  if (fails) throw new Error(`${name} failed`);
  return `data of ${name}`;
};

const options: Record<string, object> = {
  'as it comes': {},
  'fresh for a while': { staleTime: 1000 },
  'not kept': { gcTime: 0 },
  'with initial data': { initialData: 'initial' },
  'switched off': { enabled: false },
};

for (const hook of ['useQuery', 'useSuspenseQuery']) {
  describe(hook, () => {
    for (const [name, given] of Object.entries(options)) {
      for (const fails of [false, true]) {
        same(`${name}${fails ? ', failing' : ''}`, async (adapter, log) => {
          const client = new adapter.QueryClient();
          const Shown = ({ name }: { name: string }) => {
            log('render', name);
            const { data, status, fetchStatus, isStale } = adapter[hook]({
              queryKey: [name],
              queryFn: later(log, name, fails),
              ...given,
            });
            return <p>{[data, status, fetchStatus, isStale].join(' ')}</p>;
          };
          const page = (
            <adapter.QueryClientProvider client={client}>
              <Suspense fallback={<i>waits</i>}>
                <Shown name="a" />
                <Shown name="b" />
              </Suspense>
            </adapter.QueryClientProvider>
          );
          log(bare(renderToString(page)));
          // What that began is over before the next page is asked for.
          await client.cancelQueries();
          await Promise.allSettled(
            client
              .getQueryCache()
              .getAll()
              .map((query: any) => query.promise),
          );
          log(await streamed(page, log));
          log(
            adapter.dehydrate(client).queries.map(({ queryKey, state }: any) => [queryKey, state.data, state.status]),
          );
          client.clear();
        });
      }
    }
  });
}

same('lists, pages and what is prefetched', async (adapter, log) => {
  const client = new adapter.QueryClient();
  const query = (name: string) => ({ queryKey: [name], queryFn: later(log, name, false), staleTime: 1000 });
  const Shown = () => {
    adapter.usePrefetchQuery(query('a'));
    const both = adapter.useSuspenseQueries({ queries: [query('a'), query('b')] });
    const pages = adapter.useSuspenseInfiniteQuery({ ...query('c'), initialPageParam: 0, getNextPageParam: () => 1 });
    const { status } = adapter.useMutation({ mutationFn: async () => 1 });
    return (
      <p>{[...both.map(({ data }: any) => data), ...pages.data.pages, adapter.useIsFetching(), status].join(' ')}</p>
    );
  };
  const page = (
    <adapter.QueryClientProvider client={client}>
      <Suspense fallback={<i>waits</i>}>
        <Shown />
      </Suspense>
    </adapter.QueryClientProvider>
  );
  log(await streamed(page, log));
});

same('a page of what another server has dehydrated', async (adapter, log) => {
  const client = new adapter.QueryClient();
  await client.prefetchQuery({ queryKey: ['a'], queryFn: later(log, 'a', false) });
  const state = JSON.parse(JSON.stringify(adapter.dehydrate(client)));
  const Shown = () => {
    const { data, status, isStale } = adapter.useQuery({
      queryKey: ['a'],
      queryFn: later(log, 'again', false),
      staleTime: 60_000,
    });
    return <p>{[data, status, isStale].join(' ')}</p>;
  };
  const page = (
    <adapter.QueryClientProvider client={new adapter.QueryClient()}>
      <adapter.HydrationBoundary state={state}>
        <Shown />
      </adapter.HydrationBoundary>
    </adapter.QueryClientProvider>
  );
  log(renderToString(page));
});

same('a spy in the place of isServer changes nothing, what setIsServer is given does', async (adapter, log) => {
  const { environmentManager, QueryClient } = adapter;
  const gcTime = (client: any) => {
    client.setQueryData(['a'], 1);
    const [query] = client.getQueryCache().getAll();
    log(String(query.gcTime));
    client.clear();
  };
  environmentManager.setIsServer(() => false);
  const spy = vi.spyOn(environmentManager, 'isServer').mockReturnValue(true);
  gcTime(new QueryClient());
  spy.mockRestore();
  environmentManager.setIsServer(() => true);
  gcTime(new QueryClient());
});
