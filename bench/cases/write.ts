import type { Case, Row } from '../case';
import { fill, newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys, figures } from '../keys';
import { shuffled } from '../random';

const WRITES = 5_000;

function set(row: Row, size: number): Case {
  return {
    kind: 'paired',
    rows: [{ ...row, unit: 'ns', ops: WRITES }],
    setup() {
      const client = newClient();
      fill(client, dashboardKeys(size));
      const keys = dashboardKeys(size);
      const order = shuffled(size);
      let at = 0;
      let total = 0;
      return {
        batch() {
          const start = now();
          for (let i = 0; i < WRITES; i++) {
            const n = order[at]!;
            client.setQueryData(keys[n]!, figures(n, ++total));
            if (++at === size) at = 0;
          }
          return { [row.id]: now() - start };
        },
      };
    },
  };
}

const CREATED = 10_000;

const create: Case = {
  kind: 'paired',
  rows: [{ id: 'create_10k', what: 'setQueryData on 10,000 new keys, for each', unit: 'ns', ops: CREATED }],
  setup() {
    return {
      batch() {
        const client = newClient();
        const keys = dashboardKeys(CREATED);
        const start = now();
        fill(client, keys);
        const ms = now() - start;
        client.clear();
        return { create_10k: ms };
      },
    };
  },
};

export const writes: Case[] = [
  set({ id: 'set', what: 'setQueryData on an existing key, 1,000 keys', unit: 'ns' }, 1_000),
  set({ id: 'set_100k', what: 'setQueryData on an existing key, 100,000 keys', unit: 'ns' }, 100_000),
  create,
];
