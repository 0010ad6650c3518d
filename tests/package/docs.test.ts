import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const entry = pathToFileURL(at('pkg/dist/index.js')).href;

/** The snippets of a page, each with the heading above it. */
function snippets(page: string): { heading: string; line: number; code: string }[] {
  const text = readFileSync(at(page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ index, 1: code }) => ({
    heading: text
      .slice(0, index)
      .match(/^## (.*)$/gm)!
      .at(-1)!
      .slice(3),
    line: text.slice(0, index).split('\n').length,
    code: code!,
  }));
}

/** `expression; // → value` becomes a check of that value. */
function withChecks(code: string): string {
  return code.replace(/^(?!\/\/)(.+); \/\/ → (.+)$/gm, 'await check($1, $2);');
}

// A stream with nothing in it: what it does when there is something, live.test.ts shows.
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: hello\ndata: {"v":1,"epoch":"e","hb_ms":10000,"retry_ms":1000,"jitter_ms":0}\n\n');
  response.write('event: sync\nid: e.1\ndata: {"replayed":0}\n\n');
});
let folder: string;
let checks = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferroquery-docs-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(globalThis, {
    url: `http://127.0.0.1:${port}/inv/v1/stream`,
    check: async (actual: unknown, expected: unknown) => {
      checks++;
      expect(await actual).toEqual(expected);
    },
  });
  vi.spyOn(console, 'log').mockImplementation(() => {});
});

afterAll(() => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  'docs/api.md',
  'docs/json.md',
  'docs/live.md',
  'docs/memory.md',
  'docs/persistence.md',
  'docs/stampedes.md',
])('%s', (page) => {
  const all = snippets(page);

  it.each(all)('line $line: $heading', async ({ line, code }) => {
    const before = checks;
    const { code: script } = await transform(withChecks(code).replace("'ferroquery'", JSON.stringify(entry)), {
      loader: 'ts',
    });
    const file = join(folder, `${basename(page)}-${line}.mjs`);
    writeFileSync(file, script);
    await import(/* @vite-ignore */ pathToFileURL(file).href);
    expect(checks - before).toBe(code.match(/\/\/ →/g)?.length ?? 0);
  });

  it('has snippets, and each of them shows a result', () => {
    expect(all.length).toBeGreaterThan(2);
    expect(all.every(({ code }) => code.includes('// →'))).toBe(true);
  });
});
