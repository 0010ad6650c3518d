import { Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { type Adapter, onOurs, onQueryCore } from './adapter.js';
import { same } from './same.js';
import type { Stage } from './stage.js';
import { Fetching, Query } from './views.js';

const pending = ({ state }: { state: { status: string } }) => state.status === 'pending';

/** A state as a server would send it; each value is fetched there. */
async function serverState(stage: Stage, values: Record<string, unknown>, keepPending = false) {
  const { QueryClient, dehydrate } = stage.adapter;
  const server = new QueryClient();
  for (const [name, value] of Object.entries(values)) {
    if (keepPending) void server.prefetchQuery({ queryKey: [name], queryFn: stage.fetcher(25, () => value) });
    else server.setQueryData([name], value);
  }
  return dehydrate(server, keepPending ? { shouldDehydrateQuery: pending } : {});
}

describe('HydrationBoundary', () => {
  same('brings data along, and newer data over it', async (stage) => {
    const { HydrationBoundary } = stage.adapter;
    const first = await serverState(stage, { a: 'from the server', b: 1 });
    const queryFn = stage.fetcher(20, (call) => `own ${call}`);
    const tree = (state: unknown) => (
      <HydrationBoundary state={state as any}>
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} staleTime={1000} />
        <Fetching on={stage} />
      </HydrationBoundary>
    );
    await stage.show(tree(first));
    await stage.wait(30);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(30);
    await stage.show(tree(first));
    await stage.wait(500);
    const second = await serverState(stage, { a: 'newer from the server', c: 2 });
    await stage.show(tree(second));
    await stage.wait(30);
    await stage.wait(2000);
    await stage.show(tree(undefined));
    await stage.show(tree(null));
  });

  same('doesn’t take older data', async (stage) => {
    const { HydrationBoundary } = stage.adapter;
    const old = await serverState(stage, { a: 'old' });
    await stage.wait(100);
    stage.client.setQueryData(['a'], 'mine');
    await stage.show(
      <HydrationBoundary state={old}>
        <Query on={stage} name="a" queryKey={['a']} queryFn={stage.fetcher(20, () => 'own')} staleTime={50} />
      </HydrationBoundary>,
    );
    await stage.wait(100);
  });

  for (const suspends of [false, true]) {
    same(`streams what is pending${suspends ? ' into a suspended tree' : ''}`, async (stage) => {
      const { HydrationBoundary, useSuspenseQuery } = stage.adapter;
      const state = await serverState(stage, { a: 'streamed' }, true);
      const queryFn = stage.fetcher(5, (call) => `own ${call}`);
      function Suspended() {
        stage.rendered('suspended');
        return <b>{String(useSuspenseQuery({ queryKey: ['a'], queryFn, staleTime: 1000 }).data)}</b>;
      }
      await stage.show(
        <HydrationBoundary state={state}>
          {suspends ? (
            <Suspense fallback="waiting">
              <Suspended />
            </Suspense>
          ) : (
            <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} staleTime={1000} />
          )}
        </HydrationBoundary>,
      );
      await stage.wait(10);
      await stage.wait(20);
      await stage.act(() => void stage.client.refetchQueries());
      await stage.wait(10);
    });
  }

  same('in one another, with options', async (stage) => {
    const { HydrationBoundary } = stage.adapter;
    const outer = await serverState(stage, { a: 'outer', b: 'outer' });
    await stage.wait(10);
    const inner = await serverState(stage, { b: 'inner', c: 'inner' });
    const queryFn = stage.fetcher(20, () => 'own');
    const options = { defaultOptions: { deserializeData: (data: any) => `${data}!`, queries: { gcTime: 50 } } };
    await stage.show(
      <HydrationBoundary state={outer}>
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} staleTime={1000} />
        <HydrationBoundary state={inner} options={options}>
          {['b', 'c'].map((name) => (
            <Query on={stage} key={name} name={name} queryKey={[name]} queryFn={queryFn} staleTime={1000} />
          ))}
        </HydrationBoundary>
      </HydrationBoundary>,
    );
    await stage.wait(30);
    await stage.show(null);
    await stage.wait(100);
    await stage.show(<Query on={stage} name="c" queryKey={['c']} queryFn={queryFn} />);
    await stage.wait(30);
  });
});

describe('IsRestoringProvider', () => {
  same('lets queries wait for what is restored', async (stage) => {
    const { IsRestoringProvider, useIsRestoring } = stage.adapter;
    const queryFn = stage.fetcher(20, (call) => `own ${call}`);
    function Restoring() {
      stage.rendered('restoring');
      return <i>{String(useIsRestoring())}</i>;
    }
    const tree = (restoring: boolean) => (
      <IsRestoringProvider value={restoring}>
        <Restoring />
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} />
        <Query on={stage} name="b" queryKey={['b']} queryFn={queryFn} staleTime={1000} />
      </IsRestoringProvider>
    );
    await stage.show(tree(true));
    await stage.wait(50);
    await stage.act(() => stage.client.setQueryData(['b'], 'restored'));
    await stage.show(tree(false));
    await stage.wait(30);
  });
});

describe('on a server', () => {
  async function render(adapter: Adapter): Promise<string[]> {
    const lines: string[] = [];
    const client = new adapter.QueryClient();
    await client.prefetchQuery({ queryKey: ['a'], queryFn: async () => 'fetched' });
    const queryFn = async () => 'never';
    function Page() {
      const a = adapter.useQuery({ queryKey: ['a'], queryFn });
      const b = adapter.useQuery({ queryKey: ['b'], queryFn, initialData: 'initial' });
      const c = adapter.useQuery({ queryKey: ['c'], queryFn });
      const list = adapter.useQueries({ queries: ['a', 'd'].map((name) => ({ queryKey: [name], queryFn })) });
      const pages = adapter.useInfiniteQuery({
        queryKey: ['p'],
        queryFn,
        initialPageParam: 0,
        getNextPageParam: () => 1,
      });
      const mutation = adapter.useMutation({ mutationFn: queryFn });
      const all = [a, b, c, ...list, pages].map(({ data, status, fetchStatus, isStale }) => [
        data,
        status,
        fetchStatus,
        isStale,
      ]);
      return <p>{JSON.stringify([all, mutation.status, adapter.useIsFetching()])}</p>;
    }
    adapter.environmentManager.setIsServer(() => true);
    try {
      lines.push(
        renderToString(
          <adapter.QueryClientProvider client={client}>
            <Page />
          </adapter.QueryClientProvider>,
        ),
      );
    } finally {
      adapter.environmentManager.setIsServer(() => false);
    }
    const { queries } = adapter.dehydrate(client, { shouldDehydrateQuery: () => true });
    lines.push(JSON.stringify(queries.map(({ queryKey, state }) => [queryKey, state.data, state.fetchStatus])));
    client.clear();
    return lines;
  }

  it('renders the same page', async () => {
    const expected = await render(onQueryCore);
    expect(await render(onOurs)).toEqual(expected);
    expect(expected[0]).toContain('fetched');
  });
});
