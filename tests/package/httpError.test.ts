import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJson, HttpError, jsonQuery, QueryClient, QueryObserver } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { HttpServer, json } from './httpServer.js';

behaveAsPage();

let client: QueryClient;
let server: HttpServer;
let answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void;

beforeEach(async () => {
  client = new QueryClient();
  server = await HttpServer.start((request, response, nth) => answer(request, response, nth));
});
afterEach(async () => {
  client.clear();
  await server.stop();
});

const queryKey = ['rows'];
const fetchRows = (init?: object) =>
  client.fetchQuery({ queryKey, queryFn: jsonQuery(`${server.url}/rows?token=secret`, init) });
const errorOf = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error) => error,
  );

describe('HttpError', () => {
  it('says what the answer was, and no secrets', async () => {
    const problem = { title: 'No such agent', detail: 'There is no agent a1', status: 404 };
    answer = (_, response) => json(response, problem, { 'content-type': 'application/problem+json', 'x-id': '7' }, 404);
    const error = await errorOf(fetchRows());
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'HttpError',
      status: 404,
      statusText: 'Not Found',
      url: `${server.url}/rows`,
      body: problem,
      message: `404 Not Found from ${server.url}/rows: There is no agent a1`,
    });
    expect(error.headers.get('x-id')).toBe('7');
    expect(error.response).toBeInstanceOf(Response);
  });

  it('shows the beginning of a text, and reads no more of an endless one', async () => {
    answer = (_, response) => {
      response.writeHead(500, { 'content-type': 'text/html' });
      const write = () => {
        while (!response.destroyed && response.write('<p>'.repeat(10_000)));
        response.once('drain', write);
      };
      write();
    };
    const error = await errorOf(fetchRows());
    expect(error.body).toBe('<p>'.repeat(334).slice(0, 1000));
    await vi.waitFor(() => expect(server.requests[0]!.destroyed).toBe(true));
  });

  it('waits for no body that never ends', async () => {
    answer = (_, response) => {
      response.writeHead(502, { 'content-type': 'text/plain' });
      response.write('Bad Gate');
    };
    const error = await errorOf(fetchRows());
    expect(error).toMatchObject({ status: 502, body: 'Bad Gate' });
  });

  it('comes from decodeJson too', async () => {
    answer = (_, response) => json(response, 'no', {}, 403);
    const queryFn = async (context: any) => decodeJson(context, await fetch(server.url, { signal: context.signal }));
    expect(await errorOf(client.fetchQuery({ queryKey, queryFn }))).toMatchObject({ status: 403, body: 'no' });
  });
});

describe('an answer that is no JSON', () => {
  it('is shown', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html>\n<title>Sign in</title>');
    };
    const error = await errorOf(fetchRows());
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error.message).toBe(
      'Expected JSON, but the answer (status 200) is text/html; charset=utf-8 and begins with "<!doctype html>\\n<title>Sign in</title>"',
    );
  });

  it('that calls itself JSON fails as JSON.parse does', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    const error = await errorOf(fetchRows());
    expect(error.message).toBe((await errorOf(new Promise(() => JSON.parse('{"a":')))).message);
  });

  it('may be JSON all the same', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('[1]');
    expect(await fetchRows()).toEqual([1]);
  });

  it('or that nobody may read is refused', async () => {
    const opaque = {
      type: 'opaque',
      status: 0,
      ok: false,
      headers: new Headers(),
      arrayBuffer: async () => new ArrayBuffer(0),
    };
    const error = await errorOf(fetchRows({ fetch: async () => opaque }));
    expect(error.message).toContain("with mode 'no-cors' nobody can read it");
  });

  it('or ends too early is a failure of the network', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"a": [1, ');
      setTimeout(() => response.destroy(), 20);
    };
    const error = await errorOf(fetchRows());
    expect(error).toBeInstanceOf(TypeError);
    expect(client.getQueryState(queryKey)!.status).toBe('error');
  });
});

describe('another try', () => {
  /** How often a query function is called whose answers have this status. */
  const tries = async (status: number, options: object = {}) => {
    server.requests.length = 0;
    answer = (_, response) => json(response, null, {}, status);
    const observer = new QueryObserver(client, {
      queryKey: ['tries', status, options],
      queryFn: jsonQuery(server.url),
      retryDelay: 1,
      ...options,
    });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => expect(observer.getCurrentResult().isError).toBe(true), { timeout: 5000 });
    expect(observer.getCurrentResult().error).toMatchObject({ name: 'HttpError', status });
    stop();
    return server.requests.length;
  };

  it('is not made where it is hopeless', async () => {
    for (const status of [400, 401, 403, 404, 409, 410, 422, 451]) {
      expect([status, await tries(status)]).toEqual([status, 1]);
    }
    for (const status of [408, 425, 429, 500, 503]) {
      expect([status, await tries(status)]).toEqual([status, 4]);
    }
  });

  it('is made as often as the app says', async () => {
    expect(await tries(404, { retry: 2 })).toBe(3);
    expect(await tries(404, { retry: (failures: number) => failures < 1 })).toBe(2);
    expect(await tries(503, { retry: false })).toBe(1);
    client.setDefaultOptions({ queries: { retry: 1 } });
    expect(await tries(410)).toBe(2);
  });

  it('is made after an error of another query function as before', async () => {
    const queryFn = vi.fn(() => Promise.reject(Object.assign(new Error('no'), { status: 404 })));
    const observer = new QueryObserver(client, { queryKey: ['own'], queryFn, retryDelay: 1 });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => expect(observer.getCurrentResult().isError).toBe(true));
    expect(queryFn).toHaveBeenCalledTimes(4);
    stop();
  });

  it('is decided also where an app makes such an error of something else', async () => {
    const broken = new HttpError({ status: 503 } as Response);
    await expect(
      client.fetchQuery({ queryKey, queryFn: () => Promise.reject(broken), retry: 1, retryDelay: 1 }),
    ).rejects.toBe(broken);
    const busy = new HttpError(new Response(null, { status: 404 }));
    await expect(client.fetchQuery({ queryKey, queryFn: () => Promise.reject(busy) })).rejects.toBe(busy);
  });

  it('waits as long as the answer asks for', async () => {
    const at: number[] = [];
    const date = (ms: number) => new Date(ms).toUTCString();
    const elsewhere = Date.now() - 7_200_000;
    answer = (_, response, nth) => {
      at.push(Date.now());
      const retryAfter = ['1', undefined, 'soon', date(elsewhere + 1000)][nth - 1];
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      // Another server's clock, two hours behind.
      json(response, nth, { ...headers, date: date(elsewhere) }, nth < 5 ? 503 : 200);
    };
    expect(await client.fetchQuery({ queryKey, queryFn: jsonQuery(server.url), retry: 4, retryDelay: 30 })).toBe(5);
    const pauses = at.slice(1).map((time, nth) => time - at[nth]!);
    expect(pauses[0]).toBeGreaterThanOrEqual(990);
    expect(pauses[1]).toBeLessThan(500);
    expect(pauses[2]).toBeLessThan(500);
    expect(pauses[3]).toBeGreaterThanOrEqual(990);
    expect(client.stats().http.retryAfter).toBe(2);
  });

  it('waits an hour at most', async () => {
    vi.useFakeTimers();
    try {
      const fetch = vi.fn(async () => new Response('', { status: 429, headers: { 'retry-after': '99999999999' } }));
      const promise = client.fetchQuery({ queryKey, queryFn: jsonQuery('/rows', { fetch }), retry: 1 }).catch(() => {});
      await vi.advanceTimersByTimeAsync(3_599_000);
      expect(fetch).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(2000);
      expect(fetch).toHaveBeenCalledTimes(2);
      await promise;
    } finally {
      vi.useRealTimers();
    }
  });
});
