import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './browser.ts';

// A browser has an HTTP cache of its own, and rules about other origins: what goes over the wire is seen by the servers alone.

const dist = join(import.meta.dirname, '..', '..', 'pkg', 'dist');

interface Seen {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage['headers'];
  status: number;
}

/** The page's own server, and one of another origin. */
const seen: Seen[] = [];
let own: Server;
let other: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the other origin allows. */
let allowed: Record<string, string> = {};
let rows = '[{"id":1},{"id":2}]';
let extra: Record<string, string> = {};
let delay = 0;

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>page</title>');
  } else if (request.url?.startsWith('/dist/')) {
    const body = await readFile(join(dist, request.url.slice('/dist/'.length)));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(body);
  } else if (request.url?.startsWith('/rows')) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    const etag = `"${rows.length}"`;
    const cors: Record<string, string> =
      request.socket.localPort === (other.address() as AddressInfo).port ? allowed : {};
    const headers = { etag, 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT', ...extra, ...cors };
    const isKnown = request.headers['if-none-match'] === etag;
    if (request.method === 'OPTIONS') {
      response.writeHead(204, cors).end();
    } else if (isKnown) {
      response.writeHead(304, headers).end();
    } else {
      response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(rows);
    }
    seen.push({ method: request.method, path: request.url, headers: request.headers, status: response.statusCode });
  } else {
    response.writeHead(404).end();
  }
}

const listen = (): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => void answer(request, response));
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

beforeAll(async () => {
  [browser, own, other] = await Promise.all([launch(), listen(), listen()]);
});
afterAll(async () => {
  await browser?.close();
  own?.closeAllConnections();
  other?.closeAllConnections();
  own?.close();
  other?.close();
});
const open = async (config = '{}'): Promise<Page> => {
  const opened = await context.newPage();
  await opened.goto(urlOf(own));
  await opened.addScriptTag({
    type: 'module',
    content: `import * as api from '/dist/index.js'; Object.assign(globalThis, { api, client: new api.QueryClient(${config}) });`,
  });
  await opened.waitForFunction(() => 'client' in globalThis);
  return opened;
};

beforeEach(async () => {
  seen.length = 0;
  extra = {};
  delay = 0;
  allowed = {};
  context = await browser.newContext();
  page = await open();
});
afterEach(() => context.close());

/** Fetches the rows in the page, as often as asked; whether the data was the same object each time, and what came of it. */
const fetchRows = (url: string, times: number, options: object = {}, tab: Page = page) =>
  tab.evaluate(
    async ({ url, times, options }) => {
      const { api, client } = globalThis as any;
      const queryFn = api.jsonQuery(url);
      const answers: unknown[] = [];
      for (let nth = 0; nth < times; nth++) {
        await client.fetchQuery({ queryKey: ['rows'], queryFn, ...options });
        answers.push(client.getQueryData(['rows']));
      }
      return {
        data: answers.at(-1),
        same: answers.every((one) => one === answers[0]),
        http: client.stats().http,
        state: client.getQueryState(['rows']),
      };
    },
    { url, times, options },
  );

test('a 304 goes over the wire, and the data stays', async () => {
  const { data, same, http, state } = await fetchRows('/rows', 3);
  expect(seen.map(({ status }) => status)).toEqual([200, 304, 304]);
  expect(data).toEqual([{ id: 1 }, { id: 2 }]);
  expect(same).toBe(true);
  expect(http).toEqual({ conditional: 2, notModified: 2, retryAfter: 0 });
  expect(state).toMatchObject({ status: 'success', dataUpdateCount: 3 });
  // What a server's own cache takes for "don't answer" is for skipCache alone.
  expect(seen.map(({ headers }) => headers['cache-control'])).toEqual(['max-age=0', 'max-age=0', 'max-age=0']);
  await fetchRows('/rows', 1, { skipCache: true });
  expect(seen.at(-1)).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
});

test("the browser's own cache doesn't answer for the server", async () => {
  extra = { 'cache-control': 'max-age=600' };
  await fetchRows('/rows', 1);
  await page.evaluate(() => {
    (globalThis as any).client.clear();
  });
  rows = '[{"id":3}]';
  const { data } = await fetchRows('/rows', 1);
  expect(data).toEqual([{ id: 3 }]);
  await fetchRows('/rows', 1, { staleTime: 'http' });
  expect(seen).toHaveLength(2);
});

test('another origin that shows its ETag is asked with it', async () => {
  allowed = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'ETag',
    'access-control-allow-headers': 'if-none-match, if-modified-since, cache-control',
  };
  const { same, http } = await fetchRows(`${urlOf(other)}/rows`, 2);
  expect(seen.map(({ method, status }) => `${method} ${status}`)).toEqual(['GET 200', 'OPTIONS 204', 'GET 304']);
  expect(same).toBe(true);
  expect(http.notModified).toBe(1);
});

test('another origin that forbids conditions is asked without', async () => {
  allowed = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' };
  const { same, http } = await fetchRows(`${urlOf(other)}/rows`, 2);
  expect(seen.map(({ method, status }) => `${method} ${status}`).at(1)).toBe('OPTIONS 204');
  expect(http.notModified).toBe(0);
  expect(same).toBe(true);
});

test('another origin that shows no ETag is asked as any', async () => {
  allowed = { 'access-control-allow-origin': '*' };
  await fetchRows(`${urlOf(other)}/rows`, 2);
  expect(seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test('what HTTP said of an answer goes with it to other tabs', async () => {
  extra = { 'cache-control': 'max-age=600' };
  delay = 300;
  const config = "{ shareAnswers: { scope: 'ada' } }";
  const tabs = [await open(config), await open(config)];
  // A tab has to have met the other one.
  await page.waitForTimeout(200);
  const fetched = tabs.map((tab) => fetchRows('/rows', 1, {}, tab));
  expect((await Promise.all(fetched)).map(({ data }) => data)).toEqual([JSON.parse(rows), JSON.parse(rows)]);
  expect(seen).toHaveLength(1);
  await Promise.all(tabs.map((tab) => fetchRows('/rows', 1, { staleTime: 'http' }, tab)));
  expect(seen).toHaveLength(1);
  for (const tab of tabs) {
    await tab.evaluate(() => (globalThis as any).client.shareAnswers(false));
    const { http } = await fetchRows('/rows', 1, {}, tab);
    expect(http.notModified).toBe(1);
  }
});
