import type { Case } from '../case';
import { fill, newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys, TIMEFRAMES_EACH, workspace } from '../keys';
import { shuffled } from '../random';

function invalidate(id: string, size: number, calls: number): Case {
  return {
    kind: 'paired',
    rows: [
      {
        id,
        what: `invalidateQueries by prefix, 10 inactive matches among ${size.toLocaleString('en')}`,
        unit: 'us',
        ops: calls,
      },
    ],
    setup() {
      const client = newClient();
      const keys = dashboardKeys(size);
      fill(client, keys);
      const order = shuffled(size / TIMEFRAMES_EACH);
      const prefixes = Array.from(order, (n) => ['exec', 'dashboard', workspace(n)]);
      let at = 0;
      return {
        async batch() {
          const first = at;
          let done: Promise<void> = Promise.resolve();
          const start = now();
          for (let i = 0; i < calls; i++) {
            done = client.invalidateQueries({ queryKey: prefixes[at]! });
            if (++at === prefixes.length) at = 0;
          }
          await done;
          const ms = now() - start;
          const wrong = prefixes[first]!;
          for (const query of client.getQueryCache().findAll({ queryKey: wrong })) {
            if (!query.state.isInvalidated) throw new Error(`${id}: ${query.queryHash} was not invalidated`);
          }
          // Valid again before the next visit: marking a marked query is cheaper and would flatter.
          for (let i = 0; i < calls; i++) {
            const n = order[(first + i) % order.length]! * TIMEFRAMES_EACH;
            fill(client, keys.slice(n, n + TIMEFRAMES_EACH));
          }
          return { [id]: ms };
        },
      };
    },
  };
}

export const invalidation: Case[] = [
  invalidate('invalidate_1k', 1_000, 100),
  invalidate('invalidate_10k', 10_000, 50),
  invalidate('invalidate_100k', 100_000, 10),
];
