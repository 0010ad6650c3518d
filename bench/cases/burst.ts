import { type QueryClient, QueryObserver, type QueryObserverResult } from 'bench-subject';
import type { Case } from '../case';
import { hasEmit, type LiveClient, newClient, STALE_TIME } from '../client';
import { now, sleep, turn } from '../clock';

const EVENTS = 1_000;
const NAMES = 100;
const KINDS = 9;
const TIMEFRAMES = 10;
const WATCHED = 100;
const SETTLE_MS = 60_000;

const RULES = {
  'agent.run.completed': ['agent:*:{agent_id}:*', 'exec:dashboard:{workspace_id}:*'],
};

/** 9,000 keys of agents and 1,000 of dashboards. */
function burstKeys(): string[][] {
  const keys: string[][] = [];
  for (let n = 0; n < NAMES; n++) {
    for (let t = 0; t < TIMEFRAMES; t++) {
      keys.push(['exec', 'dashboard', `ws${n}`, `${t}d`]);
      for (let kind = 0; kind < KINDS; kind++) keys.push(['agent', `kind${kind}`, `agent${n}`, `${t}d`]);
    }
  }
  return keys;
}

/** Every event hits one watched query: of an agent for the lower half of the names, a dashboard for the upper. */
function watchedKey(n: number): string[] {
  return n < NAMES / 2 ? ['agent', 'kind0', `agent${n}`, '7d'] : ['exec', 'dashboard', `ws${n}`, '7d'];
}

/** Tells the client that an agent's run is over: a rule where there are rules, else a hand-written predicate. */
type Tell = (client: QueryClient, agent: string, ws: string) => void;

const byRule: Tell = (client, agent, ws) => {
  (client as LiveClient).emit('agent.run.completed', { agent_id: agent, workspace_id: ws });
};

const byPredicate: Tell = (client, agent, ws) => {
  void client.invalidateQueries({
    predicate: ({ queryKey: k }) =>
      (k[0] === 'agent' && k[2] === agent) || (k[0] === 'exec' && k[1] === 'dashboard' && k[2] === ws),
  });
};

const burst: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'burst_1k_over_10k',
      what: '1,000 events over 10,000 queries, 100 watched, until all watched data is fresh',
      unit: 'ms',
    },
    { id: 'burst_fetches', what: 'fetches these start', unit: 'fetches' },
  ],
  missing: () => (BENCH_SIDE === 'ours' && !hasEmit() ? 'QueryClient.prototype.emit is missing' : undefined),
  async setup() {
    const tell = BENCH_SIDE === 'ours' ? byRule : byPredicate;
    const client = newClient(BENCH_SIDE === 'ours' ? { rules: RULES } : {});
    client.mount();
    const keys = burstKeys();
    const names = Array.from({ length: NAMES }, (_, n) => ({ agent: `agent${n}`, ws: `ws${n}` }));
    const reset = () => {
      for (const key of keys) client.setQueryData(key, { event: -1 });
    };
    let event = -1;
    let fetches = 0;
    const queryFn = async () => {
      fetches++;
      return { event };
    };
    const latest = Array.from({ length: WATCHED }) as QueryObserverResult<{ event: number }>[];
    // Before the observers, which would fetch otherwise.
    reset();
    for (let n = 0; n < WATCHED; n++) {
      new QueryObserver(client, { queryKey: watchedKey(n), queryFn, staleTime: STALE_TIME }).subscribe((result) => {
        latest[n] = result;
      });
    }
    // A listener has seen the answer of a fetch that began after the last event that hit its query.
    const isFresh = ({ data, fetchStatus }: QueryObserverResult<{ event: number }>, n: number): boolean =>
      fetchStatus === 'idle' && data !== undefined && data.event >= EVENTS - NAMES + n;

    return {
      async batch() {
        reset();
        while (latest.some((result) => result?.data?.event !== -1)) await sleep(1);
        fetches = 0;
        const start = now();
        for (event = 0; event < EVENTS; event++) {
          const { agent, ws } = names[event % NAMES]!;
          tell(client, agent, ws);
        }
        do {
          await turn();
          if (now() - start > SETTLE_MS) throw new Error(`burst: not all data is fresh after ${SETTLE_MS} ms`);
        } while (!latest.every(isFresh));
        const ms = now() - start;
        if (client.isFetching() > 0) throw new Error('burst: all watched data is fresh, yet a fetch is running');
        return { burst_1k_over_10k: ms, burst_fetches: fetches };
      },
    };
  },
};

export const bursts: Case[] = [burst];
