import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { type Mode, open, shows, startApps } from './apps.js';
import { countWasm } from './consumer.js';
import { everything, type Project } from './project.js';
import type { Site } from './site.js';

const MODES: readonly Mode[] = everything ? ['bundled', 'official', 'query-core'] : ['bundled', 'official'];

let project: Project;
let sites: Record<Mode, Site>;
let browser: Browser;
beforeAll(async () => {
  ({ project, sites } = await startApps(MODES));
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const site of Object.values(sites ?? {})) await site.stop();
});
beforeEach(() => {
  for (const site of Object.values(sites)) site.reset();
});

describe('the engine as a file', () => {
  it('is fetched by the page, once', async () => {
    const { project, sites } = await startApps(['file']);
    expect(countWasm(project.files('dist/file/client'))).toEqual({ raw: 1, text: 0 });
    const { page, said } = await open(browser, `${sites.file.url}/file.html`);
    await shows(page, 'reads', '1');
    expect(said).toEqual([]);
    await page.close();
    await sites.file.stop();
  });
});

describe.each(MODES)('the adapters, %s', (mode) => {
  it('share one engine', () => {
    const engines = mode === 'query-core' ? 0 : 1;
    expect(countWasm(project.files(`dist/${mode}/client`))).toEqual({ raw: 0, text: engines });
  });

  // The same files as those that come along, so that one of them shows the way here.
  const ways =
    mode === 'bundled' || everything ? ['react', 'vue', 'solid', 'svelte', 'preact', 'lit', 'angular'] : ['react'];
  it.each(ways)('%s fetches, invalidates and mutates', async (name) => {
    const { page, said } = await open(browser, `${sites[mode].url}/${name}.html`);
    await shows(page, 'reads', '1');
    await shows(page, 'mutation', 'idle');
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    await page.locator('#add').click();
    await shows(page, 'count', '1');
    await shows(page, 'mutation', 'success');
    await shows(page, 'reads', '3');
    expect(said).toEqual([]);
    await page.close();
  });

  it.each(['react', 'vue', 'solid', 'svelte'])('%s takes up what the server rendered', async (name) => {
    const { page, said } = await open(browser, `${sites[mode].url}/${name}.html?rendered`);
    // Rendered on the server, and still the same after the page has taken it up.
    await shows(page, 'reads', '1');
    await page.locator('#refresh').click();
    await shows(page, 'reads', '2');
    expect(sites[mode].reads).toBe(2);
    expect(said).toEqual([]);
    await page.close();
  });
});
