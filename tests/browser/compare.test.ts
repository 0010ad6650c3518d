import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, live, paths, rows, visit, visitSettled } from './browser.ts';
import { Server } from './server.ts';

type Core = 'ferroquery' | 'query-core';

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test('the switch runs the page on query-core, with nothing of ferroquery', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, apiRequests, exceptions } = visited;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const before = apiRequests.length;
  await page.getByRole('radiogroup', { name: 'Runs on' }).getByText('React Query').click();
  await page.getByText('Polling every 5 s').waitFor();
  await rows(page).first().waitFor();
  const polls = () => paths(apiRequests.slice(before)).filter((path) => path.startsWith('/api/dashboard/')).length;
  await expect.poll(polls, { timeout: 8_000 }).toBe(2);
  expect(asked.filter((path) => path.startsWith('/inv/') || path.includes('ferroquery'))).toEqual([]);
  expect(exceptions).toEqual([]);
});

test('what a core cost stands beside the other', async () => {
  await using visited = await visit(browser, `${server.url}/?poll`);
  const { page } = visited;
  const measured = async (core: Core) => {
    await page.locator(`[data-cost="busyMs"][data-core="${core}"]`, { hasText: /^\d/ }).waitFor();
    const figures = await costs(page, core);
    expect(Math.min(...figures), `${core}: ${figures}`).toBeGreaterThan(0);
  };
  await measured('ferroquery');
  expect(await page.locator('[data-core="query-core"] data').count()).toBe(0);
  await page.getByRole('button', { name: 'Measure React Query' }).click();
  await page.getByText('Polling every 2 s', { exact: true }).waitFor();
  await measured('query-core');
  await page.getByRole('button', { name: 'Measure ferroquery' }).click();
  await live(page);
  await measured('ferroquery');
  await measured('query-core');
});

test('a run that another version has stored, or somebody else, is no run', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page, exceptions } = visited;
  for (const text of ['', '7', 'null', '{"at":1}', '{"at":1,"conditions":{"pageSize":50,"refetchInterval":-1}}']) {
    await page.evaluate((text) => localStorage.setItem('costs:query-core', text), text);
    await page.reload();
    await page.getByText('not measured yet').waitFor();
  }
  expect(exceptions).toEqual([]);
});

test.each<[Core, string]>([
  ['ferroquery', ''],
  ['query-core', '&core=query-core'],
])('%s: of 5,000 agents, the renamed one is rendered', async (core, params) => {
  const { first, size } = await readAgents();
  await using visited = await visit(browser, `${server.url}/?agents=5000${params}`);
  const { page } = visited;
  await rows(page).first().waitFor();
  await expect.poll(async () => (await cost(page, core, 'bytesParsed')) > size).toBe(true);
  // The next reading has what this one left out.
  await page.waitForTimeout(1_500);
  const rendered = await cost(page, core, 'rowsRendered');
  const parsed = await cost(page, core, 'bytesParsed');

  const name = `Renamed ${core}`;
  await server.send('PATCH', `/api/agents/ws1/${first}`, { name });
  await rows(page).filter({ hasText: name }).waitFor();
  await page.waitForTimeout(1_500);
  expect((await cost(page, core, 'rowsRendered')) - rendered).toBe(1);
  if (core === 'query-core') expect((await cost(page, core, 'bytesParsed')) - parsed).toBeGreaterThan(size);
});

/** The id of the agent on top, and the bytes of all. */
async function readAgents(): Promise<{ first: string; size: number }> {
  const text = await (await fetch(`${server.url}/api/agents/ws1?page_size=5000&sort=-runs`)).text();
  const { rows } = JSON.parse(text) as { rows: { id: string }[] };
  expect(rows).toHaveLength(5_000);
  // Names differ in length from run to run.
  return { first: rows[0]!.id, size: text.length - 100 };
}

/** A figure of the whole run. */
async function cost(page: Page, core: Core, name: string): Promise<number> {
  const [value] = await page.locator(`[data-cost="${name}"][data-core="${core}"] data`).all();
  return Number(await value?.getAttribute('value'));
}

const costs = (page: Page, core: Core): Promise<number[]> =>
  Promise.all(
    ['busyMs', 'answers', 'bytesReceived', 'bytesParsed', 'rowsRendered'].map((name) => cost(page, core, name)),
  );
