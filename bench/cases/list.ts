import { QueriesObserver } from 'bench-subject';
import type { Case } from '../case';
import { keep, newClient, STALE_TIME } from '../client';
import { now, turn } from '../clock';
import { dashboardKeys, figures } from '../keys';
import { settle } from '../memory';

const QUERIES = 10_000;
const UPDATES = 500;

/** One list of 10,000 queries. */
const list: Case = {
  kind: 'paired',
  rows: [
    { id: 'use_queries_10k', what: 'one list of 10,000 queries, through their fetches', unit: 'ms' },
    { id: 'use_queries_update_one', what: 'new data for one query of that list', unit: 'us', ops: UPDATES },
  ],
  setup: () => ({
    async batch() {
      const client = newClient();
      const keys = dashboardKeys(QUERIES);
      const queryFn = async () => figures(0);
      const start = now();
      const observer = new QueriesObserver(
        client,
        keys.map((queryKey) => ({ queryKey, queryFn, staleTime: STALE_TIME })),
      );
      let told = 0;
      const stop = observer.subscribe(() => told++);
      do await turn();
      while (client.isFetching() > 0);
      const settled = now();
      if (!observer.getCurrentResult().every(({ isSuccess }) => isSuccess)) throw new Error('not all have their data');
      told = 0;
      await settle();
      const before = now();
      for (let i = 0; i < UPDATES; i++) client.setQueryData(keys[i * (QUERIES / UPDATES)]!, figures(i, 1));
      const updated = now();
      if (told !== UPDATES) throw new Error(`told ${told} times of ${UPDATES} updates`);
      keep(observer.getCurrentResult());
      stop();
      client.clear();
      return { use_queries_10k: settled - start, use_queries_update_one: updated - before };
    },
  }),
};

export const lists: Case[] = [list];
