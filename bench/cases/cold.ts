import type { QueryClient } from 'bench-subject';
import type { Case } from '../case';
import { type LiveConfig, newClient } from '../client';
import { now, sleep } from '../clock';
import { settledMemory } from '../memory';
import { seeded } from '../random';

/** Entries of a cache that grew large. */
const HELD = 10_000;
const PORTION = 100;
/** Rows of a body of 50 kB. */
const ROWS = 306;
const THAWED = 20;

interface Bounded extends QueryClient {
  stats(): { memory: { hotEntries: number; coldEntries: number; evicted: { budget: number; tooLarge: number } } };
}

/** query-core knows no `memory` and leaves it aside. */
function boundedClient(memory: { maxBytes: number; coldAfter: number }): Bounded {
  const config: LiveConfig & { memory: typeof memory } = {
    memory,
    defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } },
  };
  return newClient(config) as Bounded;
}

/** A body as a dashboard fetches it: no two are alike. */
function body(number: number): string {
  const random = seeded(number);
  const below = (end: number) => Math.floor(random() * end);
  const data = Array.from({ length: ROWS }, (_, i) => ({
    id: `run_${below(2 ** 40).toString(36)}`,
    name: `agent ${i}`,
    status: ['ok', 'failed', 'running'][below(3)],
    cost: below(1_000_000) / 10_000,
    runs: below(1_000),
    at: new Date(1.7e12 + below(1e10)).toISOString(),
    tags: ['team', `b${i % 5}`],
    owner: { id: below(17), name: `user ${i % 17}` },
  }));
  return JSON.stringify({ page: 1, total: ROWS, data });
}

async function allCold(client: Bounded, count: number): Promise<void> {
  while (client.stats().memory.coldEntries < count) await sleep(1);
}

const held: Case = {
  kind: 'solo',
  rows: [
    {
      id: 'cold_10k_50k',
      what: 'memory for each of 10,000 inactive queries with a body of 50 kB',
      unit: 'bytes',
      ops: HELD,
    },
  ],
  repeats: 1,
  async measure() {
    // The engine and compiled code are no growth.
    const first = boundedClient({ maxBytes: 150e6, coldAfter: 0 });
    first.setQueryData(['warm'], JSON.parse(body(-1)));
    if (BENCH_SIDE === 'ours') await allCold(first, 1);
    first.clear();
    const client = boundedClient({ maxBytes: 150e6, coldAfter: 1_000 });
    const before = await settledMemory();
    for (let i = 0; i < HELD; i += PORTION) {
      for (let at = i; at < i + PORTION; at++) client.setQueryData(['report', at], JSON.parse(body(at)));
      await sleep(0);
    }
    if (BENCH_SIDE === 'ours') await allCold(client, HELD);
    const after = await settledMemory();
    const count = client.getQueryCache().getAll().length;
    const { id } = client.getQueryData<{ data: { id: string }[] }>(['report', 7_777])!.data[305]!;
    if (count !== HELD || id !== JSON.parse(body(7_777)).data[305].id) {
      throw new Error(`cold_10k_50k: ${count} queries cached, expected ${HELD} with their data`);
    }
    return { cold_10k_50k: after.heap - before.heap + after.wasm - before.wasm };
  },
};

const thaw: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'thaw_50k',
      what: 'getQueryData of packed data, 50 kB; in place of query-core: JSON.parse of the same text',
      unit: 'us',
      ops: THAWED,
    },
  ],
  setup() {
    const texts = Array.from({ length: THAWED }, (_, i) => body(i));
    // What somebody still holds, or no collection has found yet, would come back without being unpacked.
    globalThis.WeakRef = class {
      deref() {}
    } as unknown as typeof WeakRef;
    const client = boundedClient({ maxBytes: 150e6, coldAfter: 0 });
    if (BENCH_SIDE === 'ours') {
      for (const [i, text] of texts.entries()) client.setQueryData(['report', i], JSON.parse(text));
    }
    return {
      async batch() {
        let sum = 0;
        if (BENCH_SIDE === 'ours') await allCold(client, THAWED);
        else await sleep(1);
        const start = now();
        for (let i = 0; i < THAWED; i++) {
          const report = BENCH_SIDE === 'ours' ? client.getQueryData(['report', i]) : JSON.parse(texts[i]!);
          sum += (report as { data: unknown[] }).data.length;
        }
        const ms = now() - start;
        if (sum !== THAWED * ROWS) throw new Error(`thaw_50k: ${sum} rows`);
        return { thaw_50k: ms };
      },
    };
  },
};

export const cold: Case[] = [held, thaw];
