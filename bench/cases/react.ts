import type { Case } from '../case';
import { newClient } from '../client';
import { now } from '../clock';
import { dashboardKeys } from '../keys';
import { settle } from '../memory';

const COMPONENTS = 10_000;
const UPDATES = 500;

/** React on the official adapter; in Node on jsdom, which is slower than a browser for both sides. */
const components: Case = {
  kind: 'paired',
  rows: [
    { id: 'react_mount_10k', what: 'mounting 10,000 components with useQuery, through their fetches', unit: 'ms' },
    { id: 'react_update_one', what: 'new data for one of them, until it is rendered', unit: 'us', ops: UPDATES },
    { id: 'react_update_all', what: 'new data for all of them, until it is rendered', unit: 'ms' },
    { id: 'react_unmount_10k', what: 'unmounting them', unit: 'ms' },
  ],
  async setup() {
    await needDocument();
    const { ReactPage } = await import('../react');
    return {
      async batch() {
        const client = newClient();
        const keys = dashboardKeys(COMPONENTS);
        const page = new ReactPage(client, keys);
        const mount = await timed(() => page.mount());
        const one = await timed(async () => {
          for (let i = 0; i < UPDATES; i++) await page.update([keys[i * (COMPONENTS / UPDATES)]!], i + 1);
        });
        const all = await timed(() => page.update(keys, UPDATES + 1));
        const unmount = await timed(() => page.unmount());
        client.clear();
        return {
          react_mount_10k: mount,
          react_update_one: one,
          react_update_all: all,
          react_unmount_10k: unmount,
        };
      },
    };
  },
};

/**
 * Milliseconds of one step, without what the step before has left: V8 begins to mark the heap while components mount, and
 * the less garbage a side makes, the later the marking ends, which then is in the next step.
 */
async function timed(step: () => void | Promise<void>): Promise<number> {
  await settle();
  const start = now();
  await step();
  return now() - start;
}

/** In Node, jsdom makes one; bundles lie outside of the repository, so it is looked up from the working directory. */
async function needDocument(): Promise<void> {
  if (typeof document !== 'undefined') return;
  const { createRequire } = process.getBuiltinModule('node:module');
  const { JSDOM } = createRequire(`${process.cwd()}/package.json`)('jsdom');
  const { window } = new JSDOM('<!doctype html>');
  Object.assign(globalThis, { window, document: window.document });
}

export const inReact: Case[] = [components];
