import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, rows, visit, visitSettled } from './browser.ts';
import { Server } from './server.ts';

const artifacts = join(import.meta.dirname, '..', '..', 'artifacts');
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

let browser: Browser;
let server: Server;

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true });
  [browser, server] = await Promise.all([launch(), Server.start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const shapes: [name: string, options: BrowserContextOptions][] = [
  ['desktop-light', {}],
  ['desktop-dark', { colorScheme: 'dark' }],
  ['tablet-light', { viewport: { width: 820, height: 1180 } }],
  ['phone-light', phone],
  ['phone-dark', { ...phone, colorScheme: 'dark' }],
];

test.each(shapes)('%s: nothing is wider than the window', async (name, options) => {
  await using visited = await visitSettled(browser, server.url, options);
  const { page } = visited;
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(window);
  // Wider content that is cut off would not scroll, but it would be lost.
  const lost = await page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    return [...document.querySelectorAll('button, select, input, h1, h2, td, [data-card] p')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > edge + 0.5)
      .map((element) => element.outerHTML.slice(0, 120));
  });
  expect(lost).toEqual([]);
});

test.each(shapes)('%s: the drawer', async (name, options) => {
  await using visited = await visitSettled(browser, server.url, options);
  const { page } = visited;
  await rows(page).first().getByRole('button').click();
  await page.getByRole('dialog').getByRole('heading', { name: 'Recent runs' }).waitFor();
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(artifacts, `${name}-drawer.png`) });
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(window);
});

test('nothing jumps while the page fills', async () => {
  await using visited = await visit(browser, 'about:blank');
  const { page } = visited;
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(server.url);
  await page.locator('.recharts-surface').first().waitFor();
  await rows(page).first().waitFor();
  await page.waitForTimeout(500);
  const sum = await page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);
  // 0.1 is where web.dev's "good" ends.
  expect(sum).toBeLessThan(0.02);
});

test('every control has a name', async () => {
  await using visited = await visitSettled(browser, server.url);
  const { page } = visited;
  const snapshot = await page.locator('body').ariaSnapshot();
  const nameless = snapshot
    .split('\n')
    .filter((line) => /^\s*- (button|textbox|combobox|switch|radio|spinbutton|link)(:| \[|$)/.test(line));
  expect(nameless).toEqual([]);
});
