import { CancelledError, QueryClient, type QueryKey, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { runScript } from './script.js';
import { settle, watch } from './watch.js';

behaveAsPage();

let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
});
afterEach(() => {
  client.clear();
  vi.restoreAllMocks();
});

describe('a key', () => {
  it.each(['todos', undefined, null, { a: 1 }, 5])('that is %o works, and is named at the first fetch', async (key) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const options = { queryKey: key as unknown as QueryKey, queryFn: () => 1 };
    client.setQueryData(options.queryKey, 0);
    const observer = new QueryObserver(client, options);
    expect(await observer.refetch()).toMatchObject({ data: 1 });
    expect(client.getQueryData(options.queryKey)).toBe(1);
    expect(error.mock.calls).toEqual([[expect.stringContaining('queryKey needs to be an Array')]]);
  });

  it('with a bigint or a cycle throws, as JSON does, and leaves nothing behind', () => {
    const cycle: unknown[] = ['a'];
    cycle.push({ cycle });
    const before = client.stats();
    for (const key of [['a', 1n], ['a', { n: 1n }], cycle, ['new part', cycle]]) {
      expect(() => client.setQueryData(key, 1)).toThrow(TypeError);
      expect(() => client.getQueryData(key)).toThrow(TypeError);
    }
    expect(client.stats()).toEqual(before);
    client.setQueryData(['a', '1'], 1);
    expect(client.getQueryData(['a', '1'])).toBe(1);
  });

  it('takes functions, symbols, undefined, NaN and Infinity for null', () => {
    client.setQueryData(['a', null], 'null');
    for (const part of [() => 1, Symbol('s'), undefined, Number.NaN, Infinity, -Infinity]) {
      expect(client.getQueryData(['a', part])).toBe('null');
    }
    client.setQueryData(['o', { f: () => 1, x: 1 }], 'x');
    expect(client.getQueryData(['o', { x: 1 }])).toBe('x');
  });

  it('of no parts, of many parts and of a long text works', () => {
    const many = Array.from({ length: 1000 }, (_, at) => at);
    client.setQueryData([], 'none');
    client.setQueryData(many, 'many');
    client.setQueryData(['x'.repeat(1e6)], 'long');
    expect([client.getQueryData([]), client.getQueryData(many), client.getQueryData(['x'.repeat(1e6)])]).toEqual([
      'none',
      'many',
      'long',
    ]);
    client.clear();
    expect(client.stats().symbols).toBe(new QueryClient().stats().symbols);
  });

  it('with lone surrogates, NUL and odd numbers keeps its identity', () => {
    const keys = [['\ud800'], ['\ud801'], ['\ufffd'], ['\0'], [''], [0], [-0], [1e21], ['1e+21'], [true], ['true']];
    for (const [at, key] of keys.entries()) client.setQueryData(key, at);
    expect(keys.map((key) => client.getQueryData(key))).toEqual([0, 1, 2, 3, 4, 6, 6, 7, 8, 9, 10]);
    client.clear();
    expect(client.stats().symbols).toBe(new QueryClient().stats().symbols);
  });

  it('that is changed by its owner later can still be removed', () => {
    const key: any[] = ['a', { page: 1 }];
    client.setQueryData(key, 1);
    key[1].page = 2;
    key.push('more');
    client.removeQueries();
    expect(client.stats()).toMatchObject({ queries: 0, symbols: new QueryClient().stats().symbols });
  });
});

describe('a query function', () => {
  it('that returns undefined is an error that names the query', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    await expect(client.fetchQuery({ queryKey: ['a'], queryFn: () => undefined })).rejects.toThrow(
      '["a"] data is undefined',
    );
    expect(error).toHaveBeenCalledTimes(1);
    expect(client.getQueryState(['a'])).toMatchObject({ status: 'error', fetchStatus: 'idle' });
  });

  it('that throws at once rejects', async () => {
    const queryFn = () => {
      throw new Error('at once');
    };
    await expect(client.fetchQuery({ queryKey: ['a'], queryFn })).rejects.toThrow('at once');
  });

  it('that throws nothing at all rejects too', async () => {
    await expect(
      client.fetchQuery({ queryKey: ['a'], queryFn: () => Promise.reject(undefined) }),
    ).rejects.toBeUndefined();
    expect(client.getQueryState(['a'])?.status).toBe('error');
  });

  it('that never settles can be cancelled and cleared', async () => {
    const fetching = client.fetchQuery({ queryKey: ['a'], queryFn: () => new Promise<never>(() => {}) });
    const settled = expect(fetching).rejects.toBeInstanceOf(CancelledError);
    await client.cancelQueries();
    await settled;
    const again = client.fetchQuery({ queryKey: ['a'], queryFn: () => new Promise<never>(() => {}) });
    const cleared = expect(again).rejects.toBeInstanceOf(CancelledError);
    client.clear();
    await cleared;
    expect(client.stats().queries).toBe(0);
  });

  it('that answers after unmount fills the cache and calls nobody', async () => {
    let answer!: (value: number) => void;
    const observer = new QueryObserver(client, {
      queryKey: ['a'],
      queryFn: () => new Promise<number>((resolve) => (answer = resolve)),
    });
    const listener = vi.fn();
    const stop = observer.subscribe(listener);
    await settle();
    stop();
    listener.mockClear();
    answer(1);
    await settle();
    expect(client.getQueryData(['a'])).toBe(1);
    expect(listener).not.toHaveBeenCalled();
  });

  it('that answers after clear() brings nothing back', async () => {
    let answer!: (value: number) => void;
    const { stop } = watch(client, ['a'], { queryFn: () => new Promise((resolve) => (answer = resolve)) });
    await settle();
    client.clear();
    answer(1);
    await settle();
    expect(client.getQueryData(['a'])).toBeUndefined();
    expect(client.stats().queries).toBe(0);
    stop();
  });

  it('that cancels its own query rejects, whoever asks', async () => {
    const options = {
      queryKey: ['a'],
      queryFn: () => Promise.reject(new Error('down')),
      retry: () => {
        client.clear();
        return true;
      },
      retryDelay: 1,
    };
    await expect(client.fetchQuery(options)).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('an updater', () => {
  it('that removes the query still sets the data', () => {
    client.setQueryData(['a'], 1);
    client.setQueryData(['a'], () => {
      client.clear();
      return 2;
    });
    expect(client.getQueryData(['a'])).toBe(2);
  });
});

describe('where WebAssembly is forbidden', () => {
  const attempt = `
    try {
      new ferroquery.QueryClient();
    } catch (error) {
      console.log(JSON.stringify([error.name, error instanceof ferroquery.EngineUnavailableError, error.message]));
    }
  `;

  it('importing works, and the first client throws an error that names cause and remedy', () => {
    const { status, stdout } = runScript(attempt, { before: 'delete globalThis.WebAssembly;' });
    expect(status).toBe(0);
    const [name, typed, message] = JSON.parse(stdout);
    expect([name, typed]).toEqual(['EngineUnavailableError', true]);
    expect(message).toMatch(/WebAssembly is switched off/);
    expect(message).toMatch(/Allow it/);
  });

  it('a policy against compiling is named', () => {
    const { stdout } = runScript(attempt, {
      flags: ['--disallow-code-generation-from-strings'],
      before: `
      WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder'); } };
    `,
    });
    const [name, , message] = JSON.parse(stdout);
    expect(name).toBe('EngineUnavailableError');
    expect(message).toMatch(/Content-Security-Policy.*'wasm-unsafe-eval'/);
  });
});
