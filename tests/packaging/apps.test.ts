import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { countWasm } from './consumer.js';
import { Project } from './project.js';
import { Site } from './site.js';

/** The adapters that come along; the official ones by the plugin; and these without it, since going back is a line too. */
const MODES = ['bundled', 'official', 'query-core'] as const;

let project: Project;
let browser: Browser;
const sites = {} as Record<(typeof MODES)[number], Site>;

beforeAll(async () => {
  project = Project.open('apps');
  for (const mode of MODES) {
    project.run('vite', ['build', '--mode', mode, '--logLevel', 'warn']);
    project.run('vite', ['build', '--mode', mode, '--logLevel', 'warn', '--ssr']);
    sites[mode] = await Site.start(project.at(`dist/${mode}`));
  }
  browser = await launch();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  for (const site of Object.values(sites)) await site.stop();
});
beforeEach(() => {
  for (const site of Object.values(sites)) site.reset();
});

/** A page, with all that its console and its errors said. */
async function open(url: string, context?: BrowserContext): Promise<{ page: Page; said: string[] }> {
  const own = context ?? (await browser.newContext());
  own.setDefaultTimeout(10_000);
  const page = await own.newPage();
  const said: string[] = [];
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url);
  return { page, said };
}

const shows = (page: Page, id: string, text: string) =>
  page.locator(`#${id}`).getByText(text, { exact: true }).waitFor();

describe.each(MODES)('the adapters, %s', (mode) => {
  it('share one engine', () => {
    const engines = mode === 'query-core' ? 0 : 1;
    expect(countWasm(project.files(`dist/${mode}/client`))).toEqual({ raw: 0, base64: engines });
  });

  it.each(['react', 'vue', 'solid', 'svelte', 'preact', 'lit'])('%s fetches, invalidates and mutates', async (name) => {
    const { page, said } = await open(`${sites[mode].url}/${name}.html`);
    await shows(page, 'reads', '1');
    await shows(page, 'mutation', 'idle');
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    await page.locator('#add').click();
    await shows(page, 'count', '1');
    await shows(page, 'mutation', 'success');
    await shows(page, 'reads', '3');
    expect(said).toEqual([]);
    await page.context().close();
  });

  const rendered = mode === 'query-core' ? ['react', 'vue', 'solid', 'svelte'] : [];
  it.each(rendered)('%s takes up what the server rendered', async (name) => {
    const { page, said } = await open(`${sites[mode].url}/${name}.html?rendered`);
    // Rendered on the server, and still the same after the page has taken it up.
    await shows(page, 'reads', '1');
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    expect(sites[mode].reads).toBe(2);
    expect(said).toEqual([]);
    await page.context().close();
  });
});
