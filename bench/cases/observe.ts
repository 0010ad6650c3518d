import { QueryObserver } from 'bench-subject';
import type { Case } from '../case';
import { fill, newClient, STALE_TIME } from '../client';
import { now } from '../clock';
import { dashboardKeys, figures } from '../keys';
import { shuffled } from '../random';

const KEYS = 1_000;
const CYCLES = 2_000;

const cycle: Case = {
  kind: 'paired',
  rows: [
    {
      id: 'observer_cycle',
      what: 'new QueryObserver, subscribe, unsubscribe on a fresh key, 1,000 keys',
      unit: 'ns',
      ops: CYCLES,
    },
  ],
  setup() {
    const client = newClient();
    client.mount();
    const stored = dashboardKeys(KEYS);
    const keys = dashboardKeys(KEYS);
    const order = shuffled(KEYS);
    const listener = () => {};
    let fetches = 0;
    const queryFn = () => {
      fetches++;
      return figures(0);
    };
    let at = 0;
    return {
      batch() {
        // Written anew, so that the keys stay fresh however long the run takes.
        fill(client, stored);
        const start = now();
        for (let i = 0; i < CYCLES; i++) {
          const observer = new QueryObserver(client, { queryKey: keys[order[at]!]!, queryFn, staleTime: STALE_TIME });
          observer.subscribe(listener)();
          if (++at === KEYS) at = 0;
        }
        const ms = now() - start;
        if (fetches > 0) throw new Error(`observer_cycle: ${fetches} fetches on fresh keys, expected none`);
        return { observer_cycle: ms };
      },
    };
  },
};

export const observe: Case[] = [cycle];
