import { memo, Suspense, use, useDeferredValue, useState, useTransition } from 'react';
import { describe } from 'vitest';
import { Boundary } from './boundary.js';
import { same } from './same.js';
import type { Stage } from './stage.js';
import { Fetching } from './views.js';

type On = { on: Stage };
type Ask = { queryKey: readonly unknown[]; queryFn: () => Promise<unknown> } & Record<string, unknown>;

function Suspended({ on, name = 'suspended', ...options }: On & { name?: string } & Ask) {
  on.rendered(name);
  const { data, status, fetchStatus, isStale, error } = on.adapter.useSuspenseQuery(options as any);
  return <b>{JSON.stringify([data, status, fetchStatus, isStale, error && String(error)])}</b>;
}

const fetchers = (stage: Stage, ms = 20) => {
  const made = new Map<unknown, () => Promise<unknown>>();
  return (id: unknown) => {
    if (!made.has(id))
      made.set(
        id,
        stage.fetcher(ms, (call) => ({ id, call })),
      );
    return { queryKey: ['s', id], queryFn: made.get(id)! };
  };
};

describe('useSuspenseQuery', () => {
  for (const [name, options] of Object.entries({
    plainly: {},
    'with stale time': { staleTime: 100 },
    'with gcTime of 0': { gcTime: 0 },
    'with a short gcTime': { gcTime: 5, staleTime: 1 },
    'with select': { select: ({ call }: any) => call },
    'with an interval': { refetchInterval: 70 },
    'with a static stale time': { staleTime: 'static' },
  })) {
    same(name, async (stage) => {
      const ask = fetchers(stage);
      const tree = (
        <Suspense fallback="waiting">
          <Suspended on={stage} {...ask(1)} {...options} />
        </Suspense>
      );
      await stage.show(tree);
      await stage.wait(10);
      await stage.wait(20);
      await stage.wait(1500);
      await stage.act(() => void stage.client.invalidateQueries());
      await stage.wait(30);
      await stage.show(null);
      await stage.wait(20);
      await stage.show(tree);
      await stage.wait(30);
      await stage.act(() => void stage.client.resetQueries());
      await stage.wait(30);
      await stage.act(() => stage.client.removeQueries());
      await stage.show(null);
      await stage.show(tree);
      await stage.wait(30);
    });
  }

  same('one after the other in one component', async (stage) => {
    const ask = fetchers(stage);
    function Two() {
      stage.rendered('two');
      const first = stage.adapter.useSuspenseQuery(ask(1)).data as any;
      const second = stage.adapter.useSuspenseQuery(ask(first.id + 1)).data;
      return <b>{JSON.stringify([first, second])}</b>;
    }
    await stage.show(
      <Suspense fallback="waiting">
        <Two />
      </Suspense>,
    );
    for (let i = 0; i < 5; i++) await stage.wait(12);
  });

  same('siblings wait together, and prefetching spares one its wait', async (stage) => {
    const ask = fetchers(stage);
    function Above() {
      stage.rendered('above');
      stage.adapter.usePrefetchQuery(ask(2));
      return (
        <Suspense fallback="waiting">
          <Suspended on={stage} name="one" {...ask(1)} />
          <Suspended on={stage} name="two" {...ask(2)} />
        </Suspense>
      );
    }
    await stage.show([<Above key={1} />, <Fetching on={stage} key={2} />]);
    for (let i = 0; i < 5; i++) await stage.wait(12);
  });

  same('that goes while it waits', async (stage) => {
    const ask = fetchers(stage);
    await stage.show(
      <Suspense fallback="waiting">
        <Suspended on={stage} {...ask(1)} />
      </Suspense>,
    );
    await stage.wait(5);
    await stage.show(<Fetching on={stage} />);
    await stage.wait(30);
  });

  same('throws, and is tried again', async (stage) => {
    const queryFn = stage.fetcher(10, (call) => {
      if (call < 3) throw new Error(`no ${call}`);
      return call;
    });
    const { QueryErrorResetBoundary } = stage.adapter;
    await stage.show(
      <QueryErrorResetBoundary>
        {({ reset }) => (
          <Boundary on={stage} onReset={reset}>
            <Suspense fallback="waiting">
              <Suspended on={stage} queryKey={['e']} queryFn={queryFn} retry={1} retryDelay={5} />
            </Suspense>
          </Boundary>
        )}
      </QueryErrorResetBoundary>,
    );
    for (let i = 0; i < 4; i++) await stage.wait(10);
    await stage.act(() => stage.click('button.retry'));
    for (let i = 0; i < 4; i++) await stage.wait(10);
  });

  same('throws without a reset', async (stage) => {
    const queryFn = stage.fetcher(10, (call) => {
      if (call < 1) throw new Error(`no ${call}`);
      return call;
    });
    await stage.show(
      <Boundary on={stage}>
        <Suspense fallback="waiting">
          <Suspended on={stage} queryKey={['e']} queryFn={queryFn} retry={false} />
        </Suspense>
      </Boundary>,
    );
    await stage.wait(15);
    await stage.act(() => stage.click('button.retry'));
    await stage.wait(15);
    await stage.act(() => void stage.client.resetQueries());
    await stage.act(() => stage.click('button.retry')).catch(() => {});
    await stage.wait(15);
  });

  same('shows a failed background fetch beside its data', async (stage) => {
    const queryFn = stage.fetcher(10, (call) => {
      if (call === 1) throw new Error('second');
      return call;
    });
    await stage.show(
      <Boundary on={stage}>
        <Suspense fallback="waiting">
          <Suspended on={stage} queryKey={['e']} queryFn={queryFn} retry={false} />
        </Suspense>
      </Boundary>,
    );
    await stage.wait(15);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(15);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(15);
  });
});

describe('concurrent React', () => {
  same('a transition keeps the old page', async (stage) => {
    const ask = fetchers(stage);
    function Tabs() {
      const [tab, setTab] = useState(0);
      const [isPending, start] = useTransition();
      stage.rendered('tabs');
      return (
        <>
          <button type="button" className="next" onClick={() => start(() => setTab(tab + 1))}>
            {tab} {String(isPending)}
          </button>
          <Suspense fallback="waiting">
            <Suspended on={stage} {...ask(tab)} staleTime={1000} />
          </Suspense>
        </>
      );
    }
    await stage.show(<Tabs />);
    await stage.wait(30);
    for (let i = 0; i < 3; i++) {
      await stage.act(() => stage.click('button.next'));
      await stage.wait(10);
      await stage.wait(20);
    }
  });

  same('a deferred key', async (stage) => {
    const ask = fetchers(stage);
    const Results = memo(({ text }: { text: string }) => <Suspended on={stage} {...ask(text)} staleTime={1000} />);
    function Search() {
      const [text, setText] = useState('a');
      const deferred = useDeferredValue(text);
      stage.rendered('search');
      return (
        <>
          <button type="button" className="type" onClick={() => setText((old) => `${old}a`)}>
            {text} {String(text !== deferred)}
          </button>
          <Suspense fallback="waiting">
            <Results text={deferred} />
          </Suspense>
        </>
      );
    }
    await stage.show(<Search />);
    await stage.wait(30);
    for (const ms of [30, 5, 5, 40]) {
      await stage.act(() => stage.click('button.type'));
      await stage.wait(ms);
    }
  });

  same("a client's promise, taken by use", async (stage) => {
    const ask = fetchers(stage);
    function Used({ promise }: { promise: Promise<unknown> }) {
      stage.rendered('used');
      return <b>{JSON.stringify(use(promise))}</b>;
    }
    const fetched = stage.client.fetchQuery(ask(1));
    const ensured = stage.client.ensureQueryData(ask(1));
    await stage.show(
      <Suspense fallback="waiting">
        <Used promise={fetched} />
        <Used promise={ensured} />
      </Suspense>,
    );
    await stage.wait(30);
  });

  same('useQuery in a transition', async (stage) => {
    const ask = fetchers(stage);
    function Plain({ id }: { id: number }) {
      stage.rendered('plain');
      const { data, isFetching } = stage.adapter.useQuery(ask(id));
      return <b>{JSON.stringify([id, data, isFetching])}</b>;
    }
    function Tabs() {
      const [tab, setTab] = useState(0);
      const [, start] = useTransition();
      return (
        <>
          <button type="button" onClick={() => start(() => setTab(tab + 1))}>
            {tab}
          </button>
          <Plain id={tab} />
        </>
      );
    }
    await stage.show(<Tabs />);
    await stage.wait(30);
    await stage.act(() => stage.click('button'));
    await stage.wait(30);
  });
});
