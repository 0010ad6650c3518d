import * as storagePersister from '@tanstack/query-async-storage-persister';
// @ts-expect-error the same module once more, on our core (two-cores.ts)
import * as storagePersisterOnOurs from '@tanstack/query-async-storage-persister?core=ferroquery';
import * as persistClient from '@tanstack/query-persist-client-core';
// @ts-expect-error the same module once more, on our core
import * as persistClientOnOurs from '@tanstack/query-persist-client-core?core=ferroquery';
import { expect, test, vi } from 'vitest';
import { type Adapter, onOurs, onQueryCore } from './adapter.js';

interface Tools {
  core: Adapter;
  /** Their types are those of a query-core of their own. */
  persistClient: any;
  storagePersister: any;
  log: (...values: unknown[]) => void;
  /** Writes down how it is used. */
  storage: ReturnType<typeof storageThatLogs>;
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const statesOf = (client: any) =>
  client
    .getQueryCache()
    .getAll()
    .map(({ queryHash, state }: any) => [queryHash, state]);

function storageThatLogs(log: Tools['log']) {
  const kept = new Map<string, any>();
  return {
    getItem: async (key: string) => {
      log('get', key);
      return kept.get(key);
    },
    setItem: async (key: string, value: any) => {
      log('set', key, value);
      kept.set(key, value);
    },
    removeItem: async (key: string) => {
      log('remove', key);
      kept.delete(key);
    },
    entries: async () => [...kept],
  };
}

/** Plays a scene with the official persisters on both cores: what they store and restore must be equal. */
function same(name: string, scene: (tools: Tools) => Promise<void>): void {
  const run = async (tools: Omit<Tools, 'log' | 'storage'>) => {
    vi.useFakeTimers({ now: Date.UTC(2025, 0, 1) });
    const lines: string[] = [];
    const log: Tools['log'] = (...values) => lines.push(values.map((value) => JSON.stringify(value)).join(' '));
    try {
      await scene({ ...tools, log, storage: storageThatLogs(log) });
    } finally {
      tools.core.onlineManager.setOnline(true);
      vi.useRealTimers();
    }
    return lines;
  };
  test(name, async () => {
    const expected = await run({ core: onQueryCore, persistClient, storagePersister });
    expect(
      await run({ core: onOurs, persistClient: persistClientOnOurs, storagePersister: storagePersisterOnOurs }),
    ).toEqual(expected);
    expect(expected.length).toBeGreaterThan(2);
  });
}

same('a whole client, with a paused mutation', async ({ core, persistClient, storagePersister, log, storage }) => {
  const persister = storagePersister.createAsyncStoragePersister({ storage, throttleTime: 100 });
  const options = { defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } };
  const first = new core.QueryClient(options);
  const [stop, restored] = persistClient.persistQueryClient({ queryClient: first, persister, buster: 'one' });
  await wait(1);
  await restored;
  first.setQueryData(['a'], { value: 1 });
  void first.prefetchQuery({ queryKey: ['b'], queryFn: () => new Promise((resolve) => setTimeout(resolve, 10, 'b')) });
  await wait(200);
  core.onlineManager.setOnline(false);
  void new core.MutationObserver(first, { mutationKey: ['m'], mutationFn: async () => 1 }).mutate('value' as never);
  await wait(200);
  stop();
  first.setQueryData(['a'], { value: 2 });
  await wait(200);
  core.onlineManager.setOnline(true);

  const second = new core.QueryClient(options);
  second.setMutationDefaults(['m'], { mutationFn: async (value: unknown) => log('resumed', value) });
  await persistClient.persistQueryClientRestore({ queryClient: second, persister, buster: 'one' });
  log(statesOf(second));
  void second.resumePausedMutations();
  await wait(5);
  await persistClient.persistQueryClientSave({ queryClient: second, persister, buster: 'one' });
  await wait(200);

  const third = new core.QueryClient(options);
  await persistClient.persistQueryClientRestore({ queryClient: third, persister, buster: 'another' });
  log('of another build', statesOf(third));
});

same('query by query', async ({ core, persistClient, log, storage }) => {
  const persister = persistClient.experimental_createQueryPersister({ storage, maxAge: 10_000, prefix: 'kept' });
  let calls = 0;
  const queryFn = async () => {
    log('fetch');
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { call: ++calls };
  };
  const watch = async (name: string) => {
    const client = new core.QueryClient({ defaultOptions: { queries: { persister: persister.persisterFn as never } } });
    const observer = new core.QueryObserver(client, { queryKey: ['a'], queryFn, staleTime: 50 });
    const stop = observer.subscribe(({ status, fetchStatus, data, isStale, dataUpdatedAt }) =>
      log(name, status, fetchStatus, data, isStale, dataUpdatedAt),
    );
    await wait(30);
    stop();
    client.clear();
    await wait(60);
  };
  await watch('first visit');
  await watch('second visit');
  const client = new core.QueryClient();
  await persister.restoreQueries(client);
  log(statesOf(client));
  await wait(20_000);
  await persister.persisterGc();
  log('left', await storage.entries());
});
