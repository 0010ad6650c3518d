import { createAsyncStoragePersister } from '@tanstack/query-async-storage-persister';
import {
  experimental_createQueryPersister,
  persistQueryClientRestore,
  persistQueryClientSave,
  persistQueryClientSubscribe,
} from '@tanstack/query-persist-client-core';
import * as subject from 'bench-subject';
import { QueryClient, QueryObserver } from 'bench-subject';
import { createStore, get, setMany, type UseStore } from 'idb-keyval';
import type { Case, Sample } from '../case';
import { now, sleep } from '../clock';

const ENTRIES = 10_000;
const CHANGING = 5_000;
const SAVING_MS = 4_000;
const KEY = (n: number) => ['exec', 'dashboard', `ws${n}`];
/** That of the query that is painted first. */
const FIRST = KEY(4_711);
const DAY_MS = 24 * 60 * 60 * 1000;

/** About a kilobyte of JSON. */
const answer = (n: number, turn = 0) => ({
  data: Array.from({ length: 10 }, (_, row) => ({
    id: `agent-${n}-${row}`,
    name: `Agent ${row} of workspace ${n}`,
    runs: n * 10 + row,
    credits: turn,
    state: 'running',
  })),
  page: 1,
});

interface Handle {
  flush(): Promise<void>;
  stop(): void;
  restored: Promise<void>;
}

interface Counted {
  stats(): { persist: { written: number } };
}

/** What of ferroquery these cases use. */
const ours = subject as unknown as {
  persist(options: { client: QueryClient; store: unknown; scope: string; key?: Uint8Array }): Handle;
  indexedDb(options: { name: string }): unknown;
};

const missing = (): string | undefined => {
  if (typeof indexedDB === 'undefined') return 'there is no IndexedDB here';
  return BENCH_SIDE === 'ours' && !ours.persist ? 'persist is missing' : undefined;
};

const newClient = () => new QueryClient({ defaultOptions: { queries: { gcTime: DAY_MS, staleTime: DAY_MS } } });

const key = Uint8Array.from({ length: 32 }, (_, at) => at);

/** A start of an application on what is stored; gives back how to end it. */
type Start = (client: QueryClient, ready: () => void) => () => void;

function startOurs(name: string, sealed: boolean): Start {
  return (client, ready) => {
    const store = ours.indexedDb({ name });
    const kept = ours.persist({ client, store, scope: 'ada', ...(sealed && { key }) });
    ready();
    return () => kept.stop();
  };
}

function asyncPersister(database: UseStore) {
  return createAsyncStoragePersister({
    storage: {
      getItem: (name: string) => get<string>(name, database),
      setItem: (name: string, value: string) => setMany([[name, value]], database),
      removeItem: (name: string) => setMany([[name, undefined]], database),
    },
    throttleTime: 0,
  });
}

/** As `PersistQueryClientProvider` does: queries are restored first, then what is mounted is asked. */
function startPeer(name: string): Start {
  return (client, ready) => {
    const persister = asyncPersister(createStore(name, 'queries'));
    persistQueryClientRestore({ queryClient: client as never, persister, maxAge: DAY_MS }).then(ready);
    return () => {};
  };
}

function startPeerEach(name: string): Start {
  return (client, ready) => {
    const database = createStore(name, 'queries');
    const { persisterFn } = experimental_createQueryPersister({
      storage: { getItem: (at: string) => get(at, database) } as never,
    });
    client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, persister: persisterFn as never } });
    ready();
    return () => {};
  };
}

/** From the start until the first query's data is in the document (ms). */
function firstPaint(start: Start): Promise<number> {
  const place = document.createElement('p');
  document.body.append(place);
  const begun = now();
  return new Promise((resolve, reject) => {
    const client = newClient();
    const end = start(client, () => {
      const observer = new QueryObserver(client, {
        queryKey: FIRST,
        queryFn: () => Promise.reject(new Error('the store should have had it')),
        retry: false,
      });
      const paint = ({ data, error }: { data?: unknown; error?: unknown }) => {
        if (error) return reject(error);
        if (data === undefined) return;
        place.textContent = (data as ReturnType<typeof answer>).data[0]!.name;
        const took = now() - begun;
        unsubscribe();
        end();
        place.remove();
        resolve(took);
      };
      const unsubscribe = observer.subscribe(paint);
      paint(observer.getCurrentResult());
    });
  });
}

/** Fills a store with 10,000 entries, each side in its own way. */
async function fillOurs(name: string, sealed: boolean): Promise<void> {
  const client = newClient();
  const kept = ours.persist({ client, store: ours.indexedDb({ name }), scope: 'ada', ...(sealed && { key }) });
  for (let n = 0; n < ENTRIES; n++) client.setQueryData(KEY(n), answer(n));
  await kept.flush();
  kept.stop();
}

async function fillPeer(name: string): Promise<void> {
  const client = newClient();
  for (let n = 0; n < ENTRIES; n++) client.setQueryData(KEY(n), answer(n));
  const persister = asyncPersister(createStore(name, 'queries'));
  await persistQueryClientSave({ queryClient: client as never, persister });
  await sleep(500);
}

async function fillPeerEach(name: string): Promise<void> {
  const database = createStore(name, 'queries');
  const client = newClient();
  const entries: [string, string][] = [];
  for (let n = 0; n < ENTRIES; n++) {
    client.setQueryData(KEY(n), answer(n));
    const { queryKey, queryHash, state } = client.getQueryCache().find({ queryKey: KEY(n) })!;
    entries.push([`tanstack-query-${queryHash}`, JSON.stringify({ buster: '', queryHash, queryKey, state })]);
  }
  await setMany(entries, database);
}

function restart(
  id: string,
  what: string,
  fill: (name: string) => Promise<void>,
  start: (name: string) => Start,
): Case {
  return {
    kind: 'paired',
    rows: [{ id, what, unit: 'ms' }],
    missing,
    async setup() {
      const name = `${id}-${BENCH_SIDE}`;
      await fill(name);
      return { batch: async (): Promise<Sample> => ({ [id]: await firstPaint(start(name)) }) };
    },
  };
}

const isOurs = () => BENCH_SIDE === 'ours';

const whole = restart(
  'persist_restart_10k',
  'starting with 10,000 stored queries until the first one is shown, beside persistQueryClient',
  (name) => (isOurs() ? fillOurs(name, false) : fillPeer(name)),
  (name) => (isOurs() ? startOurs(name, false) : startPeer(name)),
);

const sealed = restart(
  'persist_restart_10k_sealed',
  'the same, encrypted; persistQueryClient is not',
  (name) => (isOurs() ? fillOurs(name, true) : fillPeer(name)),
  (name) => (isOurs() ? startOurs(name, true) : startPeer(name)),
);

const each = restart(
  'persist_restart_10k_each',
  'the same beside experimental_createQueryPersister, which reads each query by itself',
  (name) => (isOurs() ? fillOurs(name, false) : fillPeerEach(name)),
  (name) => (isOurs() ? startOurs(name, false) : startPeerEach(name)),
);

/** Saves while queries change, and notes the longest task of the main thread that isn't the changing itself. */
const saving: Case = {
  kind: 'solo',
  rows: [
    {
      id: 'persist_save_5k',
      what: 'longest task while 5,000 changing queries are saved (0: none over 50 ms)',
      unit: 'ms',
      noRatio: true,
    },
    { id: 'persist_save_5k_blocked', what: 'time in tasks over 50 ms meanwhile', unit: 'ms', noRatio: true },
  ],
  repeats: 3,
  missing,
  async measure() {
    const client = newClient();
    for (let n = 0; n < CHANGING; n++) client.setQueryData(KEY(n), answer(n));
    const tasks: number[] = [];
    await sleep(500);
    let end: () => void;
    if (isOurs()) {
      const kept = ours.persist({ client, store: ours.indexedDb({ name: 'saving' }), scope: 'ada' });
      end = () => kept.stop();
    } else {
      const persister = createAsyncStoragePersister({
        storage: {
          getItem: (name: string) => get<string>(name),
          setItem: (name: string, value: string) => setMany([[name, value]]),
          removeItem: (name: string) => setMany([[name, undefined]]),
        },
      });
      end = persistQueryClientSubscribe({ queryClient: client as never, persister });
    }
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask' });
    // A hundred change every 20 ms: each of them once a second.
    const begun = now();
    for (let turn = 1; now() - begun < SAVING_MS; turn++) {
      for (let at = 0; at < 100; at++) {
        const n = (turn * 100 + at) % CHANGING;
        client.setQueryData(KEY(n), answer(n, turn));
      }
      await sleep(20);
    }
    await sleep(1_500);
    end();
    if (isOurs() && (client as unknown as Counted).stats().persist.written < 2 * CHANGING) {
      throw new Error('persist_save_5k: not all that changed was saved');
    }
    return {
      persist_save_5k: Math.max(0, ...tasks),
      persist_save_5k_blocked: tasks.reduce((sum, task) => sum + task, 0),
    };
  },
};

export const persisting: Case[] = [whole, sealed, each, saving];
