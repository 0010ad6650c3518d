import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { figure, launch, paths, rows, stat, visit, visitSettled } from './browser.ts';
import { Server } from './server.ts';

declare global {
  interface Window {
    firstChange?: { tookMs?: number; emptied: boolean };
  }
}

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
  // A hub that has just started can't tell what was published before: its first pages fetch twice.
  await sleep(2_000);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test('loads everything once, and nothing goes wrong', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests, exceptions } = visited;
  expect(await figure(page, 'runs')).toBeGreaterThan(0);
  expect(await page.locator('[data-card]').count()).toBe(6);
  expect(await rows(page).count()).toBeGreaterThan(8);
  // The list of workspaces is asked for twice: the budget is kept under a key of its own.
  const asked = paths(apiRequests).filter((path) => path !== '/api/workspaces');
  expect(new Set(asked).size, `asked twice: ${asked}`).toBe(asked.length);
  expect(exceptions).toEqual([]);
});

test('a choice made while its prefetch is under way joins it', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await page.route('**/api/dashboard/ws1?timeframe=90d', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    await route.continue();
  });
  const before = await figure(page, 'runs');
  await page.locator('[data-timeframe="90d"]').hover();
  await page.locator('[data-timeframe="90d"]').click();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await expect.poll(() => figure(page, 'runs')).toBeGreaterThan(before);
  expect(paths(apiRequests).filter((path) => path === '/api/dashboard/ws1?timeframe=90d')).toHaveLength(1);
  await expect.poll(() => stat(page, 'dedupes')).toBeGreaterThan(0);
});

test('a timeframe that was pointed at is there when it is chosen', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  const before = await figure(page, 'runs');
  const answers = ['dashboard', 'series'].map((name) =>
    page.waitForResponse((response) => response.url().includes(`/api/${name}/ws1?timeframe=90d`)),
  );
  await page.locator('[data-timeframe="90d"]').hover();
  await Promise.all(answers.map(async (answer) => (await answer).finished()));
  expect(await figure(page, 'runs'), 'pointing alone changes nothing').toBe(before);

  const requestsBefore = apiRequests.length;
  await watchFirstChange(page);
  await page.locator('[data-timeframe="90d"]').click();
  await page.waitForFunction(() => window.firstChange?.tookMs !== undefined);
  const { tookMs, emptied } = await page.evaluate(() => ({ ...window.firstChange! }));
  expect(emptied, 'the cards were empty in between').toBe(false);
  expect(tookMs, 'ms from the click to the new figures').toBeLessThan(250);
  expect(paths(apiRequests.slice(requestsBefore)), 'requests after the click').toEqual([]);
});

test('the keyboard prefetches, too', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  const answer = page.waitForResponse((response) => response.url().includes('timeframe=7d'));
  await page.getByRole('radio', { name: '30 days' }).focus();
  await answer;
  expect(paths(apiRequests)).toContain('/api/dashboard/ws1?timeframe=90d');
});

test('going back to a timeframe is a hit and no request', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await page.locator('[data-timeframe="7d"]').click();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.waitForTimeout(300);
  const requests = apiRequests.length;
  const hits = await stat(page, 'hits');
  await page.locator('[data-timeframe="30d"]').click();
  await expect.poll(() => stat(page, 'hits')).toBeGreaterThan(hits);
  expect(apiRequests.length).toBe(requests);
});

test('skip cache asks the server again and says so in a header', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  expect(apiRequests.filter((request) => request.headers()['x-skip-cache'])).toEqual([]);
  await page.locator('[data-timeframe="7d"]').click();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.getByRole('switch', { name: 'Skip cache' }).check({ force: true });
  const before = apiRequests.length;
  // The answer for 30 days is in the cache, and fresh.
  await page.locator('[data-timeframe="30d"]').click();
  await expect
    .poll(() => paths(apiRequests.slice(before).filter((request) => request.headers()['x-skip-cache'] === '1')))
    .toEqual(expect.arrayContaining(['/api/dashboard/ws1?timeframe=30d', '/api/series/ws1?timeframe=30d']));
});

test('finds agents by name, after the typing has paused', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  const before = apiRequests.length;
  await page.getByRole('textbox', { name: 'Search agents by name' }).pressSequentially('matcher 17', { delay: 20 });
  await expect.poll(() => rows(page).first().textContent()).toContain('matcher 17');
  const searches = paths(apiRequests.slice(before)).filter((path) => path.includes('search='));
  expect(searches.every((path) => path.includes('search=matcher+17'))).toBe(true);
});

test('says so when no agent matches, and leads back', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  await page.getByRole('textbox', { name: 'Search agents by name' }).fill('no such name');
  await page.getByText('No agent matches').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await rows(page).first().waitFor();
});

test('the next page of agents is there before it is asked for', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await expect.poll(() => paths(apiRequests).some((path) => path.includes('page=2&'))).toBe(true);
  const first = await rows(page).first().textContent();
  const before = apiRequests.length;
  await page.getByRole('button', { name: 'Page 2' }).click();
  await expect.poll(() => rows(page).first().textContent()).not.toBe(first);
  expect(paths(apiRequests.slice(before)).filter((path) => path.includes('page=2&'))).toEqual([]);
});

test('sorts on the server', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  await page.getByRole('button', { name: 'Runs' }).click();
  await expect.poll(() => page.locator('th[data-column="runs"]').getAttribute('aria-sort')).toBe('ascending');
  const runs = async () =>
    (await page.locator('td[data-column="runs"]').allTextContents()).map((text) => Number(text.replace(',', '')));
  await expect.poll(async () => (await runs())[0]).toBeLessThan(100);
  const column = await runs();
  expect(column).toEqual(column.toSorted((a, b) => a - b));
});

test('an agent is renamed in the drawer, and the table follows without a reload', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  const name = `Renamed here ${Date.now()}`;
  await rows(page).first().getByRole('button').click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('textbox', { name: 'Name' }).fill(name);
  await drawer.getByRole('button', { name: 'Rename agent' }).click();
  await drawer.getByRole('heading', { name }).waitFor();
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'hidden' });
  await rows(page).filter({ hasText: name }).waitFor();
  await page.getByRole('region', { name: 'Activity, scrolling' }).getByText(`is now called ${name}`).waitFor();
});

test('an unknown workspace is explained, and the other panels keep their way out', async () => {
  await using visited = await visit(browser, `${server.url}/?workspace=nowhere`);
  const { page, exceptions } = visited;
  await page.getByText('The key figures could not be loaded').waitFor();
  expect(await page.getByRole('alert').count()).toBe(4);
  await page.getByRole('combobox', { name: 'Workspace' }).selectOption({ label: 'Logistics' });
  await page.locator('[data-card="runs"]').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(exceptions).toEqual([]);
});

test('a failed panel loads again when asked to', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  await page.route('**/api/series/**', (route) => route.fulfill({ status: 404, json: { error: { message: 'gone' } } }));
  await page.getByRole('combobox', { name: 'Workspace' }).selectOption({ label: 'Research' });
  const alert = page.getByRole('alert');
  await alert.getByText('gone').waitFor();
  await page.unroute('**/api/series/**');
  await alert.getByRole('button', { name: 'Try again' }).click();
  await alert.waitFor({ state: 'hidden' });
  await page.locator('.recharts-surface').first().waitFor();
});

/** Measures, in the page, from the next click to the next change of the first card's figure. */
async function watchFirstChange(page: Page): Promise<void> {
  await page.evaluate(() => {
    const text = () => document.querySelector('[data-card="runs"] p')?.textContent;
    const before = text();
    const change: NonNullable<Window['firstChange']> = { emptied: false };
    window.firstChange = change;
    const onClick = () => {
      const from = performance.now();
      new MutationObserver(() => {
        if (text() === undefined) change.emptied = true;
        else if (text() !== before) change.tookMs ??= performance.now() - from;
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    };
    document.addEventListener('click', onClick, { once: true, capture: true });
  });
}
