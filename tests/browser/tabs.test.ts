import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { figure, launch, live } from './browser.ts';
import { Server } from './server.ts';

const TAKEOVER_MS = 2000;

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

/** The dashboard in so many tabs of one browser profile. */
class Tabs implements AsyncDisposable {
  pages: Page[] = [];

  private constructor(readonly context: BrowserContext) {}

  static async open(count: number): Promise<Tabs> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(10_000);
    const tabs = new Tabs(context);
    for (let i = 0; i < count; i++) await tabs.add();
    await connections(1);
    return tabs;
  }

  async add(): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(server.url);
    await live(page);
    await page.locator('[data-card="runs"]').waitFor();
    const name = `page-${this.pages.push(page)}`;
    // Held for as long as the page lives: it tells which client of the lock manager the page is.
    await page.evaluate((name) => {
      void navigator.locks.request(name, () => new Promise(() => {}));
    }, name);
    return page;
  }

  /** Which of the pages holds the connection, as the browser sees it. */
  async leader(): Promise<Page> {
    const asked = this.pages.at(-1)!;
    const number = await asked.evaluate(async () => {
      const { held = [] } = await navigator.locks.query();
      const leader = held.find(({ name }) => name?.startsWith('ferroquery-live-'))?.clientId;
      const own = held.find(({ name, clientId }) => clientId === leader && name?.startsWith('page-'));
      return Number(own?.name?.slice('page-'.length));
    });
    const page = this.pages[number - 1];
    if (!page) throw new Error('no page holds the lock');
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await connections(0);
  }
}

/** The process of a page: the one that works when the page does. */
async function rendererOf(page: Page): Promise<{ stop(): void; goOn(): void }> {
  const session = await browser.newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await times();
    await page.evaluate(() => {
      const end = performance.now() + 500;
      while (performance.now() < end);
    });
    const worked = [...(await times())].map(([id, time]) => ({ id, seconds: time - (before.get(id) ?? 0) }));
    worked.sort((a, b) => b.seconds - a.seconds);
    const [first, second] = worked;
    if (first && first.seconds > 2 * (second?.seconds ?? 0)) {
      const { id } = first;
      return { stop: () => process.kill(id, 'SIGSTOP'), goOn: () => process.kill(id, 'SIGCONT') };
    }
    await sleep(300);
  }
  throw new Error('no process stands out');
}

async function liveConnections(): Promise<number> {
  const response = await fetch(`${server.url}/healthz`);
  const { live } = (await response.json()) as { live: { connections: number } };
  return live.connections;
}

const connections = (count: number) =>
  expect.poll(liveConnections, { timeout: 10_000, interval: 20, message: 'connections at the server' }).toBe(count);

/** Another program writes; waits until each of the pages shows it, and returns how long that took (ms). */
async function writeReaches(pages: Page[]): Promise<number> {
  const [runs] = await Promise.all(pages.map((page) => figure(page, 'runs')));
  const from = performance.now();
  await server.send('POST', '/api/runs/ws1', { status: 'ok' });
  const shows = (page: Page) => expect.poll(() => figure(page, 'runs'), { timeout: 8000, interval: 20 });
  await Promise.all(pages.map((page) => shows(page).toBe(runs! + 1)));
  return performance.now() - from;
}

/** How long a write may take that has to wait for another leader (ms): what it takes anyway on this machine comes on top. */
async function takeoverPatience(pages: Page[]): Promise<number> {
  return TAKEOVER_MS + 2 * (await writeReaches(pages));
}

test('three tabs share one connection, and each of them hears', async () => {
  await using tabs = await Tabs.open(3);
  await writeReaches(tabs.pages);
  await sleep(1500);
  expect(await liveConnections()).toBe(1);
  // A fourth follows without a connection of its own.
  await tabs.add();
  expect(await liveConnections()).toBe(1);
  await writeReaches(tabs.pages);
});

test.each(['close', 'crash', 'freeze'] as const)(
  'the leader’s end by %s: another tab goes on within 2 s',
  async (end) => {
    await using tabs = await Tabs.open(3);
    // The first page leads: it opened first.
    const leader = tabs.pages[0]!;
    const rest = tabs.pages.slice(1);
    expect(await tabs.leader()).toBe(leader);
    const session = await tabs.context.newCDPSession(leader);
    const patience = await takeoverPatience(tabs.pages);
    const renderer = end === 'freeze' ? await rendererOf(leader) : undefined;
    if (end === 'close') await leader.close();
    if (end === 'crash') void session.send('Page.crash').catch(() => {});
    renderer?.stop();
    expect(await writeReaches(rest), 'ms until the others knew').toBeLessThan(patience);
    expect(rest).toContain(await tabs.leader());
    if (renderer) {
      await sleep(1000);
      renderer.goOn();
    }
    await connections(1);
    if (renderer) {
      await live(leader);
      await writeReaches(tabs.pages);
      expect(await liveConnections()).toBe(1);
    }
  },
);

test('a leader that hangs loses the lock within 2 s, and follows when it is back', async () => {
  await using tabs = await Tabs.open(3);
  const leader = await tabs.leader();
  const rest = tabs.pages.filter((page) => page !== leader);
  const patience = await takeoverPatience(tabs.pages);
  const hang = leader.evaluate(() => {
    const end = performance.now() + 6000;
    while (performance.now() < end);
  });
  await sleep(100);
  expect(await writeReaches(rest), 'ms until the others knew').toBeLessThan(patience);
  expect(rest).toContain(await tabs.leader());
  await hang;
  await connections(1);
  await writeReaches(tabs.pages);
});

test('what was written while the server was gone is in all tabs, by one connection', async () => {
  await using tabs = await Tabs.open(2);
  const runs = await figure(tabs.pages[0]!, 'runs');
  await server.kill();
  await sleep(500);
  await server.resume();
  await server.send('POST', '/api/runs/ws1', { status: 'ok' });
  for (const page of tabs.pages) {
    await expect.poll(() => figure(page, 'runs'), { timeout: 30_000 }).toBe(runs + 1);
  }
  await connections(1);
});

test('a page in the browser’s cache of pages has no connection, and misses nothing when it comes back', async () => {
  // Playwright turns that cache off by default.
  await using own = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const context = await own.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto(server.url);
  await live(page);
  const runs = await figure(page, 'runs');
  await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
  await connections(1);
  await page.goto('about:blank');
  await connections(0);
  await server.send('POST', '/api/runs/ws1', { status: 'ok' });
  await page.goBack({ waitUntil: 'commit' });
  await expect.poll(() => figure(page, 'runs'), { timeout: 8000 }).toBe(runs + 1);
  expect(await page.evaluate(() => 'isTheSamePage' in window), 'it came from the cache').toBe(true);
  await live(page);
  await connections(1);
});

const pkg = join(import.meta.dirname, '..', '..', 'pkg', 'dist');
const EMPTY_PAGE = `<!doctype html><title>tab</title><script type="module">
  import { QueryClient } from '/pkg/index.js';
  window.connect = ({ token, ...options }) => {
    const client = new QueryClient();
    window.live = client.connect({ url: '/inv/v1/stream', ...options, ...(token && { token: () => token }) });
  };
</script>`;

// A browser opens six connections to a host at most, so not all at once.
test.each<[what: string, ...tabs: [options: object, connections: number][]]>([
  ['scope', [{}, 1], [{}, 1], [{ scope: 'ada' }, 2], [{ scope: 'bob' }, 3], [{ scope: 'ada' }, 3]],
  [
    'token',
    [{ token: 'a' }, 1],
    [{ token: 'a' }, 2],
    [{ token: 'a', scope: 'ada' }, 3],
    [{ token: 'b', scope: 'ada' }, 3],
  ],
  ['subscriptions', [{ subscribe: ['a:*', 'b'] }, 1], [{ subscribe: ['b', 'a:*'] }, 1], [{ subscribe: ['b'] }, 2]],
  ['wish', [{}, 1], [{ tabs: false }, 2], [{ credentials: 'include' }, 3], [{}, 3]],
])('tabs share only if they agree: %s', async (_, ...tabs) => {
  const context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  await context.route('**/own.html', (route) => route.fulfill({ contentType: 'text/html', body: EMPTY_PAGE }));
  await context.route('**/pkg/*.js', (route) =>
    route.fulfill({ path: join(pkg, new URL(route.request().url()).pathname.split('/').at(-1)!) }),
  );
  for (const [options, count] of tabs) {
    const page = await context.newPage();
    await page.goto(`${server.url}/own.html`);
    await page.waitForFunction(() => 'connect' in window);
    await page.evaluate((options) => (window as any).connect(options), options);
    await page.waitForFunction(() => (window as any).live.status.state === 'live');
    expect([options, await liveConnections()]).toEqual([options, count]);
  }
  await context.close();
  await connections(0);
});
