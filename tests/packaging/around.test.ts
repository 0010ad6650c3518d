import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { type Mode, open, shows, startApps } from './apps.js';
import { everything } from './project.js';
import type { Site } from './site.js';

const MODES: readonly Mode[] = everything ? ['official', 'led', 'query-core'] : ['official'];

let sites: Record<Mode, Site>;
let browser: Browser;
beforeAll(async () => {
  ({ sites } = await startApps(MODES));
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const site of Object.values(sites ?? {})) await site.stop();
});

/** What people put around React Query, unchanged; on query-core too, which shows that the tests ask for what is so there. */
describe.each(MODES)('around the official React adapter, %s', (mode) => {
  let context: BrowserContext;
  let site: Site;
  beforeEach(async () => {
    site = sites[mode];
    site.reset();
    context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  });
  afterEach(() => context.close());
  const visit = (search: string) => open(context, `${site.url}/around.html?${search}`);

  describe('the devtools', () => {
    const press = (page: Page, label: string) => page.getByLabel(label, { exact: true }).click();
    const count = (page: Page, status: string, number: number) => page.getByLabel(`${status}: ${number}`).waitFor();

    it('show queries and act on them', async () => {
      const { page, said } = await visit('devtools');
      await shows(page, 'reads', '1');
      await press(page, 'Open Tanstack query devtools');
      await count(page, 'Fresh', 1);
      await press(page, 'Query key ["count"]');
      const details = page.locator('.tsqd-query-details-container');
      await details.getByText('Observers:').waitFor();
      await details.getByRole('button', { name: 'Refetch' }).click();
      await shows(page, 'reads', '2');
      await details.getByRole('button', { name: 'Invalidate' }).click();
      await shows(page, 'reads', '3');
      await details.getByRole('button', { name: 'Reset' }).click();
      await shows(page, 'reads', '4');
      await details.getByRole('button', { name: 'Trigger Loading' }).click();
      await shows(page, 'reads', 'pending');
      await shows(page, 'status', 'pending');
      await details.getByRole('button', { name: 'Restore Loading' }).click();
      await shows(page, 'status', 'success');
      await details.getByRole('button', { name: 'Trigger Error' }).click();
      await shows(page, 'status', 'error');
      await details.getByRole('button', { name: 'Restore Error' }).click();
      await shows(page, 'status', 'success');
      expect(said).toEqual([]);
    });

    it('show mutations', async () => {
      const { page, said } = await visit('devtools=open');
      await shows(page, 'reads', '1');
      await page.locator('#add').click();
      await shows(page, 'reads', '2');
      await page.locator('.tsqd-main-panel').getByText('Mutations', { exact: true }).click();
      await count(page, 'Success', 1);
      await page.locator('[aria-label^="Mutation submitted at"]').click();
      await page.locator('.tsqd-main-panel').getByText('Mutation Details').waitFor();
      expect(said).toEqual([]);
    });

    it('play a lost network', async () => {
      const { page, said } = await visit('devtools=open');
      await shows(page, 'reads', '1');
      await press(page, 'Mock offline behavior');
      await page.locator('#refresh').click();
      await count(page, 'Paused', 1);
      await press(page, 'Unset offline mocking behavior');
      await shows(page, 'reads', '2');
      expect(said).toEqual([]);
    });
  });

  it.each(['sync', 'async'])('the %s storage persister restores the whole cache', async (persist) => {
    const { page, said } = await visit(`persist=${persist}`);
    await shows(page, 'reads', '1');
    await page.waitForFunction(() => localStorage.getItem('all')?.includes('"reads":1'));
    await page.reload();
    await shows(page, 'reads', '1');
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    await page.waitForFunction(() => localStorage.getItem('all')?.includes('"reads":2'));
    await page.reload();
    await shows(page, 'reads', '2');
    expect(site.reads).toBe(2);
    expect(said).toEqual([]);
  });

  it('the persister of single queries restores one', async () => {
    const { page, said } = await visit('persist=query');
    await shows(page, 'reads', '1');
    await page.waitForFunction(() => localStorage.getItem('one-["count"]')?.includes('"reads":1'));
    await page.reload();
    await shows(page, 'reads', '1');
    expect(site.reads).toBe(1);
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    expect(said).toEqual([]);
  });

  it('the broadcast carries answers to other tabs', async () => {
    const first = await visit('broadcast');
    await shows(first.page, 'reads', '1');
    const second = await visit('broadcast');
    await shows(second.page, 'reads', '2');
    // What the second one fetched, the first one has been told.
    await shows(first.page, 'reads', '2');
    await first.page.locator('#add').click();
    await shows(second.page, 'count', '1');
    expect(site.reads).toBe(3);
    expect([...first.said, ...second.said]).toEqual([]);
  });
});
