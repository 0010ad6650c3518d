import type { QueryFilters } from 'bench-subject';
import type { Case } from '../case';
import { fill, hasPattern, newClient, type PatternFilters } from '../client';
import { now } from '../clock';
import { dashboardKeys, TIMEFRAMES_EACH } from '../keys';
import { shuffled } from '../random';

const SIZE = 100_000;
const CALLS = 10;

const byGlob = (ws: number): PatternFilters => ({ pattern: `exec:dashboard:ws${ws}:*` });

function byRegex(ws: number): QueryFilters {
  const pattern = new RegExp(`^exec:dashboard:ws${ws}:`);
  return { predicate: ({ queryKey }) => pattern.test(queryKey.join(':')) };
}

const find: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'get_by_pattern_100k',
      what: 'findAll by glob (there: a predicate with a regular expression), 10 matches among 100,000',
      unit: 'us',
      ops: CALLS,
    },
  ],
  missing: () => (BENCH_SIDE === 'ours' && !hasPattern() ? 'the filter { pattern } is missing' : undefined),
  setup() {
    const filters = BENCH_SIDE === 'ours' ? byGlob : byRegex;
    const client = newClient();
    fill(client, dashboardKeys(SIZE));
    const cache = client.getQueryCache();
    const order = shuffled(SIZE / TIMEFRAMES_EACH);
    let at = 0;
    return {
      batch() {
        let found = 0;
        const start = now();
        for (let i = 0; i < CALLS; i++) {
          found += cache.findAll(filters(order[at]!)).length;
          if (++at === order.length) at = 0;
        }
        const ms = now() - start;
        const expected = CALLS * TIMEFRAMES_EACH;
        if (found !== expected) throw new Error(`get_by_pattern_100k: found ${found}, expected ${expected}`);
        return { get_by_pattern_100k: ms };
      },
    };
  },
};

export const patterns: Case[] = [find];
