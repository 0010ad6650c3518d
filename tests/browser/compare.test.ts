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

test('ferroquery: of 5,000 agents, the one that changed is parsed and rendered, wherever it moves', async () => {
  await using watch = await watchAgents('ferroquery', '?agents=5000');
  const renamed = await watch.rename();
  expect(renamed.rendered).toBe(1);
  expect(renamed.parsed, `bytes, of ${watch.size}`).toBeLessThan(watch.size / 20);
  const moved = await watch.moveToTop();
  expect(moved.rendered).toBe(1);
  expect(moved.parsed, `bytes, of ${watch.size}`).toBeLessThan(watch.size / 20);
});

test('query-core: all 5,000 are parsed, and rows that move are rendered', async () => {
  await using watch = await watchAgents('query-core', '?agents=5000&core=query-core');
  const renamed = await watch.rename();
  expect(renamed.rendered).toBe(1);
  expect(renamed.parsed).toBeGreaterThan(watch.size);
  const moved = await watch.moveToTop();
  expect(moved.rendered).toBeGreaterThan(10);
  expect(moved.parsed).toBeGreaterThan(watch.size);
});

/** All agents on one page, those that ran last on top, and what writes of other people cost there. */
async function watchAgents(core: Core, params: string) {
  const visited = await visit(browser, server.url + params);
  const { page } = visited;
  await page.getByRole('button', { name: 'Last run' }).click();
  await page.locator('th[aria-sort="descending"][data-column="last_run_at_ms"]').waitFor();
  const text = await (await fetch(`${server.url}/api/agents/ws1?page_size=5000&sort=-last_run_at_ms`)).text();
  const agents = (JSON.parse(text) as { rows: { id: string; name: string }[] }).rows;
  await rows(page).first().filter({ hasText: agents[0]!.name }).waitFor();

  const read = async () => {
    // The panel reads once a second.
    await page.waitForTimeout(1_500);
    return { rendered: await cost(page, core, 'rowsRendered'), parsed: await cost(page, core, 'bytesParsed') };
  };
  const during = async (write: () => Promise<void>) => {
    const before = await read();
    await write();
    const { rendered, parsed } = await read();
    return { rendered: rendered - before.rendered, parsed: parsed - before.parsed };
  };
  return {
    // Bodies differ by the lengths of names and figures.
    size: text.length - 1_000,
    rename: () =>
      during(async () => {
        const name = `Renamed ${core}`;
        await server.send('PATCH', `/api/agents/ws1/${agents[1]!.id}`, { name });
        await rows(page).filter({ hasText: name }).waitFor();
      }),
    /** Somebody's run brings an agent from further down to the top. */
    moveToTop: () =>
      during(async () => {
        const { id, name } = agents[2_000]!;
        await server.send('POST', '/api/runs/ws1', { agent_id: id });
        await rows(page).first().filter({ hasText: name }).waitFor();
      }),
    [Symbol.asyncDispose]: () => visited[Symbol.asyncDispose](),
  };
}

/** A figure of the whole run. */
async function cost(page: Page, core: Core, name: string): Promise<number> {
  const [value] = await page.locator(`[data-cost="${name}"][data-core="${core}"] data`).all();
  return Number(await value?.getAttribute('value'));
}

const costs = (page: Page, core: Core): Promise<number[]> =>
  Promise.all(
    ['busyMs', 'dataMs', 'answers', 'bytesReceived', 'bytesParsed', 'rowsRendered'].map((name) =>
      cost(page, core, name),
    ),
  );
