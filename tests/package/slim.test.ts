import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

const wasm = readFileSync(new URL('../../pkg/dist/engine.wasm', import.meta.url));
const TYPES: Record<string, string> = {
  '/typed.wasm': 'application/wasm',
  '/Typed.wasm': 'Application/Wasm',
  '/untyped.bin': 'application/octet-stream',
};
let slim: typeof import('ferroquery/slim');
let base: string;

const server = createServer((request, response) => {
  const type = TYPES[request.url!];
  if (type) response.writeHead(200, { 'content-type': type }).end(wasm);
  else response.writeHead(404).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

/** An engine is made once: each test has a package of its own. */
beforeEach(async () => {
  vi.resetModules();
  slim = await import('ferroquery/slim');
});

function works(): boolean {
  const client = new slim.QueryClient();
  client.setQueryData(['a'], 1);
  return client.getQueryData(['a']) === 1;
}

describe('init takes', () => {
  test.each(Object.keys(TYPES))('the address %s', async (path) => {
    await slim.init(base + path);
    expect(works()).toBe(true);
  });

  test('a URL, and a response', async () => {
    await slim.init(new URL('/typed.wasm', base));
    await slim.init(fetch(`${base}/untyped.bin`));
    expect(works()).toBe(true);
  });

  test('bytes', async () => {
    await slim.init(wasm);
    expect(works()).toBe(true);
  });

  test('a compiled module', async () => {
    await slim.init(new WebAssembly.Module(wasm));
    expect(works()).toBe(true);
  });
});

test('what serves no engine is named', async () => {
  await expect(slim.init(`${base}/missing.wasm`)).rejects.toThrow(
    `The engine could not be fetched: ${base}/missing.wasm answered 404.`,
  );
});

test('without an engine a client says what to do', () => {
  expect(() => new slim.QueryClient()).toThrow(/init/);
});

test('an engine with the right type is compiled while it loads', async () => {
  const streams = vi.spyOn(WebAssembly, 'compileStreaming');
  await slim.init(`${base}/untyped.bin`);
  expect(streams).not.toHaveBeenCalled();
  await slim.init(`${base}/typed.wasm`);
  expect(streams).toHaveBeenCalledOnce();
});
