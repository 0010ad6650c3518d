import { Suspense, useState } from 'react';
import { describe } from 'vitest';
import type { Adapter } from './adapter.js';
import { Boundary } from './boundary.js';
import { same } from './same.js';
import type { Stage } from './stage.js';
import { Invalidate } from './views.js';

type Options = Parameters<Adapter['useQuery']>[0];
type On = { on: Stage };

/** Shows the named fields of each of a list of queries. */
function List({ on, queries, fields, combine }: On & { queries: Options[]; fields: string[]; combine?: any }) {
  on.rendered('list');
  const results: any = on.adapter.useQueries({ queries, combine } as any);
  if (combine) return <b>{JSON.stringify(results)}</b>;
  return (
    <ul>
      {results.map((result: any, at: number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what is shown
        <li key={at}>
          {JSON.stringify(fields.map((field) => (field === 'error' ? String(result[field]) : result[field])))}
        </li>
      ))}
    </ul>
  );
}

/** Lists of ids, one after the other, by a button. */
function Changing({
  on,
  lists,
  make,
  ...rest
}: On & { lists: string[]; make: (id: string) => Options; combine?: any }) {
  const [at, setAt] = useState(0);
  return (
    <>
      <button type="button" className="next" onClick={() => setAt(at + 1)}>
        {at}
      </button>
      <List on={on} fields={['data', 'status', 'fetchStatus']} queries={[...lists[at]!].map(make)} {...rest} />
    </>
  );
}

const fetchers = (stage: Stage) => {
  const made = new Map<string, () => Promise<unknown>>();
  return (id: string) => {
    if (!made.has(id))
      made.set(
        id,
        stage.fetcher(id.charCodeAt(0) % 2 ? 20 : 35, (call) => ({ id, call: call >> 1 })),
      );
    return made.get(id)!;
  };
};
const maker =
  (stage: Stage, more: Partial<Options> = {}) =>
  (id: string): Options =>
    ({ queryKey: ['list', id], queryFn: fetchers(stage)(id), ...more }) as Options;

/** The same options for the same id in every render. */
function stable(make: (id: string) => Options): (id: string) => Options {
  const made = new Map<string, Options>();
  return (id) => {
    if (!made.has(id)) made.set(id, make(id));
    return made.get(id)!;
  };
}

describe('useQueries', () => {
  for (const fields of [['data'], ['status'], ['data', 'isFetching', 'isStale'], []]) {
    same(`of which ${fields.join(' and ') || 'nothing'} is read`, async (stage) => {
      const make = stable(maker(stage, { staleTime: 40 }));
      await stage.show([
        <List on={stage} key={1} fields={fields} queries={['a', 'b', 'c'].map(make)} />,
        <Invalidate on={stage} key={2} queryKey={['list', 'b']} />,
      ]);
      await stage.wait(25);
      await stage.wait(25);
      await stage.wait(100);
      await stage.act(() => stage.click('button'));
      await stage.wait(50);
      await stage.act(() => stage.client.setQueryData(['list', 'c'], 'set'));
    });
  }

  const lists = ['ab', 'ba', 'bca', 'ca', '', 'xyz', 'xyz', 'z', 'za'];
  const combines: Record<string, any> = {
    'no combine': undefined,
    'combine to data': (results: any[]) => results.map(({ data }) => data),
    'combine to a sum': (results: any[]) => ({
      pending: results.some(({ isPending }) => isPending),
      calls: results.reduce((sum, { data }) => sum + (data?.call ?? 0), 0),
    }),
    'combine to nothing': () => undefined,
    'combine to the results': (results: any[]) => results,
  };
  for (const [name, combine] of Object.entries(combines)) {
    same(`that come, go and move, ${name}`, async (stage) => {
      await stage.show(<Changing on={stage} lists={lists} make={stable(maker(stage))} combine={combine} />);
      await stage.wait(50);
      for (let i = 1; i < lists.length; i++) {
        await stage.act(() => stage.click('button.next'));
        await stage.wait(i % 3 ? 50 : 5);
      }
      await stage.act(() => void stage.client.invalidateQueries());
      await stage.wait(50);
    });
    same(`inline, ${name}`, async (stage) => {
      const make = maker(stage);
      await stage.show(
        <Changing on={stage} lists={lists} make={make} combine={combine && ((results: any[]) => combine(results))} />,
      );
      await stage.wait(50);
      for (let i = 1; i < 4; i++) {
        await stage.act(() => stage.click('button.next'));
        await stage.wait(50);
      }
    });
  }

  same('of equal keys', async (stage) => {
    const make = stable(maker(stage));
    await stage.show(<Changing on={stage} lists={['aab', 'aba', 'a', 'aaaa']} make={make} />);
    for (let i = 1; i < 4; i++) {
      await stage.wait(50);
      await stage.act(() => stage.click('button.next'));
    }
    await stage.wait(50);
  });

  same('with errors, for the boundary and not', async (stage) => {
    const make = (id: string): Options => ({
      queryKey: [id],
      queryFn: stage.fetcher(id === 'a' ? 10 : 20, () => {
        throw new Error(`no ${id}`);
      }),
      retry: false,
      throwOnError: id === 'b',
    });
    const queries = ['a', 'b'].map(stable(make));
    await stage.show(
      <Boundary on={stage}>
        <List on={stage} fields={['status', 'error']} queries={queries} />
      </Boundary>,
    );
    await stage.wait(15);
    await stage.wait(15);
  });

  same('with a combine that throws', async (stage) => {
    const make = stable(maker(stage));
    const combine = (results: any[]) => {
      if (results[1].data) throw new Error('two is too many');
      return results.length;
    };
    await stage.show(
      <Boundary on={stage}>
        <List on={stage} fields={[]} queries={['a', 'b'].map(make)} combine={combine} />
      </Boundary>,
    );
    await stage.wait(25);
    await stage.wait(25);
  });

  same('with a select each', async (stage) => {
    const select = (data: any) => data.id;
    await stage.show(
      <List on={stage} fields={['data', 'isFetching']} queries={['a', 'b'].map(stable(maker(stage, { select })))} />,
    );
    await stage.wait(50);
    await stage.act(() => void stage.client.invalidateQueries());
    await stage.wait(50);
  });

  same('with data from before, and placeholders', async (stage) => {
    stage.client.setQueryData(['list', 'a'], { id: 'a', call: -1 });
    const make = stable(maker(stage, { placeholderData: { id: '?' } as any, staleTime: 1000 }));
    await stage.show(<List on={stage} fields={['data', 'isPlaceholderData']} queries={['a', 'b'].map(make)} />);
    await stage.wait(50);
  });

  same('while restoring', async (stage) => {
    const { IsRestoringProvider } = stage.adapter;
    const make = stable(maker(stage));
    const combine = (results: any[]) => results.map(({ data }) => data);
    const tree = (restoring: boolean) => (
      <IsRestoringProvider value={restoring}>
        <List on={stage} fields={['data', 'fetchStatus']} queries={['a', 'b'].map(make)} combine={combine} />
      </IsRestoringProvider>
    );
    await stage.show(tree(true));
    await stage.wait(50);
    stage.client.setQueryData(['list', 'a'], 'restored');
    await stage.show(tree(false));
    await stage.wait(50);
  });
});

describe('useSuspenseQueries', () => {
  function Suspended({ on, ids, make, combine }: On & { ids: string; make: (id: string) => Options; combine?: any }) {
    on.rendered('suspended');
    const results: any = on.adapter.useSuspenseQueries({ queries: [...ids].map(make), combine } as any);
    return <b>{JSON.stringify(combine ? results : results.map(({ data, status }: any) => [data, status]))}</b>;
  }

  for (const combine of [undefined, (results: any[]) => results.map(({ data }) => data?.id)]) {
    same(`fetches all at once${combine ? ', combined' : ''}`, async (stage) => {
      const make = stable(maker(stage));
      const tree = (ids: string) => (
        <Suspense fallback={<i>waiting</i>}>
          <Suspended on={stage} ids={ids} make={make} combine={combine} />
        </Suspense>
      );
      await stage.show(tree('ab'));
      await stage.wait(25);
      await stage.wait(25);
      await stage.show(tree('abc'));
      await stage.wait(50);
      await stage.show(tree('c'));
      await stage.act(() => void stage.client.invalidateQueries());
      await stage.wait(50);
    });
  }

  same('throws the error of one', async (stage) => {
    const make = stable((id) => ({
      queryKey: [id],
      queryFn: stage.fetcher(10, (call) => {
        if (id === 'b' && call === 0) throw new Error('no b');
        return id;
      }),
      retry: false,
    }));
    const { QueryErrorResetBoundary } = stage.adapter;
    await stage.show(
      <QueryErrorResetBoundary>
        {({ reset }) => (
          <Boundary on={stage} onReset={reset}>
            <Suspense fallback="waiting">
              <Suspended on={stage} ids="ab" make={make} />
            </Suspense>
          </Boundary>
        )}
      </QueryErrorResetBoundary>,
    );
    await stage.wait(20);
    await stage.act(() => stage.click('button.retry'));
    await stage.wait(20);
  });
});
