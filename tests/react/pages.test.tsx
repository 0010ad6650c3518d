import { Suspense } from 'react';
import { describe } from 'vitest';
import { same } from './same.js';
import type { Stage } from './stage.js';

type On = { on: Stage };

const FIELDS = [
  'data',
  'status',
  'fetchStatus',
  'hasNextPage',
  'hasPreviousPage',
  'isFetchingNextPage',
  'isFetchingPreviousPage',
  'isFetchNextPageError',
  'isFetchPreviousPageError',
  'isRefetching',
  'isRefetchError',
  'isLoadingError',
];

/** Pages with buttons for more of them on both sides. */
function Pages({ on, hook = 'useInfiniteQuery', ...options }: On & { hook?: string } & Record<string, any>) {
  on.rendered('pages');
  const result = (on.adapter as any)[hook]({
    queryKey: ['pages'],
    initialPageParam: 0,
    getNextPageParam: (_last: unknown, _all: unknown, param: number) => (param < 3 ? param + 1 : undefined),
    getPreviousPageParam: (_first: unknown, _all: unknown, param: number) => (param > -1 ? param - 1 : undefined),
    ...options,
  });
  return (
    <div>
      {JSON.stringify(FIELDS.map((field) => result[field]))} {String(result.error)}
      <button type="button" className="next" onClick={() => void result.fetchNextPage()}>
        next
      </button>
      <button type="button" className="previous" onClick={() => void result.fetchPreviousPage()}>
        previous
      </button>
      <button type="button" className="refetch" onClick={() => void result.refetch()}>
        refetch
      </button>
    </div>
  );
}

const page = (stage: Stage, fails: (call: number) => boolean = () => false) => {
  let call = 0;
  return async ({ pageParam, direction }: any) => {
    const mine = call++;
    await stage.fetcher(20, () => 0)();
    if (fails(mine)) throw new Error(`no page ${pageParam}`);
    return { pageParam, direction, call: mine };
  };
};

async function turn(stage: Stage, ...buttons: string[]): Promise<void> {
  for (const button of buttons) {
    await stage.act(() => stage.click(`button.${button}`));
    await stage.wait(10);
    await stage.wait(60);
  }
}

describe('useInfiniteQuery', () => {
  const variants: Record<string, Record<string, unknown>> = {
    plainly: {},
    'of at most two pages': { maxPages: 2 },
    'with select': { select: (data: any) => data.pages.map((each: any) => each.pageParam) },
    'with initial data': { initialData: { pages: ['initial'], pageParams: [0] }, staleTime: 1000 },
    'with placeholder data': { placeholderData: { pages: ['soon'], pageParams: [0] } },
    'with fresh data': { staleTime: 1e6 },
    'by interval': { refetchInterval: 150 },
    disabled: { enabled: false },
  };
  for (const [name, options] of Object.entries(variants)) {
    same(name, async (stage) => {
      await stage.show(<Pages on={stage} queryFn={page(stage)} {...options} />);
      await stage.wait(30);
      await turn(stage, 'next', 'next', 'previous', 'refetch', 'next', 'next', 'previous');
      await stage.act(() => void stage.client.invalidateQueries());
      await stage.wait(150);
    });
  }

  same('with errors on the way', async (stage) => {
    await stage.show(<Pages on={stage} queryFn={page(stage, (call) => [1, 4, 6].includes(call))} retry={false} />);
    await stage.wait(30);
    await turn(stage, 'next', 'next', 'previous', 'previous', 'refetch', 'refetch', 'next');
  });

  same('clicked twice in a row', async (stage) => {
    await stage.show(<Pages on={stage} queryFn={page(stage)} />);
    await stage.wait(30);
    await stage.act(() => {
      stage.click('button.next');
      stage.click('button.next');
      stage.click('button.previous');
    });
    await stage.wait(100);
  });

  same('unmounted and mounted again', async (stage) => {
    const tree = <Pages on={stage} queryFn={page(stage)} />;
    await stage.show(tree);
    await stage.wait(30);
    await turn(stage, 'next');
    await stage.show(null);
    await stage.show(tree);
    await stage.wait(100);
  });

  same('prefetched by usePrefetchInfiniteQuery', async (stage) => {
    const queryFn = page(stage);
    function Above() {
      stage.rendered('above');
      stage.adapter.usePrefetchInfiniteQuery({ queryKey: ['pages'], queryFn, initialPageParam: 0 } as any);
      return <Pages on={stage} queryFn={queryFn} />;
    }
    await stage.show(<Above />);
    await stage.wait(30);
    await turn(stage, 'next');
  });
});

describe('useSuspenseInfiniteQuery', () => {
  same('waits for its first page only', async (stage) => {
    await stage.show(
      <Suspense fallback="waiting">
        <Pages on={stage} hook="useSuspenseInfiniteQuery" queryFn={page(stage)} />
      </Suspense>,
    );
    await stage.wait(30);
    await turn(stage, 'next', 'previous', 'refetch');
  });
});
