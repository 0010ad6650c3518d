import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Site } from './site.ts';

/** How often the browser is killed: `npm run faults:persist -- 200`. */
const KILLS = Number(process.env.PERSIST_KILLS ?? 4);
const START_MS = 20_000;
/** Writing goes on for so long before the browser is killed (ms), at most. */
const LONGEST_MS = 400;

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** A browser of our own, which can be killed with all its processes at once, on a profile that stays. */
class Victim {
  private constructor(
    private readonly process: ChildProcess,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async start(profile: string, url: string): Promise<Victim> {
    const portFile = join(profile, 'DevToolsActivePort');
    rmSync(portFile, { force: true });
    const child = spawn(
      executablePath,
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      // A group of its own: it is killed as a whole.
      { detached: true, stdio: 'ignore' },
    );
    try {
      const deadline = Date.now() + START_MS;
      while (!existsSync(portFile) || !readFileSync(portFile, 'utf8').includes('\n')) {
        if (Date.now() > deadline || child.exitCode !== null) throw new Error('Chromium did not start');
        await sleep(10);
      }
      const [port] = readFileSync(portFile, 'utf8').split('\n');
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: START_MS });
      const page = await browser.contexts()[0]!.newPage();
      page.setDefaultTimeout(START_MS);
      await page.goto(url);
      return new Victim(child, browser, page);
    } catch (error) {
      process.kill(-child.pid!, 'SIGKILL');
      throw error;
    }
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    process.kill(-this.process.pid!, 'SIGKILL');
    await gone;
    await this.browser.close().catch(() => {});
  }
}

test(`a browser that is killed while it writes starts with whole records: ${KILLS} times`, {
  timeout: 60_000 + KILLS * 10_000,
}, async () => {
  await using site = await Site.open();
  const profile = mkdtempSync(join(tmpdir(), 'ferroquery-kill-'));
  /** The last turn that the store has confirmed, by query. */
  let confirmed: Record<string, number> = {};
  let turn = 1;
  let kills = 0;
  let records = 0;
  let inFlight = 0;
  let discarded = 0;
  try {
    while (kills <= KILLS) {
      const victim = await Victim.start(profile, site.url);
      try {
        const { turns, stats } = await victim.page.evaluate(() => kit.inspect({ sealed: true }));
        expect(stats).toMatchObject({ dropped: { corrupt: 0, version: 0, maxAge: 0, quota: 0 } });
        if (stats.failures > 0) {
          // Chromium has found its own files damaged, and begun anew: it does so with every database of the page.
          expect(stats).toMatchObject({ failures: 1, records: 0 });
          confirmed = {};
          discarded++;
        }
        for (const [n, last] of Object.entries(confirmed)) {
          expect(turns[n], `query ${n} after ${kills} kills`).toBeGreaterThanOrEqual(last);
        }
        records = Object.keys(turns).length;
        turn = Math.max(turn, ...Object.values(turns)) + 1;
        if (kills === KILLS) break;
        confirmed = turns;
        let heard = 0;
        await victim.page.exposeFunction('confirmed', (turns: Record<string, number>) => {
          heard++;
          Object.assign(confirmed, turns);
        });
        await victim.page.evaluate((from) => {
          void kit.writeOn({ sealed: true }, 300, from, (globalThis as any).confirmed);
        }, turn);
        // At a moment that differs each time, from before the first write's end to after many.
        await sleep((kills * 61) % LONGEST_MS);
        if (heard > 0) inFlight++;
      } finally {
        await victim.kill();
      }
      kills++;
    }
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  expect(records).toBeGreaterThan(0);
  console.log(
    `${kills} kills, ${inFlight} of them after confirmed writes: each start had whole records only, and all that were confirmed; ` +
      `${discarded} times Chromium had discarded its database. ${records} records at the end.`,
  );
});
