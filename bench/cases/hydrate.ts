import { dehydrate, hydrate } from 'bench-subject';
import type { Case } from '../case';
import { fill, keep, newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys } from '../keys';

const QUERIES = 10_000;

const hydration: Case = {
  kind: 'paired',
  rows: [
    { id: 'dehydrate_10k', what: 'dehydrating 10,000 queries', unit: 'ms' },
    { id: 'hydrate_10k', what: 'hydrating these into an empty client', unit: 'ms' },
    { id: 'hydrate_again_10k', what: 'hydrating them once more, where nothing is newer', unit: 'ms' },
  ],
  setup() {
    const client = newClient();
    fill(client, dashboardKeys(QUERIES));
    const text = JSON.stringify(dehydrate(client));
    return {
      batch() {
        const start = now();
        keep(dehydrate(client));
        const dehydrated = now();
        const state = JSON.parse(text);
        const other = newClient();
        const parsed = now();
        hydrate(other, state);
        const hydrated = now();
        hydrate(other, state);
        const again = now();
        if (other.getQueryCache().getAll().length !== QUERIES) throw new Error('not all are there');
        other.clear();
        return {
          dehydrate_10k: dehydrated - start,
          hydrate_10k: hydrated - parsed,
          hydrate_again_10k: again - hydrated,
        };
      },
    };
  },
};

export const hydrating: Case[] = [hydration];
