import { focusManager, QueryObserver } from 'bench-subject';
import type { Case } from '../case';
import { fill, newClient, STALE_TIME } from '../client';
import { now, sleep, turn } from '../clock';
import { dashboardKeys, figures } from '../keys';

const OBSERVERS = 10_000;

async function blurThenFocus(): Promise<number> {
  focusManager.setFocused(false);
  await turn();
  const start = now();
  focusManager.setFocused(true);
  // The client awaits its paused mutations before it asks the queries, so the work is done some microtasks later.
  await turn();
  return now() - start;
}

const focus: Case = {
  kind: 'paired',
  rows: [{ id: 'focus_10k', what: 'focus with 10,000 mounted, fresh observers', unit: 'us' }],
  async setup() {
    const client = newClient();
    client.mount();
    const keys = dashboardKeys(OBSERVERS);
    fill(client, keys);
    let fetches = 0;
    const queryFn = async () => {
      fetches++;
      return figures(0);
    };
    for (const queryKey of keys) {
      new QueryObserver(client, { queryKey, queryFn, staleTime: STALE_TIME }).subscribe(() => {});
    }
    // One stale observer proves that focus reaches the queries; it goes before anything is measured.
    client.setQueryData(['stale'], figures(0), { updatedAt: 1 });
    const stale = new QueryObserver(client, { queryKey: ['stale'], queryFn, refetchOnMount: false });
    const unsubscribe = stale.subscribe(() => {});
    await blurThenFocus();
    if (fetches !== 1) throw new Error(`focus_10k: ${fetches} fetches with one stale query, expected 1`);
    unsubscribe();
    client.removeQueries({ queryKey: ['stale'] });
    return {
      async batch() {
        fill(client, keys);
        fetches = 0;
        // The notifications of these writes aren't part of a focus.
        await sleep(20);
        const ms = await blurThenFocus();
        if (fetches > 0) throw new Error(`focus_10k: ${fetches} fetches with fresh data, expected none`);
        return { focus_10k: ms };
      },
    };
  },
};

export const focusing: Case[] = [focus];
