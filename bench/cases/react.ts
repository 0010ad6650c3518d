import type { Case } from '../case';
import { newClient } from '../client';
import { now } from '../clock';
import { type DashboardKey, dashboardKeys } from '../keys';

const COMPONENTS = 10_000;
const UPDATES = 100;

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
        const start = now();
        await page.mount();
        const mounted = now();
        for (let i = 0; i < UPDATES; i++) await page.update([keys[i * 100] as DashboardKey], i + 1);
        const one = now();
        await page.update(keys, 1000);
        const all = now();
        page.unmount();
        const unmounted = now();
        client.clear();
        return {
          react_mount_10k: mounted - start,
          react_update_one: one - mounted,
          react_update_all: all - one,
          react_unmount_10k: unmounted - all,
        };
      },
    };
  },
};

/** In Node, jsdom makes one; bundles lie outside of the repository, so it is looked up from the working directory. */
async function needDocument(): Promise<void> {
  if (typeof document !== 'undefined') return;
  const { createRequire } = process.getBuiltinModule('node:module');
  const { JSDOM } = createRequire(`${process.cwd()}/package.json`)('jsdom');
  const { window } = new JSDOM('<!doctype html>');
  Object.assign(globalThis, { window, document: window.document });
}

export const inReact: Case[] = [components];
