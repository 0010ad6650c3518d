import { Component, type ReactNode, Suspense } from 'react';
import { describe } from 'vitest';
import type { Adapter } from './adapter.js';
import { same } from './same.js';
import type { Stage } from './stage.js';

type On = { on: Stage };
type Options = Partial<Parameters<Adapter['useInfiniteQuery']>[0]> & Record<string, unknown>;

/** Pages 0 to 2, which come after 20 ms. */
function pagesOf(stage: Stage, refuse: (page: number, call: number) => boolean = () => false) {
  let call = 0;
  return {
    queryKey: ['pages'],
    initialPageParam: 0,
    queryFn: async ({ pageParam }: { pageParam: any }) => {
      const mine = call++;
      await stage.fetcher(20, () => undefined)();
      if (refuse(pageParam, mine)) throw new Error(`no page ${pageParam}`);
      return { page: pageParam, mine };
    },
    getNextPageParam: (last: any) => (last.page < 2 ? last.page + 1 : undefined),
    getPreviousPageParam: (first: any) => (first.page > -1 ? first.page - 1 : null),
  };
}

/** A list with buttons for more, and everything that a page usually shows of it. */
function List({ on, name = 'list', ...options }: On & { name?: string } & Options) {
  on.rendered(name);
  const list = on.adapter.useInfiniteQuery(options as never) as any;
  const flags = Object.entries(list)
    .filter(([key, value]) => /^(is|has)/.test(key) && value === true)
    .map(([key]) => key);
  return (
    <p>
      <button type="button" className="next" onClick={() => list.fetchNextPage()}>
        {JSON.stringify(list.data)}
      </button>
      <button type="button" className="previous" onClick={() => list.fetchPreviousPage({ cancelRefetch: false })}>
        {String(list.error)}
      </button>
      {flags.join(' ')}
    </p>
  );
}

/** Reads only how many pages there are. */
function Count({ on, ...options }: On & Options) {
  on.rendered('count');
  const { data } = on.adapter.useInfiniteQuery({ select: ({ pages }: any) => pages.length, ...options } as never);
  return <i>{String(data)}</i>;
}

function Suspended({ on, ...options }: On & Options) {
  on.rendered('suspended');
  const { data, hasNextPage, fetchNextPage } = on.adapter.useSuspenseInfiniteQuery(options as never) as any;
  return (
    <button type="button" className="more" onClick={() => fetchNextPage()}>
      {JSON.stringify([data, hasNextPage])}
    </button>
  );
}

function Prefetching({ on, children, ...options }: On & { children: ReactNode } & Options) {
  on.rendered('prefetching');
  on.adapter.usePrefetchInfiniteQuery(options as never);
  return <>{children}</>;
}

class Boundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    return this.state.error ? <u>{String(this.state.error)}</u> : this.props.children;
  }
}

describe('useInfiniteQuery', () => {
  same('loads more in both directions, and all again', async (stage) => {
    const options = pagesOf(stage);
    await stage.show([<List on={stage} key={1} {...options} />, <Count on={stage} key={2} {...options} />]);
    await stage.wait(30);
    await stage.act(() => stage.click('.next'));
    await stage.wait(10);
    await stage.wait(20);
    await stage.act(() => stage.click('.previous'));
    await stage.wait(30);
    await stage.act(() => stage.click('.next'));
    await stage.wait(30);
    await stage.act(() => void stage.client.invalidateQueries());
    for (let i = 0; i < 4; i++) await stage.wait(25);
  });

  same('shows an error of the next page beside the others', async (stage) => {
    await stage.show(<List on={stage} {...pagesOf(stage, (page, call) => page === 1 && call < 3)} retry={false} />);
    await stage.wait(30);
    for (let i = 0; i < 3; i++) {
      await stage.act(() => stage.click('.next'));
      await stage.wait(30);
    }
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(50);
  });

  same('keeps pages through a change of key, and at most two', async (stage) => {
    const options = { ...pagesOf(stage), maxPages: 2, placeholderData: stage.adapter.keepPreviousData };
    await stage.show(<List on={stage} {...options} />);
    await stage.wait(30);
    for (let i = 0; i < 2; i++) {
      await stage.act(() => stage.click('.next'));
      await stage.wait(30);
    }
    await stage.show(<List on={stage} {...options} queryKey={['other']} />);
    await stage.wait(30);
    await stage.show(<List on={stage} {...options} />);
    await stage.wait(60);
  });

  same('has initial pages, and is switched on and off', async (stage) => {
    const initialData = { pages: [{ page: 1 }], pageParams: [1] };
    for (const enabled of [false, true, false]) {
      await stage.show(<List on={stage} {...pagesOf(stage)} enabled={enabled} initialData={initialData} />);
      await stage.wait(30);
    }
  });

  same('joins what is fetched, and is left in the middle', async (stage) => {
    const options = pagesOf(stage);
    void stage.client.prefetchInfiniteQuery({ ...options, pages: 3 });
    await stage.show(<List on={stage} {...options} />);
    await stage.wait(50);
    await stage.show(null);
    await stage.wait(50);
    await stage.show(<List on={stage} {...options} />);
    await stage.wait(70);
  });
});

describe('useSuspenseInfiniteQuery', () => {
  same('suspends for the first page only', async (stage) => {
    const options = pagesOf(stage);
    await stage.show(
      <Prefetching on={stage} {...options}>
        <Suspense fallback={<b>wait</b>}>
          <Suspended on={stage} {...options} />
        </Suspense>
      </Prefetching>,
    );
    await stage.wait(30);
    await stage.act(() => stage.click('.more'));
    await stage.wait(30);
  });

  same('throws to the boundary', async (stage) => {
    await stage.show(
      <Boundary>
        <Suspense fallback={<b>wait</b>}>
          <Suspended on={stage} {...pagesOf(stage, () => true)} retry={false} />
        </Suspense>
      </Boundary>,
    );
    await stage.wait(30);
  });
});

describe('experimental_streamedQuery', () => {
  function Stream({ on, ...options }: On & { queryKey: unknown[]; queryFn: any }) {
    on.rendered('stream');
    const { data, status, fetchStatus } = on.adapter.useQuery(options);
    return <p>{JSON.stringify([data, status, fetchStatus])}</p>;
  }

  for (const refetchMode of ['reset', 'append', 'replace'] as const) {
    same(`shows each chunk, then ${refetchMode}`, async (stage) => {
      const wait = stage.fetcher(10, (call) => call);
      const queryFn = stage.adapter.experimental_streamedQuery({
        refetchMode,
        streamFn: async function* () {
          for (let i = 0; i < 3; i++) yield (await wait()) as number;
        },
      });
      await stage.show(<Stream on={stage} queryKey={['stream']} queryFn={queryFn} />);
      for (let i = 0; i < 4; i++) await stage.wait(10);
      await stage.act(() => void stage.client.refetchQueries());
      for (let i = 0; i < 2; i++) await stage.wait(10);
      await stage.act(() => void stage.client.cancelQueries());
      await stage.wait(30);
    });
  }
});
