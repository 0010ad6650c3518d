import type { QueryClient } from 'bench-subject';
import type { Case } from '../case';
import { fill, keep, newClient } from '../client';
import { sleep } from '../clock';
import { dashboardKeys, figures } from '../keys';
import { settledMemory } from '../memory';

const HELD = 100_000;
const CHURNED = 200_000;
const PORTION = 1_000;
/** Keys that come and go before the first reading, so that compiled code and pools aren't taken for a leak. */
const WARM_UP = 50_000;

/** Creates what is made once (the engine, compiled code), so that it isn't counted as growth. */
async function warm(): Promise<void> {
  const client = newClient();
  fill(client, dashboardKeys(PORTION));
  client.clear();
  await settledMemory();
}

const held: Case = {
  kind: 'solo',
  rows: [
    {
      id: 'memory_100k',
      what: 'memory for each of 100,000 cached queries, key and a small answer included',
      unit: 'bytes',
      ops: HELD,
    },
  ],
  repeats: 3,
  async measure() {
    await warm();
    const client = newClient();
    const before = await settledMemory();
    fill(client, dashboardKeys(HELD));
    const after = await settledMemory();
    const count = client.getQueryCache().getAll().length;
    if (count !== HELD) throw new Error(`memory_100k: ${count} queries cached, expected ${HELD}`);
    keep(client);
    return { memory_100k: after.heap - before.heap + after.wasm - before.wasm };
  },
};

/** Creates keys `from` … `to` in portions that go before the next one comes. */
async function comeAndGo(client: QueryClient, from: number, to: number): Promise<void> {
  const cache = client.getQueryCache();
  for (let first = from; first < to; first += PORTION) {
    const name = `portion${first}`;
    for (let i = first; i < first + PORTION; i++) client.setQueryData(['churn', name, `key${i}`], figures(i));
    if ((first / PORTION) % 2 === 0) client.removeQueries({ queryKey: ['churn', name] });
    while (cache.getAll().length > 0) await sleep(1);
  }
}

const churn: Case = {
  kind: 'solo',
  rows: [
    {
      id: 'churn',
      what: 'memory kept after 200,000 keys came and went, half by removeQueries, half by gcTime',
      unit: 'bytes',
      noRatio: true,
    },
    { id: 'churn_wasm', what: 'of that, wasm memory', unit: 'bytes', noRatio: true },
  ],
  repeats: 3,
  async measure() {
    const client = newClient({ defaultOptions: { queries: { gcTime: 1 } } });
    await comeAndGo(client, 0, WARM_UP);
    const before = await settledMemory();
    await comeAndGo(client, WARM_UP, WARM_UP + CHURNED);
    const after = await settledMemory();
    keep(client);
    const wasm = after.wasm - before.wasm;
    return { churn: after.heap - before.heap + wasm, churn_wasm: wasm };
  },
};

export const memory: Case[] = [held, churn];
