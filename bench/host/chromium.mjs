import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { bundle } from './bundle.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--js-flags=--expose-gc',
  // usedJSHeapSize is rounded to buckets without it.
  '--enable-precise-memory-info',
];

/**
 * Runs the bundles in fresh pages of Debian's Chromium, served on loopback.
 * @param {{modules: {ours: string, peer: string}, dir: string, timeoutMs: number}} options
 */
export async function openChromium({ modules, dir, timeoutMs }) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}: apt-get install chromium, or set CHROMIUM to its path`);
  }
  const outdir = join(dir, 'chromium');
  await mkdir(outdir, { recursive: true });
  await bundle('browser', modules, outdir);
  const server = await serve(outdir);
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({ executablePath, args: FLAGS });

  return {
    name: 'chromium',
    version: `Chromium ${browser.version()}`,
    /** Calls a function of the runner in a page of its own. */
    async call(name, ...args) {
      const context = await browser.newContext();
      let timer;
      try {
        const page = await context.newPage();
        await page.goto(address);
        const answer = page.evaluate(async ({ name, args }) => (await import('/runner.js'))[name](...args), {
          name,
          args,
        });
        const late = new Promise((_, reject) => {
          timer = setTimeout(() => reject(new Error(`${name} gave no answer within ${timeoutMs} ms`)), timeoutMs);
        });
        return await Promise.race([answer, late]);
      } finally {
        clearTimeout(timer);
        await context.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** @param {string} dir */
async function serve(dir) {
  const server = createServer(async (request, response) => {
    // Cross-origin isolation refines performance.now() from 100 to 5 µs.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cache-Control', 'no-store');
    const { pathname } = new URL(request.url, 'http://loopback');
    if (pathname === '/') {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>bench</title>');
      return;
    }
    try {
      const body = await readFile(join(dir, basename(pathname)));
      response.setHeader('Content-Type', 'text/javascript').end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
