import { describe } from 'vitest';
import type { Adapter } from './adapter.js';
import { same } from './same.js';
import type { Stage } from './stage.js';

type Options = Parameters<Adapter['useMutation']>[0];
type On = { on: Stage };

/** A button that mutates, and everything that a page usually shows of it. */
function Mutate({ on, name, variables, onSuccess, ...options }: Options & On & { name: string; variables?: unknown }) {
  on.rendered(name);
  const { mutate, reset, ...rest } = on.adapter.useMutation<any, any, any, any>({ onSuccess, ...options });
  const { data, error, status, isPaused, failureCount, context } = rest;
  return (
    <p>
      <button type="button" className={name} onClick={() => mutate(variables)}>
        {JSON.stringify([data, error && String(error), status, isPaused, failureCount, rest.variables, context])}
      </button>
      <button type="button" className={`reset-${name}`} onClick={() => reset()}>
        reset
      </button>
    </p>
  );
}

function Mutating({ on, mutationKey }: On & { mutationKey?: unknown[] }) {
  on.rendered('mutating');
  return <i>{on.adapter.useIsMutating({ mutationKey })}</i>;
}

function States({ on }: On) {
  on.rendered('states');
  const states = on.adapter.useMutationState({ select: ({ state }) => [state.status, state.variables] });
  return <b>{JSON.stringify(states)}</b>;
}

/** A list with an optimistic row for each mutation that is under way. */
function Todos({ on, save }: On & { save: (title: string) => Promise<string> }) {
  on.rendered('todos');
  const client = on.adapter.useQueryClient();
  const { data } = on.adapter.useQuery({ queryKey: ['todos'], queryFn: on.fetcher(5, () => ['one']) });
  const { mutate } = on.adapter.useMutation<string, Error, string, { before: unknown }>({
    mutationFn: save,
    onMutate: async (title) => {
      await client.cancelQueries({ queryKey: ['todos'] });
      const before = client.getQueryData(['todos']);
      client.setQueryData<string[]>(['todos'], (old) => [...(old ?? []), title]);
      return { before };
    },
    onError: (_error, _title, rollback) => client.setQueryData(['todos'], rollback?.before),
    onSettled: () => client.invalidateQueries({ queryKey: ['todos'] }),
  });
  return (
    <button type="button" onClick={() => mutate('two')}>
      {JSON.stringify(data)}
    </button>
  );
}

describe('useMutation', () => {
  same('runs, shows what came, and is reset', async (stage) => {
    const mutationFn = stage.fetcher(20, (call) => ({ call }));
    await stage.show(<Mutate on={stage} name="a" mutationFn={mutationFn} onMutate={() => 'kept'} variables="v" />);
    await stage.act(() => stage.click('.a'));
    await stage.wait(10);
    await stage.wait(20);
    await stage.act(() => stage.click('.a'));
    await stage.act(() => stage.click('.reset-a'));
    await stage.wait(30);
  });

  for (const retryDelay of [0, 1]) {
    same(`shows a failure before the next try, ${retryDelay} ms later`, async (stage) => {
      const shown: number[] = [];
      const failing = stage.fetcher(1, () => {
        throw new Error('no');
      });
      function Counting() {
        const { mutate, failureCount } = stage.adapter.useMutation({
          mutationFn: () => {
            stage.rendered(`a try, shown ${shown}`);
            return failing();
          },
          retry: 2,
          retryDelay,
        });
        shown.push(failureCount);
        return (
          <button type="button" onClick={() => mutate()}>
            {failureCount}
          </button>
        );
      }
      await stage.show(<Counting />);
      await stage.act(() => stage.click('button'));
      for (let i = 0; i < 8; i++) await stage.wait(1);
      await stage.wait(20);
    });
  }

  same('tries again, then shows its error', async (stage) => {
    const mutationFn = stage.fetcher(5, (call) => {
      throw new Error(`no ${call}`);
    });
    await stage.show(<Mutate on={stage} name="a" mutationFn={mutationFn} retry={2} retryDelay={50} />);
    await stage.act(() => stage.click('.a'));
    for (let i = 0; i < 5; i++) await stage.wait(40);
  });

  same('one after the other in a scope, counted and listed', async (stage) => {
    const button = (name: string, key: number) => (
      <Mutate
        on={stage}
        key={key}
        name={name}
        mutationKey={['save', name]}
        scope={{ id: 'one' }}
        mutationFn={stage.fetcher(20, (call) => `${name} ${call}`)}
        variables={name}
      />
    );
    await stage.show([
      button('a', 1),
      button('b', 2),
      <Mutating on={stage} key={3} mutationKey={['save']} />,
      <States on={stage} key={4} />,
    ]);
    await stage.act(() => {
      stage.click('.a');
      stage.click('.b');
      stage.click('.a');
    });
    for (let i = 0; i < 4; i++) await stage.wait(20);
    await stage.show(null);
    await stage.wait(400_000);
  });

  same('waits for the network', async (stage) => {
    await stage.show([
      <Mutate on={stage} key={1} name="a" mutationFn={stage.fetcher(20, (call) => call)} />,
      <Mutating on={stage} key={2} />,
    ]);
    await stage.act(() => stage.adapter.onlineManager.setOnline(false));
    await stage.act(() => stage.click('.a'));
    await stage.wait(50);
    await stage.act(() => stage.adapter.onlineManager.setOnline(true));
    await stage.wait(50);
  });

  same('goes on after its component has gone', async (stage) => {
    const done = { onSuccess: () => stage.client.setQueryData(['done'], 1) };
    await stage.show([
      <Mutate on={stage} key={1} name="a" mutationFn={stage.fetcher(20, (call) => call)} {...done} />,
      <States on={stage} key={2} />,
    ]);
    await stage.act(() => stage.click('.a'));
    await stage.show(<States on={stage} key={2} />);
    await stage.wait(30);
  });

  same('updates optimistically, and rolls back', async (stage) => {
    const save = stage.fetcher(20, (call) => {
      if (call === 0) throw new Error('refused');
      return 'two';
    });
    await stage.show(<Todos on={stage} save={save as () => Promise<string>} />);
    await stage.wait(10);
    for (let i = 0; i < 2; i++) {
      await stage.act(() => stage.click('button'));
      await stage.wait(10);
      await stage.wait(20);
      await stage.wait(20);
    }
  });
});
