import { MutationObserver, type QueryClient } from 'bench-subject';
import type { Case } from '../case';
import { keep, newClient } from '../client';
import { now } from '../clock';

const MUTATIONS = 10_000;
const IN_SCOPE = 1_000;
const ASKED = 100;

/** Runs `count` mutations to their end; how many succeeded. */
async function run(client: QueryClient, count: number, options: object): Promise<number> {
  const promises: Promise<number>[] = [];
  for (let i = 0; i < count; i++) {
    const observer = new MutationObserver<number, Error, number>(client, {
      mutationFn: async (n) => n,
      ...options,
    });
    promises.push(observer.mutate(i));
  }
  const answers = await Promise.all(promises);
  return answers.filter((answer, i) => answer === i).length;
}

async function timed(count: number, options: object): Promise<number> {
  const client = newClient();
  client.mount();
  const start = now();
  const succeeded = await run(client, count, options);
  const ms = now() - start;
  client.clear();
  client.unmount();
  if (succeeded !== count) throw new Error(`${succeeded} of ${count} mutations succeeded`);
  return ms;
}

const many: Case = {
  kind: 'paired',
  rows: [{ id: 'mutations_10k', what: '10,000 mutations at once, to their success', unit: 'ms' }],
  setup: () => ({
    batch: async () => ({ mutations_10k: await timed(MUTATIONS, {}) }),
  }),
};

const queue: Case = {
  kind: 'paired',
  rows: [{ id: 'mutations_scope_1k', what: '1,000 mutations of one scope, one after the other', unit: 'ms' }],
  setup: () => ({
    batch: async () => ({ mutations_scope_1k: await timed(IN_SCOPE, { scope: { id: 'one' } }) }),
  }),
};

const counting: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'is_mutating_10k',
      what: 'isMutating with a key, one pending among 10,000 that have settled',
      unit: 'us',
      ops: ASKED,
    },
  ],
  async setup() {
    const client = newClient();
    await run(client, MUTATIONS, { mutationKey: ['save', 'row'] });
    void new MutationObserver(client, {
      mutationKey: ['save', 'row'],
      mutationFn: () => new Promise(() => {}),
    }).mutate();
    return {
      batch() {
        let pending = 0;
        const start = now();
        for (let i = 0; i < ASKED; i++) pending += client.isMutating({ mutationKey: ['save'] });
        const ms = now() - start;
        keep(pending);
        if (pending !== ASKED) throw new Error(`is_mutating_10k: ${pending} pending, expected ${ASKED}`);
        return { is_mutating_10k: ms };
      },
    };
  },
};

export const mutating: Case[] = [many, queue, counting];
