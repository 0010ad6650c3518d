import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.ts';
import { Site } from './site.js';

const dist = fileURLToPath(new URL('../../pkg/dist', import.meta.url));
const managers = ['focusManager', 'onlineManager', 'notifyManager', 'timeoutManager', 'environmentManager'];

let folder: string;
let site: Site;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferroquery-copies-'));
  mkdirSync(join(folder, 'client'));
  for (const copy of ['first', 'second', 'third']) cpSync(dist, join(folder, 'client', copy), { recursive: true });
  const core = join(folder, 'client/second/core.js');
  writeFileSync(core, readFileSync(core, 'utf8').replace('"0.1.0"', '"0.1.1"'));
  writeFileSync(
    join(folder, 'client/empty.html'),
    '<!doctype html><link rel="icon" href="data:,"><title>empty</title>',
  );
  site = await Site.start(folder);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await site?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** A page that loads these modules into `window.copies`, one after the other, and what its console says. */
async function load(modules: string[], before?: () => void) {
  const loads = modules.map((module) => `await import('/${module}.js')`);
  const script = `<script type="module">window.copies = [${loads.join(', ')}];</script>`;
  writeFileSync(join(folder, 'client/page.html'), `<!doctype html><link rel="icon" href="data:,">${script}`);
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(String(error)));
  if (before) await page.addInitScript(before);
  await page.goto(`${site.url}/page.html`);
  await page.waitForFunction(() => 'copies' in window);
  const same = await page.evaluate(() => {
    const [first, ...others] = (window as any).copies;
    return Object.keys(first).filter((name) => others.every((other: any) => other[name] === first[name]));
  });
  await page.close();
  return { same, said };
}

describe('copies of the package on one page', () => {
  it('share the managers, and say once which versions there are and what to do', async () => {
    const { same, said } = await load(['first/index', 'second/index', 'third/index']);
    expect(same).toEqual(expect.arrayContaining(managers));
    expect(same).not.toContain('QueryClient');
    expect(said).toEqual([
      expect.stringMatching(/^warning: ferroquery is on this page twice: 0\.1\.0 and 0\.1\.1\. They share/),
    ]);
    expect(said[0]).toContain('npm ls ferroquery');
    expect(said[0]).toContain('resolve.dedupe');
  });

  it('keep their own managers where those of the other copy are different, and say so', async () => {
    const { said } = await load(['first/index'], () => {
      const other = { managers: 0, shared: { focusManager: 'of another kind' }, versions: ['0.0.1'] };
      Object.defineProperty(globalThis, Symbol.for('ferroquery.copies'), { value: other });
    });
    expect(said).toEqual([expect.stringContaining('0.0.1 and 0.1.0. They are too different to share')]);
  });

  it('are none where two entries of one copy are mixed', async () => {
    const { same, said } = await load(['first/index', 'first/slim']);
    expect(same).toContain('QueryClient');
    expect(said).toEqual([]);
  });
});
