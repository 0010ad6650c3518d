import { memo, useState } from 'react';
import { describe } from 'vitest';
import type { Adapter } from './adapter.js';
import { Boundary } from './boundary.js';
import { same } from './same.js';
import type { Stage } from './stage.js';
import { Query } from './views.js';

type Options = Parameters<Adapter['useQuery']>[0];
type On = { on: Stage };

/** Shows the named fields of a result, and reads no others. */
function Fields({ on, name, fields, ...options }: Options & On & { name: string; fields: string[] }) {
  on.rendered(name);
  const result = on.adapter.useQuery(options) as Record<string, any>;
  const shown = fields.map((field) => (field === 'error' ? result[field] && String(result[field]) : result[field]));
  return (
    <p>
      {name} {JSON.stringify(shown)}
      <button type="button" className={name} onClick={() => void result['refetch']()}>
        refetch
      </button>
    </p>
  );
}

/** Everything that a result has, read by spreading it. */
function Everything({ on, name, ...options }: Options & On & { name: string }) {
  on.rendered(name);
  const { refetch: _, error, failureReason, ...rest } = on.adapter.useQuery(options) as any;
  return <p>{JSON.stringify([rest, error && String(error), failureReason && String(failureReason)])}</p>;
}

/** A key that a button counts up. */
function Keyed({ on, make }: On & { make: (n: number) => Options }) {
  const [n, setN] = useState(0);
  return (
    <>
      <button type="button" className="next" onClick={() => setN(n + 1)}>
        {n}
      </button>
      <Query on={on} name="keyed" {...(make(n) as any)} />
    </>
  );
}

const counted = (stage: Stage, ms = 20) => stage.fetcher(ms, (call) => ({ call, same: { x: 1 } }));

/** Mounted, settled, gone stale, refetched, unmounted, mounted again. */
async function live(stage: Stage, options: Partial<Options>): Promise<void> {
  const tree = <Everything on={stage} name="a" queryKey={['a']} queryFn={counted(stage)} {...(options as any)} />;
  await stage.show(tree);
  await stage.wait(30);
  await stage.wait(500);
  await stage.act(() => void stage.client.invalidateQueries());
  await stage.wait(30);
  await stage.show(null);
  await stage.wait(10);
  await stage.show(tree);
  await stage.wait(30);
  await stage.act(() => stage.adapter.focusManager.setFocused(false));
  await stage.act(() => stage.adapter.focusManager.setFocused(true));
  await stage.wait(30);
  await stage.act(() => stage.adapter.onlineManager.setOnline(false));
  await stage.act(() => void stage.client.refetchQueries());
  await stage.wait(30);
  await stage.act(() => stage.adapter.onlineManager.setOnline(true));
  await stage.wait(30);
  stage.adapter.focusManager.setFocused(undefined);
}

describe('an option of useQuery', () => {
  const options: Record<string, Partial<Options>> = {
    none: {},
    staleTime: { staleTime: 100 },
    'staleTime, a function': { staleTime: (query: any) => (query.state.dataUpdateCount > 1 ? 1000 : 0) },
    'staleTime, static': { staleTime: 'static' },
    gcTime: { gcTime: 5 },
    'gcTime of 0': { gcTime: 0 },
    'enabled, never': { enabled: false },
    'enabled, a function': { enabled: (query: any) => query.state.dataUpdateCount < 2 },
    'refetchOnMount, always': { refetchOnMount: 'always', staleTime: 1e6 },
    'refetchOnMount, never': { refetchOnMount: false },
    'refetchOnWindowFocus, always': { refetchOnWindowFocus: 'always', staleTime: 1e6 },
    'refetchOnWindowFocus, never': { refetchOnWindowFocus: false },
    'refetchOnReconnect, never': { refetchOnReconnect: false },
    refetchInterval: { refetchInterval: 60 },
    'refetchInterval, a function': { refetchInterval: (query: any) => (query.state.dataUpdateCount < 3 ? 40 : false) },
    'refetchInterval in the background': { refetchInterval: 60, refetchIntervalInBackground: true },
    'networkMode, always': { networkMode: 'always' },
    'networkMode, offlineFirst': { networkMode: 'offlineFirst' },
    initialData: { initialData: { call: -1 } },
    'initialData, old': { initialData: () => ({ call: -1 }), initialDataUpdatedAt: 5, staleTime: 100 },
    placeholderData: { placeholderData: { call: -1 } },
    'placeholderData, a function': { placeholderData: (previous: any) => previous ?? { call: -2 } },
    'structuralSharing, off': { structuralSharing: false },
    'structuralSharing, a function': { structuralSharing: (old: any, data: any) => ({ ...data, had: old?.call }) },
    select: { select: ({ call }: any) => `call ${call}` },
    'select that throws': {
      select: ({ call }: any) => {
        if (call % 2) throw new Error(`odd ${call}`);
        return call;
      },
    },
    'notifyOnChangeProps, data': { notifyOnChangeProps: ['data'] },
    'notifyOnChangeProps, all': { notifyOnChangeProps: 'all' },
    'notifyOnChangeProps, a function': { notifyOnChangeProps: () => ['data', 'isStale'] },
    'notifyOnChangeProps, nothing': { notifyOnChangeProps: [] },
    meta: { meta: { m: 1 } },
    'subscribed, no': { subscribed: false },
  };
  for (const [name, given] of Object.entries(options)) same(name, (stage) => live(stage, given));

  same('skipToken, then a function', async (stage) => {
    const queryFn = counted(stage);
    for (const fn of [stage.adapter.skipToken, queryFn, stage.adapter.skipToken]) {
      await stage.show(<Everything on={stage} name="a" queryKey={['a']} queryFn={fn as any} />);
      await stage.wait(30);
    }
  });

  same('no queryFn', async (stage) => {
    await stage.show(<Everything on={stage} name="a" queryKey={['a']} retry={false} />);
    await stage.wait(30);
  });

  for (const retryOnMount of [true, false]) {
    same(`retryOnMount ${retryOnMount}, after an error`, async (stage) => {
      const queryFn = stage.fetcher(5, () => {
        throw new Error('no');
      });
      const tree = (
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} retry={false} retryOnMount={retryOnMount} />
      );
      await stage.show(tree);
      await stage.wait(10);
      await stage.show(null);
      await stage.show(tree);
      await stage.wait(10);
    });
  }

  same('retry and retryDelay, functions', async (stage) => {
    const queryFn = stage.fetcher(5, (call) => {
      throw new Error(`no ${call}`);
    });
    await stage.show(
      <Everything
        on={stage}
        name="a"
        queryKey={['a']}
        queryFn={queryFn}
        retry={(count, error) => count < 2 && String(error) !== 'stop'}
        retryDelay={(count) => 10 * (count + 1)}
      />,
    );
    for (let i = 0; i < 8; i++) await stage.wait(8);
  });

  same('retryDelay, a text', async (stage) => {
    const queryFn = stage.fetcher(5, (call) => {
      throw new Error(`no ${call}`);
    });
    await stage.show(<Everything on={stage} name="a" queryKey={['a']} queryFn={queryFn} retryDelay={'20' as never} />);
    for (let i = 0; i < 12; i++) await stage.wait(8);
  });

  same('queryKeyHashFn', async (stage) => {
    const hash = (key: readonly unknown[]) => String(key[0]).toLowerCase();
    const queryFn = counted(stage);
    await stage.show([
      <Query on={stage} key={1} name="A" queryKey={['A']} queryKeyHashFn={hash} queryFn={queryFn} />,
      <Query on={stage} key={2} name="a" queryKey={['a']} queryKeyHashFn={hash} queryFn={queryFn} />,
    ]);
    await stage.wait(30);
  });
});

describe('a tracked result', () => {
  for (const fields of [
    ['data'],
    ['isFetching'],
    ['status', 'fetchStatus'],
    ['error', 'failureCount'],
    ['dataUpdatedAt'],
    ['isStale'],
    [],
  ]) {
    same(`of which ${fields.join(' and ') || 'nothing'} is read`, async (stage) => {
      const queryFn = stage.fetcher(20, (call) => {
        if (call === 2) throw new Error('third');
        return { half: Math.floor(call / 2) };
      });
      await stage.show(
        <Fields on={stage} name="a" fields={fields} queryKey={['a']} queryFn={queryFn} retry={false} staleTime={50} />,
      );
      for (let i = 0; i < 4; i++) {
        await stage.wait(30);
        await stage.act(() => stage.click('button.a'));
      }
      await stage.wait(100);
    });
  }

  same('of parent and child, memoised', async (stage) => {
    const queryFn = stage.fetcher(20, (call) => ({ call, fixed: { x: 1 } }));
    const Child = memo(({ fixed }: { fixed: unknown }) => {
      stage.rendered('child');
      return <i>{JSON.stringify(fixed)}</i>;
    });
    function Parent() {
      stage.rendered('parent');
      const { data } = stage.adapter.useQuery({ queryKey: ['a'], queryFn });
      return <Child fixed={(data as any)?.fixed} />;
    }
    await stage.show(<Parent />);
    for (let i = 0; i < 3; i++) {
      await stage.wait(30);
      await stage.act(() => void stage.client.invalidateQueries());
    }
    await stage.wait(30);
  });
});

describe('a key that changes', () => {
  const variants: Record<string, Partial<Options>> = {
    plainly: {},
    'with fresh data': { staleTime: 1000 },
    'with initial data': { initialData: { call: -1 }, staleTime: 10 },
    'with select': { select: (data: any) => data.call },
  };
  for (const [name, given] of Object.entries(variants)) {
    same(name, async (stage) => {
      const fetchers = [0, 1, 2].map(() => counted(stage));
      await stage.show(
        <Keyed on={stage} make={(n) => ({ queryKey: ['k', n % 3], queryFn: fetchers[n % 3]!, ...given }) as Options} />,
      );
      await stage.wait(30);
      for (let i = 0; i < 5; i++) {
        await stage.act(() => stage.click('button.next'));
        await stage.wait(i % 2 ? 30 : 7);
      }
      await stage.wait(30);
    });
  }
});

describe('throwOnError', () => {
  const failing = (stage: Stage, ok = 99) =>
    stage.fetcher(10, (call) => {
      if (call < ok) throw new Error(`no ${call}`);
      return call;
    });

  same('reaches the boundary, and a reset of it tries again', async (stage) => {
    const { QueryErrorResetBoundary } = stage.adapter;
    const queryFn = failing(stage, 1);
    await stage.show(
      <QueryErrorResetBoundary>
        {({ reset }) => (
          <Boundary on={stage} onReset={reset}>
            <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} throwOnError retry={false} />
          </Boundary>
        )}
      </QueryErrorResetBoundary>,
    );
    await stage.wait(20);
    await stage.act(() => stage.click('button.retry'));
    await stage.wait(20);
  });

  same('without a reset throws the same error again', async (stage) => {
    const queryFn = failing(stage, 1);
    await stage.show(
      <Boundary on={stage}>
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} throwOnError retry={false} />
      </Boundary>,
    );
    await stage.wait(20);
    await stage.act(() => stage.click('button.retry'));
    await stage.wait(20);
  });

  same('by a function, for some errors only', async (stage) => {
    await stage.show(
      <Boundary on={stage}>
        <Query
          on={stage}
          name="a"
          queryKey={['a']}
          queryFn={failing(stage)}
          retry={false}
          throwOnError={(error, query) => query.state.errorUpdateCount > 1 && String(error) === 'Error: no 1'}
        />
      </Boundary>,
    );
    await stage.wait(20);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(20);
  });

  same('of a background fetch, beside data', async (stage) => {
    const queryFn = stage.fetcher(10, (call) => {
      if (call === 1) throw new Error('second');
      return call;
    });
    await stage.show(
      <Boundary on={stage}>
        <Query on={stage} name="a" queryKey={['a']} queryFn={queryFn} retry={false} throwOnError />
      </Boundary>,
    );
    await stage.wait(20);
    await stage.act(() => void stage.client.refetchQueries());
    await stage.wait(20);
    await stage.act(() => stage.click('button.retry'));
    await stage.wait(20);
  });
});
