import { Suspense } from 'react';
import { describe, expect, test } from 'vitest';
import { onOurs, onQueryCore } from './adapter.js';
import { same } from './same.js';
import { Data, Fetching, Invalidate, Pages, Query, Suspended } from './views.js';

test('the two adapters stand on two cores', () => {
  expect(onOurs.useQuery).not.toBe(onQueryCore.useQuery);
  expect(onOurs.QueryClient).not.toBe(onQueryCore.QueryClient);
});

describe('useQuery', () => {
  same('loads, goes stale, fetches again on invalidation', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => ({ call }));
    await stage.show([
      <Query on={stage} key={1} name="a" queryKey={['a']} queryFn={queryFn} staleTime={1000} />,
      <Invalidate on={stage} key={2} queryKey={['a']} />,
    ]);
    await stage.wait(10);
    await stage.wait(20);
    await stage.wait(2000);
    await stage.act(() => stage.click('button'));
    await stage.wait(30);
  });

  same('shows an error after its retries', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => {
      throw new Error(`no ${call}`);
    });
    await stage.show(<Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} retry={2} retryDelay={100} />);
    for (let i = 0; i < 5; i++) await stage.wait(90);
  });

  same('renders only for what it reads', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => ({ n: Math.floor(call / 2) }));
    await stage.show([
      <Data on={stage} key={1} name="data" queryKey={['a']} queryFn={queryFn} />,
      <Query on={stage} key={2} name="all" queryKey={['a']} queryFn={queryFn} />,
    ]);
    for (let i = 0; i < 3; i++) {
      await stage.wait(30);
      await stage.act(() => void stage.client.refetchQueries());
    }
    await stage.wait(30);
  });

  same('selects', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => ({ call, list: [1, 2] }));
    await stage.show(
      <Data on={stage} name="list" queryKey={['a']} queryFn={queryFn} select={(data: any) => data.list} />,
    );
    await stage.wait(30);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(30);
    await stage.act(() => stage.client.setQueryData(['a'], { list: [3] }));
  });

  same('is switched on and off', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => call);
    for (const enabled of [false, true, false, true]) {
      await stage.show(<Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} enabled={enabled} />);
      await stage.wait(30);
    }
  });

  same('has placeholder and initial data', async (stage) => {
    await stage.show([
      <Query
        on={stage}
        key={1}
        name="placeholder"
        queryKey={['a']}
        queryFn={stage.fetcher(20, (call) => ({ call }))}
        placeholderData={{ call: -1 }}
      />,
      <Query
        on={stage}
        key={2}
        name="initial"
        queryKey={['b']}
        queryFn={stage.fetcher(20, (call) => ({ call }))}
        initialData={{ call: -1 }}
      />,
    ]);
    await stage.wait(30);
  });

  same('refetches by interval and on focus', async (stage) => {
    await stage.show(
      <Query on={stage} name="a" queryKey={['a']} queryFn={stage.fetcher(20, (call) => call)} refetchInterval={100} />,
    );
    for (let i = 0; i < 4; i++) await stage.wait(70);
    await stage.act(() => stage.adapter.focusManager.setFocused(false));
    await stage.wait(200);
    await stage.act(() => stage.adapter.focusManager.setFocused(true));
    await stage.wait(30);
    stage.adapter.focusManager.setFocused(undefined);
  });

  same('waits for the network', async (stage) => {
    stage.adapter.onlineManager.setOnline(false);
    await stage.show(<Query on={stage} name="a" queryKey={['a']} queryFn={stage.fetcher(20, (call) => call)} />);
    await stage.wait(100);
    await stage.act(() => stage.adapter.onlineManager.setOnline(true));
    await stage.wait(30);
  });
});

describe('around it', () => {
  same('keepPreviousData turns pages', async (stage) => {
    const queryFn = (page: number) => stage.fetcher(20, () => ({ page }));
    await stage.show([<Pages on={stage} key={1} queryFn={queryFn} />, <Fetching on={stage} key={2} />]);
    await stage.wait(30);
    await stage.act(() => void stage.client.prefetchQuery({ queryKey: ['page', 1], queryFn: queryFn(1) }));
    await stage.wait(30);
    await stage.act(() => stage.click('button'));
    await stage.act(() => stage.click('button'));
    await stage.wait(30);
  });

  same('useIsFetching counts', async (stage) => {
    await stage.show([
      <Fetching on={stage} key={0} />,
      <Query on={stage} key={1} name="a" queryKey={['a']} queryFn={stage.fetcher(20, () => 1)} />,
      <Query on={stage} key={2} name="b" queryKey={['b']} queryFn={stage.fetcher(50, () => 2)} />,
    ]);
    await stage.wait(30);
    await stage.wait(30);
    await stage.act(() => void stage.client.invalidateQueries());
    await stage.wait(60);
  });

  same('a prefetched query shows at once', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => call);
    await stage.act(() => void stage.client.prefetchQuery({ queryKey: ['a'], queryFn }));
    await stage.wait(30);
    await stage.show(<Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} staleTime={1000} />);
    await stage.wait(30);
    await stage.show(null);
    await stage.show(<Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} />);
    await stage.wait(30);
  });

  same('useSuspenseQuery', async (stage) => {
    await stage.show(
      <Suspense fallback="waiting">
        <Suspended on={stage} queryKey={['a']} queryFn={stage.fetcher(20, (call) => ({ call }))} />
      </Suspense>,
    );
    await stage.wait(30);
    await stage.wait(1000);
  });
});
