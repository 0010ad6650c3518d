import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { indexedDb, type PersistStats, persist, QueryClient, QueryObserver } from 'ferroquery';
import { createRoot } from 'react-dom/client';

// What tests do in a page. Everything that crosses to Node is JSON.

/** Bytes for a key: no secret here. */
const KEY = Uint8Array.from({ length: 32 }, (_, at) => at * 7);

interface Opened {
  scope?: string;
  version?: string;
  sealed?: boolean;
  maxAge?: number;
}

export function open({ scope = 'ada', version = '1', sealed = false, maxAge }: Opened = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const key = sealed ? KEY : undefined;
  const kept = persist({ client, store: indexedDb({ name: 'store' }), scope, version, key, maxAge });
  return { client, kept };
}

export { indexedDb, persist, QueryClient, QueryObserver };

/** All that is in the database, as text: bytes as Latin-1. */
export async function raw(): Promise<string> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('store');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const parts: string[] = [];
  const show = (value: unknown): string => {
    if (value instanceof Uint8Array) return Array.from(value, (byte) => String.fromCharCode(byte)).join('');
    if (value instanceof ArrayBuffer) return show(new Uint8Array(value));
    if (Array.isArray(value)) return value.map(show).join(' ');
    return typeof value === 'object' && value !== null ? Object.values(value).map(show).join(' ') : String(value);
  };
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name);
    for (const request of [store.getAll(), store.getAllKeys()]) {
      await new Promise((resolve) => {
        request.onsuccess = resolve;
      });
      parts.push(show(request.result));
    }
  }
  database.close();
  return parts.join('\n');
}

/** Lets time pass (ms). */
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The data of queries that writers leave: it shows itself whether it is whole. */
export interface Checked {
  n: number;
  turn: number;
  filler: string;
  sum: number;
}

export function checked(n: number, turn: number): Checked {
  const filler = `${n}/${turn} `.repeat(1 + ((turn * 37) % 900));
  return { n, turn, filler, sum: sumOf(n, turn, filler) };
}

function sumOf(n: number, turn: number, filler: string): number {
  let sum = n * 31 + turn;
  for (let at = 0; at < filler.length; at++) sum = (sum * 33 + filler.charCodeAt(at)) | 0;
  return sum;
}

/** The turns of all that the store has, by query; throws where one isn't whole. */
export async function inspect(opened: Opened): Promise<{ turns: Record<string, number>; stats: PersistStats }> {
  const { client, kept } = open(opened);
  await kept.restored;
  const { records } = client.stats().persist;
  const restored = await kept.restore();
  const turns: Record<string, number> = {};
  for (const [key, data] of client.getQueriesData<Checked>({})) {
    if (!data || data.n !== key[1] || data.sum !== sumOf(data.n, data.turn, data.filler)) {
      throw new Error(`not whole: ${JSON.stringify(key)} ${JSON.stringify(data)?.slice(0, 100)}`);
    }
    turns[data.n] = data.turn;
  }
  const stats = client.stats().persist;
  kept.stop();
  if (restored !== records) throw new Error(`${records} records, but ${restored} can be read`);
  return { turns, stats };
}

/** Writes without end, and tells what the store has confirmed. */
export async function writeOn(
  opened: Opened,
  queries: number,
  from: number,
  confirmed: (turns: Record<string, number>) => void,
): Promise<void> {
  const { client, kept } = open(opened);
  const turns: Record<string, number> = {};
  for (let turn = from; ; turn++) {
    for (let at = 0; at < 20; at++) {
      const n = (turn * 7 + at * 13) % queries;
      client.setQueryData(['checked', n], checked(n, turn));
      turns[n] = turn;
    }
    const written = { ...turns };
    const before = client.stats().persist.written;
    await kept.flush();
    const { written: after, failures, unsaved } = client.stats().persist;
    // Fetched in no other way, and each of another turn: all of them are written.
    if (after < before + 20 || failures > 0 || unsaved > 0) {
      throw new Error(`the store did not take all: ${JSON.stringify({ before, after, failures, unsaved })}`);
    }
    confirmed(written);
  }
}

/** A page of React that shows one query; its fetches are counted. */
export function mount(client: QueryClient, answer: () => unknown): { fetches: () => number } {
  let fetches = 0;
  function Profile() {
    const { data, status, fetchStatus } = useQuery({
      queryKey: ['profile'],
      queryFn: async () => {
        fetches++;
        return answer();
      },
      staleTime: 60_000,
    });
    return (
      <p id="profile">
        {status} {fetchStatus} {JSON.stringify(data ?? null)}
      </p>
    );
  }
  createRoot(document.querySelector('main')!).render(
    <QueryClientProvider client={client as never}>
      <Profile />
    </QueryClientProvider>,
  );
  return { fetches: () => fetches };
}
