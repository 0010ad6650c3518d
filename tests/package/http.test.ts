import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  dehydrate,
  environmentManager,
  hydrate,
  InfiniteQueryObserver,
  jsonQuery,
  memoryStore,
  persist,
  QueryClient,
  QueryObserver,
  type Store,
} from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { HttpServer, json } from './httpServer.js';
import { trap } from './trap.js';
import { settle } from './watch.js';

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
const rows = [{ id: 1 }, { id: 2 }];
const options = (init?: Parameters<typeof jsonQuery>[1]) => ({
  queryKey,
  queryFn: jsonQuery(`${server.url}/rows`, init),
});

/** Answers with an ETag, and with 304 to whoever has it. */
function tagged(tag: string, value: unknown, headers: Record<string, string> = {}) {
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, { etag: tag, ...headers }).end();
    } else {
      json(response, value, { etag: tag, ...headers });
    }
  };
}

describe('jsonQuery', () => {
  it('fetches JSON', async () => {
    answer = (_, response) => json(response, rows);
    expect(await client.fetchQuery(options())).toEqual(rows);
    expect(server.last.accept).toBe('application/json');
    expect(server.last['if-none-match']).toBeUndefined();
  });

  it('takes functions of the context, and what fetch takes', async () => {
    answer = (request, response) => json(response, request.url);
    const queryFn = jsonQuery<string>(
      ({ queryKey }) => new URL(`${server.url}/rows/${queryKey[1]}`),
      async ({ meta }) => ({ headers: { accept: 'text/json', 'x-of': String(meta?.of) }, method: 'POST', body: 'x' }),
    );
    expect(await client.fetchQuery({ queryKey: ['rows', 7], queryFn, meta: { of: 'me' } })).toBe('/rows/7');
    expect(server.last).toMatchObject({ accept: 'text/json', 'x-of': 'me' });
    expect(server.requests[0]!.method).toBe('POST');
  });

  it('is aborted with its query, and with a signal of the app', async () => {
    answer = () => {};
    const fetching = client.fetchQuery(options());
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    const closed = new Promise((resolve) => server.requests[0]!.once('close', resolve));
    client.cancelQueries({ queryKey });
    await expect(fetching).rejects.toThrow('CancelledError');
    await closed;

    const own = new AbortController();
    const other = client.fetchQuery(options({ signal: own.signal }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    own.abort(new Error('enough'));
    await expect(other).rejects.toThrow('enough');
  });

  it('uses a fetch that it is given, and says so where there is none', async () => {
    const own = vi.fn(async () => new Response('5'));
    expect(await client.fetchQuery(options({ fetch: own }))).toBe(5);
    vi.stubGlobal('fetch', undefined);
    try {
      await expect(client.fetchQuery({ ...options(), queryKey: ['other'] })).rejects.toThrow(
        'jsonQuery found no fetch here: give it one, as in jsonQuery(url, { fetch }).',
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('refuses what is no URL', async () => {
    const queryFn = jsonQuery((() => ({ path: '/rows' })) as never);
    await expect(client.fetchQuery({ queryKey, queryFn })).rejects.toThrow(
      'jsonQuery was given {"path":"/rows"} as URL: give it a string or a URL, or a function that does.',
    );
  });

  it('gives null where there is no content', async () => {
    answer = (_, response) => response.writeHead(204).end();
    expect(await client.fetchQuery(options())).toBeNull();
  });
});

describe('validators', () => {
  it('become a condition, and a 304 keeps the data and makes it fresh', async () => {
    answer = tagged('"v1"', rows, { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' });
    const first = await client.fetchQuery(options());
    const { dataUpdatedAt } = client.getQueryState(queryKey)!;
    await settle();
    await client.invalidateQueries({ queryKey });
    expect(await client.fetchQuery(options())).toBe(first);
    expect(server.last).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Wed, 21 Oct 2015 07:28:00 GMT',
      // Not `no-cache`: that is for skipCache.
      'cache-control': 'max-age=0',
    });
    const state = client.getQueryState(queryKey)!;
    expect(state.dataUpdatedAt).toBeGreaterThan(dataUpdatedAt);
    expect(state).toMatchObject({ status: 'success', isInvalidated: false, dataUpdateCount: 2 });
    expect(client.stats().http).toEqual({ conditional: 1, notModified: 1, retryAfter: 0 });
  });

  it('stand for the newest answer', async () => {
    answer = (request, response, nth) => tagged(`"v${Math.min(nth, 2)}"`, [nth])(request, response);
    for (const expected of [[1], [2], [2], [2]]) {
      expect(await client.fetchQuery(options())).toEqual(expected);
    }
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"', '"v2"', '"v2"']);
  });

  it('stand for nothing once the data was changed by hand', async () => {
    answer = tagged('"v1"', rows);
    await client.fetchQuery(options());
    client.setQueryData(queryKey, [{ id: 9 }]);
    expect(await client.fetchQuery(options())).toEqual(rows);
    expect(server.last['if-none-match']).toBeUndefined();
    expect(await client.fetchQuery(options())).toEqual(rows);
    expect(server.last['if-none-match']).toBe('"v1"');
    client.getQueryCache().find({ queryKey })!.setState({ data: [] });
    await client.fetchQuery(options());
    expect(server.last['if-none-match']).toBeUndefined();
  });

  it('answered with 304 give what they stand for, also where the data was changed meanwhile', async () => {
    answer = tagged('"v1"', rows);
    const first = await client.fetchQuery(options());
    const held = new Promise<void>((resolve) => {
      answer = (request, response) => {
        client.setQueryData(queryKey, [{ id: 9 }]);
        tagged('"v1"', rows)(request, response);
        resolve();
      };
    });
    const fetching = client.fetchQuery(options());
    await held;
    expect(await fetching).toEqual(first);
    expect(client.getQueryData(queryKey)).toEqual(rows);
  });

  it('are sent with the same request only', async () => {
    answer = tagged('"v1"', rows, { vary: 'Accept-Language, X-Tenant' });
    const ask = async (path: string, headers: Record<string, string>) => {
      await client.fetchQuery({ queryKey, queryFn: jsonQuery(server.url + path, { headers }) });
      return server.last['if-none-match'];
    };
    expect(await ask('/a', { 'x-tenant': '1' })).toBeUndefined();
    expect(await ask('/a', { 'x-tenant': '1', 'x-request': '7' })).toBe('"v1"');
    expect(await ask('/a', { 'x-tenant': '2' })).toBeUndefined();
    expect(await ask('/a', { 'x-tenant': '2', authorization: 'Bearer 1' })).toBeUndefined();
    expect(await ask('/b', { 'x-tenant': '2', authorization: 'Bearer 1' })).toBeUndefined();
    expect(await ask('/b', { 'x-tenant': '2', authorization: 'Bearer 1' })).toBe('"v1"');
  });

  it('are not sent beside those of the app, nor with other methods', async () => {
    answer = tagged('"v1"', rows);
    await client.fetchQuery(options());
    await client.fetchQuery(options({ headers: { 'if-modified-since': 'Wed, 21 Oct 2015 07:28:00 GMT' } }));
    expect(server.last['if-none-match']).toBeUndefined();
    await client.fetchQuery(options());
    await client.fetchQuery(options({ method: 'POST', body: '{}' }));
    expect(server.last['if-none-match']).toBeUndefined();
  });

  it('of the app may be answered with 304 too', async () => {
    answer = tagged('"v1"', rows);
    const init = { headers: { 'if-none-match': '"v1"' } };
    await expect(client.fetchQuery(options(init))).rejects.toMatchObject({ name: 'HttpError', status: 304 });
    const data = await client.fetchQuery(options());
    expect(await client.fetchQuery(options(init))).toBe(data);
  });

  it('stand for what was fetched, not for what a query function makes of it', async () => {
    answer = tagged('"v1"', rows);
    const fetchRows = jsonQuery<typeof rows>(`${server.url}/rows`);
    const ids = async (context: Parameters<typeof fetchRows>[0]) => (await fetchRows(context)).map(({ id }) => id);
    expect(await client.fetchQuery({ queryKey, queryFn: ids })).toEqual([1, 2]);
    expect(await client.fetchQuery({ queryKey, queryFn: ids })).toEqual([1, 2]);
    expect(server.last['if-none-match']).toBeUndefined();
  });

  it('leave the body to be compared with what comes after a 304', async () => {
    let many = Array.from({ length: 300 }, (_, id) => ({ id, name: `agent ${id}`, tags: [id % 7] }));
    let tag = '"v1"';
    answer = (request, response) => tagged(tag, many)(request, response);
    const ask = () => client.fetchQuery<any>(options());
    const first = await ask();
    expect(await ask()).toBe(first);
    many = many.with(7, { ...many[7]!, name: 'Ada' });
    tag = '"v2"';
    const second = await ask();
    expect(second[7]).toEqual({ id: 7, name: 'Ada', tags: [0] });
    expect(second.filter((row: unknown, at: number) => row === first[at])).toHaveLength(299);
    expect(client.stats().http.notModified).toBe(1);
    expect(client.stats().decode).toMatchObject({ partial: 1 });
    expect(await ask()).toBe(second);
    client.setQueryData(queryKey, []);
    expect(await ask()).toEqual(many);
    expect(client.stats().http.notModified).toBe(2);
  });

  it('go along with a redirect', async () => {
    answer = (request, response) => {
      if (request.url === '/rows') response.writeHead(302, { location: '/elsewhere' }).end();
      else tagged('"v1"', rows)(request, response);
    };
    const first = await client.fetchQuery(options());
    expect(await client.fetchQuery(options())).toBe(first);
    expect(server.requests.map(({ url, headers }) => [url, headers['if-none-match']])).toEqual([
      ['/rows', undefined],
      ['/elsewhere', undefined],
      ['/rows', '"v1"'],
      ['/elsewhere', '"v1"'],
    ]);
  });

  it('outlive a failure, and a fetch that was cancelled', async () => {
    answer = tagged('"v1"', rows);
    const first = await client.fetchQuery(options());
    answer = (_, response) => json(response, null, {}, 500);
    await expect(client.fetchQuery(options())).rejects.toMatchObject({ status: 500 });
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', etag: '"v2"' });
      response.write('[{"id":');
    };
    const cancelled = client.fetchQuery(options());
    await vi.waitFor(() => expect(server.requests).toHaveLength(3));
    await settle(30);
    await client.cancelQueries({ queryKey });
    expect(await cancelled).toBe(first);
    answer = tagged('"v1"', rows);
    expect(await client.fetchQuery(options())).toBe(first);
    expect(client.getQueryState(queryKey)).toMatchObject({ status: 'success', error: null, isInvalidated: false });
    expect(client.stats().http.notModified).toBe(1);
  });

  it('are forgotten with an engine that failed, and tags are not', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    answer = tagged('"v1"', rows, { 'cache-tag': 'rows' });
    await client.fetchQuery(options());
    trap(client);
    expect(client.getQueryCache().findAll({ tags: ['rows'] })).toHaveLength(1);
    await client.fetchQuery(options());
    expect(server.last['if-none-match']).toBeUndefined();
    vi.restoreAllMocks();
  });

  it('stand for what a function shares only where that is the answer itself', async () => {
    answer = tagged('"v1"', rows);
    const counted = { ...options(), structuralSharing: (_: unknown, next: any) => ({ count: next.length }) };
    await client.fetchQuery(counted);
    await client.fetchQuery(counted);
    expect(server.last['if-none-match']).toBeUndefined();
    expect(client.getQueryData(queryKey)).toEqual({ count: 2 });
    const passed = { ...options(), structuralSharing: (_: unknown, next: unknown) => next };
    await client.fetchQuery(passed);
    await client.fetchQuery(passed);
    expect(server.last['if-none-match']).toBe('"v1"');
    expect(client.getQueryData(queryKey)).toEqual(rows);
  });

  it('stand for pages each', async () => {
    let changed = '';
    answer = (request, response) => {
      const page = Number(new URL(request.url!, server.url).searchParams.get('page'));
      const tag = `"${page}${changed.includes(String(page)) ? 'b' : 'a'}"`;
      tagged(tag, { page, tag, next: page < 3 ? page + 1 : null })(request, response);
    };
    const observer = new InfiniteQueryObserver<any, any, any, any, number>(client, {
      queryKey,
      queryFn: jsonQuery(({ pageParam }) => `${server.url}/rows?page=${pageParam}`),
      initialPageParam: 0,
      getNextPageParam: (last: { next: number | null }) => last.next,
      maxPages: 3,
    });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => expect(observer.getCurrentResult().isSuccess).toBe(true));
    for (let page = 1; page <= 3; page++) {
      await observer.fetchNextPage();
    }
    const before = observer.getCurrentResult().data.pages;
    expect(before.map((page: any) => page.page)).toEqual([1, 2, 3]);
    changed = '2';
    server.requests.length = 0;
    await observer.refetch();
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual(['"1a"', '"2a"', '"3a"']);
    const after = observer.getCurrentResult().data.pages;
    expect(after.map((page: any) => page.tag)).toEqual(['"1a"', '"2b"', '"3a"']);
    expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, false, true]);
    stop();
  });
});

describe('skipCache', () => {
  it.each([true, 'no-store'] as const)('%o asks for no stored answer', async (skipCache) => {
    answer = tagged('"v1"', rows);
    await client.fetchQuery(options());
    await client.fetchQuery({ ...options(), skipCache });
    expect(server.last['cache-control']).toBe('no-cache');
    expect(server.last['if-none-match']).toBeUndefined();
  });
});

describe("staleTime: 'http'", () => {
  const http = { staleTime: 'http' as const };
  /** How long (ms) an answer with these headers is fresh, in a page whose clock is off. */
  const lifetime = async (headers: Record<string, string>) => {
    answer = (_, response) => json(response, rows, headers);
    const key = [JSON.stringify(headers)];
    await client.fetchQuery({ queryKey: key, queryFn: jsonQuery(server.url), ...http });
    const query = client.getQueryCache().find({ queryKey: key })!;
    const { dataUpdatedAt } = query.state;
    const isStaleAt = (ms: number) => {
      vi.setSystemTime(dataUpdatedAt + ms);
      return query.isStaleByTime('http');
    };
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      let [low, high] = [0, 400_000_000];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (isStaleAt(middle)) high = middle;
        else low = middle;
      }
      return high;
    } finally {
      vi.useRealTimers();
    }
  };
  const seconds = async (headers: Record<string, string>) => Math.round((await lifetime(headers)) / 1000);
  const date = (ms: number) => new Date(ms).toUTCString();

  it('is what the headers say', async () => {
    expect(await seconds({ 'cache-control': 'max-age=60' })).toBe(60);
    expect(await seconds({ 'cache-control': 'public, MAX-AGE="60" , s-maxage=999' })).toBe(60);
    expect(await seconds({ 'cache-control': 'max-age=60', age: '20' })).toBe(40);
    expect(await seconds({ 'cache-control': 'max-age=60', age: '70' })).toBe(0);
    expect(await seconds({ 'cache-control': 'max-age=60, stale-while-revalidate=600' })).toBe(60);
    expect(await seconds({ 'cache-control': 'max-age=60, no-cache' })).toBe(0);
    expect(await seconds({ 'cache-control': 'max-age=60, no-store' })).toBe(0);
    expect(await seconds({ 'cache-control': 'max-age=60, must-revalidate' })).toBe(60);
    expect(await seconds({ 'cache-control': 'max-age=soon' })).toBe(0);
    expect(await seconds({ 'cache-control': 'max-age=60', vary: '*' })).toBe(0);
    expect(await seconds({})).toBe(0);
  });

  it('does not depend on whose clock is right', async () => {
    for (const off of [-7, 0, 7]) {
      const server = Date.now() + off * 3_600_000;
      const headers = { date: date(server), expires: date(server + 90_000) };
      expect(await seconds(headers)).toBe(90);
      expect(await seconds({ ...headers, 'cache-control': 'max-age=30' })).toBe(30);
    }
    expect(await seconds({ date: date(Date.now()), expires: '0' })).toBe(0);
  });

  it('counts the time on the way', async () => {
    answer = (_, response) => void setTimeout(() => json(response, rows, { 'cache-control': 'max-age=1' }), 300);
    await client.fetchQuery({ ...options(), ...http });
    const query = client.getQueryCache().find({ queryKey })!;
    expect(query.isStaleByTime('http')).toBe(false);
    await settle(750);
    expect(query.isStaleByTime('http')).toBe(true);
  });

  it('decides when an observer turns stale and when a mount fetches', async () => {
    answer = tagged('"v1"', rows, { 'cache-control': 'max-age=1' });
    const observer = new QueryObserver(client, { ...options(), ...http });
    const stop = observer.subscribe(() => {});
    await vi.waitFor(() => expect(observer.getCurrentResult().isSuccess).toBe(true));
    expect(observer.getCurrentResult().isStale).toBe(false);
    const other = new QueryObserver(client, { ...options(), staleTime: () => 'http' });
    other.subscribe(() => {})();
    await settle(50);
    expect(server.requests).toHaveLength(1);
    await vi.waitFor(() => expect(observer.getCurrentResult().isStale).toBe(true), 2000);
    other.subscribe(() => {})();
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    // The 304 says it anew.
    await vi.waitFor(() => expect(observer.getCurrentResult().isStale).toBe(false));
    stop();
  });

  it('can be the default, and is over with data that the app wrote', async () => {
    client.setDefaultOptions({ queries: http });
    answer = (_, response) => json(response, rows, { 'cache-control': 'max-age=60' });
    await client.fetchQuery(options());
    await client.fetchQuery(options());
    expect(server.requests).toHaveLength(1);
    client.setQueryData(queryKey, []);
    await client.fetchQuery(options());
    expect(server.requests).toHaveLength(2);
  });

  it('is the shortest of several answers', async () => {
    answer = (request, response) => json(response, rows, { 'cache-control': `max-age=${request.url!.slice(1)}` });
    const queryFn = async (context: any) =>
      Promise.all([60, 20, 40].map((age) => jsonQuery(`${server.url}/${age}`)(context)));
    await client.fetchQuery({ queryKey, queryFn, ...http });
    const query = client.getQueryCache().find({ queryKey })!;
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(query.state.dataUpdatedAt + 19_000);
    expect(query.isStaleByTime('http')).toBe(false);
    vi.setSystemTime(query.state.dataUpdatedAt + 20_000);
    expect(query.isStaleByTime('http')).toBe(true);
    vi.useRealTimers();
  });
});

describe('a dehydrated state', () => {
  it("is as fresh as its answer, and doesn't tell where that came from", async () => {
    answer = tagged('"v1"', rows, { 'cache-control': 'max-age=60', age: '20' });
    await client.fetchQuery({ ...options(), staleTime: 'http' });
    const text = JSON.stringify(dehydrate(client));
    expect(text).not.toContain(server.url);
    const page = new QueryClient({ defaultOptions: { queries: { staleTime: 'http' } } });
    const observer = new QueryObserver(page, { ...options(), initialData: [] as unknown, initialDataUpdatedAt: 1 });
    const stop = observer.subscribe(() => {});
    page.cancelQueries({ queryKey });
    hydrate(page, JSON.parse(text));
    expect(observer.getCurrentResult()).toMatchObject({ data: rows, isStale: false });
    const count = server.requests.length;
    const other = new QueryClient({ defaultOptions: { queries: { staleTime: 'http' } } });
    hydrate(other, JSON.parse(text));
    await other.fetchQuery(options());
    expect(server.requests).toHaveLength(count);
    for (const http of [null, 7, {}, { freshFor: '60' }, { freshFor: null }, { freshFor: Number.MAX_VALUE * 2 }]) {
      const damaged = new QueryClient();
      const state = JSON.parse(text);
      state.queries[0].http = http;
      hydrate(damaged, state);
      expect(damaged.getQueryCache().find({ queryKey })!.isStaleByTime('http')).toBe(true);
    }
    stop();
    page.clear();
  });
});

describe('a reload', () => {
  const visit = (store: Store) => {
    const page = new QueryClient({ defaultOptions: { queries: { staleTime: 'http' } } });
    const kept = persist({ client: page, store, scope: 'ada' });
    return { page, kept };
  };

  it('finds data as fresh as it was, with its tags, and asks whether it still holds', async () => {
    answer = tagged('"v1"', rows, { 'cache-control': 'max-age=60', 'cache-tag': 'rows' });
    const store = memoryStore();
    const first = visit(store);
    const bearer = { headers: { authorization: 'Bearer secret' } };
    await first.page.fetchQuery(options(bearer));
    await first.kept.flush();
    first.kept.stop();

    const second = visit(store);
    expect(await second.page.fetchQuery(options(bearer))).toEqual(rows);
    expect(server.requests).toHaveLength(1);
    await second.page.invalidateQueries({ tags: ['rows'] });
    const data = await second.page.fetchQuery(options(bearer));
    expect(server.last['if-none-match']).toBe('"v1"');
    expect(data).toEqual(rows);
    expect(second.page.stats().http.notModified).toBe(1);
    second.kept.stop();
    const query = second.page.getQueryCache().find({ queryKey }) as unknown as { keptAnswer: object };
    const visible = JSON.stringify(query.keptAnswer);
    expect(visible).toContain('v1');
    expect(visible).not.toContain('secret');
  });

  it('finds nothing of an answer that is not to be stored', async () => {
    answer = (_, response) => json(response, rows, { 'cache-control': 'no-store' });
    const store = memoryStore();
    const first = visit(store);
    await first.page.fetchQuery(options());
    await first.kept.flush();
    expect(first.page.stats().persist).toMatchObject({ written: 0, refused: { noStore: 1 } });
    first.kept.stop();
  });
});

describe('no-store', () => {
  it('keeps data from being packed', async () => {
    const page = new QueryClient({
      memory: { maxBytes: 1e8, coldAfter: 100 },
      defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } },
    });
    const many = Array.from({ length: 500 }, (_, id) => ({ id, name: `agent ${id}` }));
    answer = (request, response) =>
      json(response, many, request.url === '/secret' ? { 'cache-control': 'no-store' } : {});
    await page.fetchQuery({ queryKey: ['secret'], queryFn: jsonQuery(`${server.url}/secret`) });
    await page.fetchQuery({ queryKey: ['open'], queryFn: jsonQuery(`${server.url}/open`) });
    await vi.waitFor(() => expect(page.stats().memory).toMatchObject({ coldEntries: 1, hotEntries: 1 }), 3000);
    page.clear();
  });

  it('is known of the query, and lets no validator stand', async () => {
    answer = tagged('"v1"', rows, { 'cache-control': 'no-store' });
    await client.fetchQuery(options());
    const query = client.getQueryCache().find({ queryKey }) as unknown as { isNoStore: boolean };
    expect(query.isNoStore).toBe(true);
    expect(dehydrate(client).queries).toEqual([]);
    environmentManager.setIsServer(() => true);
    expect(dehydrate(client).queries).toHaveLength(1);
    environmentManager.setIsServer(() => false);
    client.setQueryData(queryKey, []);
    expect(query.isNoStore).toBe(true);
    answer = tagged('"v1"', rows);
    await client.fetchQuery(options());
    expect(server.last['if-none-match']).toBeUndefined();
    expect(query.isNoStore).toBe(false);
  });
});

describe('Cache-Tag', () => {
  it('adds to the tags of the query, until the next answer', async () => {
    answer = (_, response, nth) => json(response, nth, { 'cache-tag': nth === 1 ? 'a, b,,c d' : 'e' });
    await client.fetchQuery({ ...options(), tags: ['own'] });
    const found = () =>
      ['own', 'a', 'b', 'c d', 'e'].filter((tag) => client.getQueryCache().findAll({ tags: [tag] }).length > 0);
    expect(found()).toEqual(['own', 'a', 'b', 'c d']);
    await client.invalidateQueries({ tags: ['b'] });
    expect(client.getQueryState(queryKey)!.isInvalidated).toBe(true);
    client.setQueryData(queryKey, 0);
    expect(found()).toEqual(['own', 'a', 'b', 'c d']);
    await client.fetchQuery({ ...options(), tags: ['own'] });
    expect(found()).toEqual(['own', 'e']);
  });

  it('goes with the data', async () => {
    answer = tagged('"v1"', rows, { 'cache-tag': 'a', 'cache-control': 'no-store' });
    await client.fetchQuery(options());
    const query = client.getQueryCache().find({ queryKey })!;
    query.reset();
    expect(client.getQueryCache().findAll({ tags: ['a'] })).toEqual([]);
    expect(query).toMatchObject({ isNoStore: false, keptAnswer: undefined });
  });

  it('stays with a 304 that does not repeat it', async () => {
    answer = (request, response) =>
      tagged('"v1"', rows, request.headers['if-none-match'] ? {} : { 'cache-tag': 'a' })(request, response);
    await client.fetchQuery(options());
    await client.fetchQuery(options());
    expect(client.stats().http.notModified).toBe(1);
    expect(client.getQueryCache().findAll({ tags: ['a'] })).toHaveLength(1);
  });
});
