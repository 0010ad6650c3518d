import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './browser.ts';
import { Server } from './server.ts';

let browser: Browser;
let server: Server;

beforeAll(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test('where the policy forbids WebAssembly, the page says what is wrong and what helps', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const exceptions: Error[] = [];
  page.on('pageerror', (error) => exceptions.push(error));
  await page.route(`${server.url}/`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), 'content-security-policy': "script-src 'self'" };
    await route.fulfill({ response, headers });
  });
  await page.goto(server.url);
  await page.getByRole('heading', { name: 'This dashboard can’t start in this browser' }).waitFor();
  const text = await page.getByRole('alert').textContent();
  expect(text).toContain('wasm-unsafe-eval');
  expect(exceptions).toEqual([]);
  await page.screenshot({ path: join(import.meta.dirname, '..', '..', 'artifacts', 'engine-unavailable.png') });
  await context.close();
});
