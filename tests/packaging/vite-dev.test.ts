import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { open, shows } from './apps.js';
import { Project } from './project.js';
import { ProjectServer } from './server.js';

let project: Project;
let browser: Browser;
beforeAll(async () => {
  project = Project.open('apps');
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(['bundled', 'official'])("Vite's dev server, adapters %s", (mode) => {
  let server: ProjectServer;
  let raised = 0;
  beforeAll(async () => {
    // Nothing pre-bundled: what Vite finds late, it must fit to what it has.
    server = await ProjectServer.start(project, 'vite', (port) => [
      ...['--mode', mode, '--force', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    ]);
  });
  afterAll(() => server?.stop());

  // Two that Vite treats differently: it pre-bundles the one and leaves the other's files to Svelte's plugin.
  it.each(['react', 'svelte'])('%s runs on one copy', async (name) => {
    const { page, said } = await open(browser, `${server.url}/${name}.html`);
    await shows(page, 'mutation', 'idle');
    await page.locator('#add').click();
    await shows(page, 'mutation', 'success');
    await shows(page, 'count', String(++raised));
    expect(said).toEqual([]);
    await page.close();
  });
});
