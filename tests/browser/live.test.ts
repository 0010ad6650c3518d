import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { figure, launch, live, paths, stat, type Visit, visitSettled } from './browser.ts';
import { Server } from './server.ts';

const QUIET_MS = 5000;
const PROMPT_MS = 1000;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});

beforeEach(() => server.resumeIfDead());

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const completeRun = () => server.send('POST', '/api/runs/ws1', { status: 'ok' });

/** Waits for a figure and returns how long it took, in ms. */
async function becomes(page: Page, card: string, value: number, timeout: number): Promise<number> {
  const from = performance.now();
  await expect.poll(() => figure(page, card), { timeout, interval: 20 }).toBe(value);
  return performance.now() - from;
}

test('another program’s write is on the page within a second, and nothing polls', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await sleep(500);
  const before = apiRequests.length;
  await sleep(QUIET_MS);
  expect(paths(apiRequests.slice(before)), `requests in ${QUIET_MS} quiet ms`).toEqual([]);

  const runs = await figure(page, 'runs');
  const invalidations = await stat(page, 'invalidations');
  await completeRun();
  expect(await becomes(page, 'runs', runs + 1, 10_000), 'ms until the page knew').toBeLessThan(PROMPT_MS);
  await expect.poll(() => stat(page, 'invalidations')).toBeGreaterThan(invalidations);
});

test('an event of another workspace costs nothing', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await sleep(500);
  const before = apiRequests.length;
  await server.send('POST', '/api/credits/ws2', { amount: 5 });
  await sleep(1500);
  expect(paths(apiRequests.slice(before))).toEqual([]);
  await live(page);
});

test('a burst of writes is right in the end, and costs fewer fetches than writes', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests } = visited;
  await sleep(500);
  const runs = await figure(page, 'runs');
  const before = apiRequests.length;
  const writes = 60;
  await Promise.all(Array.from({ length: writes }, completeRun));
  await becomes(page, 'runs', runs + writes, 10_000);
  await sleep(500);
  const dashboards = paths(apiRequests.slice(before)).filter((path) => path.startsWith('/api/dashboard/'));
  expect(dashboards.length).toBeLessThan(writes / 2);
});

test('the server is gone for some seconds, and what it did since is on the page without a reload', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  const loads = countLoads(visited);
  const runs = await figure(page, 'runs');
  await server.kill();
  await page.locator('[data-live-state="live"]').waitFor({ state: 'detached' });
  await sleep(3000);
  expect(await figure(page, 'runs'), 'the last known figures stay').toBe(runs);
  await server.resume();
  await completeRun();
  await becomes(page, 'runs', runs + 1, 30_000);
  await live(page);
  expect(loads()).toBe(0);
});

test('offline and back: it says so, and misses nothing', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  const loads = countLoads(visited);
  const runs = await figure(page, 'runs');
  await page.context().setOffline(true);
  await page.getByText('You are offline').waitFor();
  await completeRun();
  await sleep(2000);
  expect(await figure(page, 'runs')).toBe(runs);
  await page.context().setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'hidden' });
  await becomes(page, 'runs', runs + 1, 20_000);
  await live(page);
  expect(loads()).toBe(0);
});

test('an action on the page comes back as an event', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  const runs = await figure(page, 'runs');
  await page.getByRole('button', { name: 'Complete a run' }).click();
  await page.getByText('A run was completed').waitFor();
  await becomes(page, 'runs', runs + 1, 5000);

  const credits = await figure(page, 'credits_spent');
  await page.getByRole('button', { name: 'Spend credits' }).click();
  await page.getByRole('spinbutton', { name: 'Amount' }).fill('250');
  await page.getByRole('button', { name: 'Spend', exact: true }).click();
  await becomes(page, 'credits_spent', credits + 250, 5000);
});

function countLoads({ page }: Visit): () => number {
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  return () => loads;
}
