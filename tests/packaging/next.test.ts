import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { open, shows } from './apps.js';
import { countWasm } from './consumer.js';
import { Project } from './project.js';
import { ProjectServer } from './server.js';

let project: Project;
let server: ProjectServer;
let browser: Browser;
beforeAll(async () => {
  project = Project.open('next');
  project.run('next', ['build'], { NEXT_TELEMETRY_DISABLED: '1' });
  server = await ProjectServer.start(project, 'next', (port) => ['start', '-H', '127.0.0.1', '-p', String(port)]);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('Next, built and started', () => {
  it('has one engine for the page', () => {
    expect(countWasm(project.files('.next/static'))).toEqual({ raw: 0, text: 1 });
  });

  it('renders a page on the server with its data, which the page takes up without a warning', async () => {
    const html = await (await fetch(server.url)).text();
    expect(html).toContain('<p id="from">server</p>');
    const { page, said } = await open(browser, server.url);
    await shows(page, 'from', 'server');
    await page.locator('#add').click();
    await shows(page, 'from', 'api');
    await shows(page, 'count', '1');
    expect(said).toEqual([]);
    expect(server.output).not.toMatch(/Error|ferroquery/);
  });

  it('runs a client in a route at the edge', async () => {
    expect(await (await fetch(`${server.url}/api/edge`)).json()).toBe('edge-runtime');
  });
});
