import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { figure, launch, live } from './browser.ts';
import { Server } from './server.ts';

// `npm run faults -- 1000 7`: so many faults, from this seed. A seed repeats the same faults in the same order.
const FAULTS = Number(process.env.FAULTS ?? 10);
const SEED = Number(process.env.FAULT_SEED ?? 1);
/** How many faults come between two looks. */
const ROUND = 5;
const SETTLE_MS = 45_000;
const CARDS = ['runs', 'credits_spent'];

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

class World {
  readonly #random = randomFrom(SEED);
  readonly pages: Page[] = [];
  isServerUp = true;
  isOffline = false;
  faults: string[] = [];
  writes = 0;

  constructor(readonly context: BrowserContext) {}

  below = (bound: number): number => Math.floor(this.#random() * bound);

  async open(): Promise<void> {
    if (!this.isServerUp || this.isOffline || this.pages.length >= 3) return;
    const page = await this.context.newPage();
    this.pages.push(page);
    await page.goto(server.url);
    await page.locator('[data-card="runs"]').waitFor();
  }

  /** Another program writes, where it can. */
  async write(): Promise<void> {
    if (!this.isServerUp) return;
    this.writes++;
    if (this.below(2) === 0) await server.send('POST', '/api/runs/ws1', { status: 'ok' });
    else await server.send('POST', '/api/credits/ws1', { amount: 1 + this.below(50) });
  }

  async fault(): Promise<void> {
    const faults: [string, () => Promise<unknown>][] = [
      ['kill', () => this.kill()],
      ['kill and restart', () => this.kill().then(() => this.resume())],
      ['restart', () => this.resume()],
      ['offline', () => this.offline(true)],
      ['online', () => this.offline(false)],
      ['a tab opens', () => this.open()],
      ['a tab closes', () => this.close((page) => page.close())],
      ['a tab crashes', () => this.close((page) => this.crash(page))],
      ['a tab hangs', () => this.hang()],
    ];
    const [name, run] = faults[this.below(faults.length)]!;
    this.faults.push(name);
    await run();
    for (let i = this.below(4); i > 0; i--) await this.write();
    await sleep(this.below(400));
    for (let i = this.below(2); i > 0; i--) await this.write();
  }

  async kill(): Promise<void> {
    this.isServerUp = false;
    await server.kill();
  }

  async resume(): Promise<void> {
    if (!this.isServerUp) await server.resume();
    this.isServerUp = true;
  }

  async offline(isOffline: boolean): Promise<void> {
    this.isOffline = isOffline;
    await this.context.setOffline(isOffline);
  }

  async close(end: (page: Page) => Promise<void>): Promise<void> {
    if (this.pages.length > 1) {
      const [page] = this.pages.splice(this.below(this.pages.length), 1);
      await end(page!);
    }
  }

  async crash(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page);
    const gone = new Promise((resolve) => page.once('crash', resolve));
    void session.send('Page.crash').catch(() => {});
    await gone;
    await page.close();
  }

  async hang(): Promise<void> {
    const page = this.pages[this.below(this.pages.length)]!;
    const ms = 500 + this.below(2500);
    await page.evaluate((ms) => {
      // In a task of its own: nobody waits for it.
      setTimeout(() => {
        const end = performance.now() + ms;
        while (performance.now() < end);
      });
    }, ms);
  }

  /** Mends all; then each page shows what the database holds, by one connection in all. */
  async settle(): Promise<void> {
    await this.resume();
    await this.offline(false);
    const told = () => `seed ${SEED}, after: ${this.faults.slice(-ROUND * 2).join(', ')}`;
    for (const page of this.pages) {
      await expect
        .poll(() => shown(page), { timeout: SETTLE_MS, interval: 100, message: told() })
        .toEqual(await stored(page));
      await live(page);
    }
    await expect.poll(connections, { timeout: SETTLE_MS, message: told() }).toBe(1);
  }
}

const shown = (page: Page): Promise<number[]> => Promise.all(CARDS.map((card) => figure(page, card)));

/** What the database says to a page that asks now. */
async function stored(page: Page): Promise<number[]> {
  const timeframe = new URL(page.url()).searchParams.get('timeframe') ?? '30d';
  const response = await fetch(`${server.url}/api/dashboard/ws1?timeframe=${timeframe}`);
  const { cards } = (await response.json()) as { cards: { id: string; value: number }[] };
  return CARDS.map((id) => cards.find((card) => card.id === id)!.value);
}

async function connections(): Promise<number> {
  const response = await fetch(`${server.url}/healthz`);
  return ((await response.json()) as { live: { connections: number } }).live.connections;
}

test(
  `${FAULTS} faults at random, and no page stays behind the database`,
  async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(30_000);
    const world = new World(context);
    await world.open();
    await world.open();
    for (let fault = 1; fault <= FAULTS; fault++) {
      await world.fault();
      if (fault % ROUND === 0 || fault === FAULTS) {
        await world.settle();
        if (FAULTS > 20) console.log(`${fault} faults, ${world.writes} writes: missed 0`);
      }
    }
    expect(world.writes).toBeGreaterThan(0);
    await context.close();
  },
  60_000 + FAULTS * 20_000,
);
