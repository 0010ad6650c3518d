import type { Case, Row } from '../case';
import { fill, keep, newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys, type Figures, TIMEFRAMES_EACH, timeframe, workspace } from '../keys';
import { shuffled } from '../random';

const READS = 10_000;

/** `used`: how many of the keys are read, over and over. */
function read(row: Row, size: number, used = size): Case {
  return {
    kind: 'paired',
    rows: [{ ...row, unit: 'ns', ops: READS }],
    setup() {
      const client = newClient();
      fill(client, dashboardKeys(size));
      const keys = dashboardKeys(size);
      const order = shuffled(size);
      let at = 0;
      return {
        batch() {
          let sum = 0;
          const start = now();
          for (let i = 0; i < READS; i++) {
            sum += client.getQueryData<Figures>(keys[order[at]!]!)!.id;
            if (++at === used) at = 0;
          }
          const ms = now() - start;
          keep(sum);
          return { [row.id]: ms };
        },
      };
    },
  };
}

/** As users write it: the key is a literal in the call, its parts are at hand. */
function readFreshKey(row: Row, size: number): Case {
  return {
    kind: 'paired',
    rows: [{ ...row, unit: 'ns', ops: READS }],
    setup() {
      const client = newClient();
      fill(client, dashboardKeys(size));
      const workspaces = Array.from({ length: size / TIMEFRAMES_EACH }, (_, i) => workspace(i));
      const order = shuffled(size);
      const timeframes = Array.from({ length: TIMEFRAMES_EACH }, (_, i) => timeframe(i));
      let at = 0;
      return {
        batch() {
          let sum = 0;
          const start = now();
          for (let i = 0; i < READS; i++) {
            const n = order[at]!;
            const ws = workspaces[(n / TIMEFRAMES_EACH) | 0]!;
            const tf = timeframes[n % TIMEFRAMES_EACH]!;
            sum += client.getQueryData<Figures>(['exec', 'dashboard', ws, tf])!.id;
            if (++at === size) at = 0;
          }
          const ms = now() - start;
          keep(sum);
          return { [row.id]: ms };
        },
      };
    },
  };
}

export const reads: Case[] = [
  read({ id: 'read_1k', what: 'getQueryData among 1,000 keys', unit: 'ns' }, 1_000),
  readFreshKey(
    { id: 'read_1k_fresh_key', what: 'getQueryData, key literal in the call, 1,000 keys', unit: 'ns' },
    1_000,
  ),
  read({ id: 'read_100k', what: 'getQueryData among 100,000 keys', unit: 'ns' }, 100_000),
  read({ id: 'read_100k_few', what: 'the same, of which 1,000 over and over', unit: 'ns' }, 100_000, 1_000),
  readFreshKey(
    { id: 'read_100k_fresh_key', what: 'getQueryData, key literal in the call, 100,000 keys', unit: 'ns' },
    100_000,
  ),
];
