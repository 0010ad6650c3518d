import { type ConnectOptions, type LiveConnection, type LiveStatus, QueryClient } from 'ferroquery';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Server } from '../browser/server';
import { behaveAsPage } from './browserLike.js';
import { HELLO, inv, Peer, type Request, sync, Wire } from './peer.js';
import { settle, watch } from './watch.js';

behaveAsPage();

const PATIENCE = { timeout: 10_000, interval: 10 };
const NEVER = 'http://127.0.0.1:9/inv/v1/stream';

let client: QueryClient;
let connections: LiveConnection[];
/** What to stop after the test, last started first. */
let started: { stop(): Promise<void> }[];

beforeEach(() => {
  client = new QueryClient({ rules: { 'credits.spent': ['budget:{workspace_id}'] } });
  connections = [];
  started = [];
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  client.clear();
  for (const each of started.reverse()) await each.stop();
});

function connect(options: ConnectOptions): LiveConnection {
  const connection = client.connect(options);
  connections.push(connection);
  return connection;
}

async function peer(answer: (request: Request, index: number) => void): Promise<Peer> {
  const made = await Peer.start(answer);
  started.push(made);
  return made;
}

const becomes = (connection: LiveConnection, state: LiveStatus['state']) =>
  expect.poll(() => connection.status.state, PATIENCE).toBe(state);

/** The requests so far, once there are so many. */
async function requests(of: Peer, count: number): Promise<Request[]> {
  await expect.poll(() => of.requests.length, PATIENCE).toBeGreaterThanOrEqual(count);
  return of.requests;
}

const isInvalidated = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;

describe('with the hub of the example', () => {
  let server: Server;
  let wire: Wire;
  beforeEach(async () => {
    server = await Server.start();
    wire = await Wire.to(server.url);
    started.push(server, wire);
  });

  const spend = () => server.send('POST', '/api/credits/ws1', { amount: 1 });
  /** Connects, and sends the request for the stream before any other. */
  async function open(options: Partial<ConnectOptions> = {}): Promise<LiveConnection> {
    const connection = connect({ url: `${wire.url}/inv/v1/stream`, ...options });
    await settle();
    return connection;
  }

  it('fetches what an event hits, and nothing else', async () => {
    const connection = await open();
    const budget = watch(client, ['budget', 'ws1']);
    const other = watch(client, ['budget', 'ws2']);
    await becomes(connection, 'live');
    const at = Date.now();
    await spend();
    await expect.poll(budget.fetches, PATIENCE).toBe(2);
    expect(Date.now() - at, 'ms from the write to the fetch').toBeLessThan(1000);
    expect(other.fetches()).toBe(1);
    expect(connection.status.cursor).toMatch(/^[\w.-]+$/);
    expect(client.stats().ignoredEvents).toBe(0);
  });

  it('hears only of what it subscribed to', async () => {
    const connection = await open({ subscribe: ['event:agent.*'] });
    const budget = watch(client, ['budget', 'ws1']);
    await becomes(connection, 'live');
    await spend();
    await settle(500);
    expect(budget.fetches()).toBe(1);
  });

  it('catches up on what happened while the network was gone, and only on that', async () => {
    const connection = await open();
    const budget = watch(client, ['budget', 'ws1']);
    const other = watch(client, ['budget', 'ws2']);
    await becomes(connection, 'live');
    wire.cut();
    await becomes(connection, 'offline');
    await spend();
    await settle(300);
    expect(budget.fetches()).toBe(1);
    wire.mend();
    await becomes(connection, 'live');
    await expect.poll(budget.fetches, PATIENCE).toBe(2);
    await settle(300);
    expect(other.fetches(), 'a reset would have fetched it').toBe(1);
  });

  it('takes everything for stale when the server has lost its history', async () => {
    const connection = await open();
    const watched = [watch(client, ['budget', 'ws1']), watch(client, ['elsewhere'])];
    client.setQueryData(['unwatched'], 1);
    await becomes(connection, 'live');
    const { cursor } = connection.status;
    await server.kill();
    await becomes(connection, 'offline');
    await server.resume();
    await becomes(connection, 'live');
    expect(connection.status.cursor?.split('.')[0]).not.toBe(cursor?.split('.')[0]);
    for (const { fetches } of watched) await expect.poll(fetches, PATIENCE).toBe(2);
    expect(isInvalidated(['unwatched'])).toBe(true);
  });
});

describe('data from before the connection', () => {
  const streams = (request: Request) => request.stream(HELLO + sync('e1.1'));

  it('is proven by a cursor', async () => {
    const { url } = await peer(streams);
    const before = watch(client, ['before']);
    await settle();
    await becomes(connect({ url, cursor: 'e1.0' }), 'live');
    await settle(50);
    expect(before.fetches()).toBe(1);
    expect(isInvalidated(['before'])).toBe(false);
  });

  it('is stale without one: nobody knows what it has missed', async () => {
    const { url } = await peer(streams);
    const before = watch(client, ['before']);
    client.setQueryData(['unwatched'], 1);
    await settle();
    await becomes(connect({ url }), 'live');
    await expect.poll(before.fetches, PATIENCE).toBe(2);
    expect(isInvalidated(['unwatched'])).toBe(true);
    await settle(50);
    expect(before.fetches()).toBe(2);
  });

  it('counts as such if its request was sent first, and not if it was sent later', async () => {
    const fetches = { first: 0, later: 0 };
    const slow = (name: 'first' | 'later') => () => {
      fetches[name]++;
      return settle(200).then(() => 1);
    };
    const { url } = await peer(streams);
    watch(client, ['first'], { queryFn: slow('first') });
    const connection = connect({ url });
    await settle();
    watch(client, ['later'], { queryFn: slow('later') });
    await becomes(connection, 'live');
    await expect.poll(() => fetches.first, PATIENCE).toBe(2);
    await settle(300);
    expect(fetches).toEqual({ first: 2, later: 1 });
  });

  it('is not what is mounted in the same task, after the connection was opened', async () => {
    const { url } = await peer(streams);
    const connection = connect({ url });
    const query = watch(client, ['a']);
    await becomes(connection, 'live');
    await settle(100);
    expect(query.fetches()).toBe(1);
  });

  it('is asked about once, not with each connection', async () => {
    const { url, requests: seen } = await peer(streams);
    const connection = connect({ url });
    await settle();
    const query = watch(client, ['a']);
    await becomes(connection, 'live');
    seen[0]!.cut();
    await becomes(connection, 'offline');
    await becomes(connection, 'live');
    await settle(50);
    expect(query.fetches()).toBe(1);
    expect(seen[1]!.params.get('cursor')).toBe('e1.1');
  });
});

describe('an answer that no hub gives', () => {
  it('treats an operation it does not know as a reset', async () => {
    const { url } = await peer((request) =>
      request.stream(HELLO + sync('e1.1') + inv('e1.2', { k: 'region', eu: true }, { k: 'key', key: ['a'] })),
    );
    const connection = connect({ url, cursor: 'e1.0' });
    client.setQueryData(['a'], 1);
    client.setQueryData(['b', { deep: true }], 1);
    await expect.poll(() => connection.status.cursor, PATIENCE).toBe('e1.2');
    expect([isInvalidated(['a']), isInvalidated(['b', { deep: true }])]).toEqual([true, true]);
  });

  it('says so when it is a page and not a stream', async () => {
    const web = await peer(({ response }) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><title>App</title>');
    });
    const connection = connect({ url: web.url });
    await becomes(connection, 'offline');
    expect(connection.status.reason).toMatch(/text\/html.*expected text\/event-stream.*url/);
    await requests(web, 2);
    expect(connection.status.cursor).toBeNull();
  });

  it('survives 100 MB without a line end, in bounded memory', async () => {
    const chunk = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    const flood = ({ response }: Request) => {
      while (sent < 100 && !response.destroyed && response.write(chunk)) sent++;
      if (sent < 100 && !response.destroyed) {
        sent++;
        response.once('drain', () => flood({ response } as Request));
      }
    };
    const server = await peer((request, index) => {
      request.stream(HELLO + (index === 0 ? 'data: ' : sync('e1.1')));
      if (index === 0) flood(request);
    });
    const memory = client.stats().memoryBytes;
    const connection = connect({ url: server.url, cursor: 'e1.0' });
    client.setQueryData(['a'], 1);
    await becomes(connection, 'live');
    expect(sent, 'MB taken before the client hung up').toBeLessThan(30);
    expect(client.stats().memoryBytes - memory, 'bytes of growth').toBeLessThan(16 << 20);
    expect(server.requests[0]!.closed).toBe(true);
    // What the event would have said is lost, and owned up to.
    expect(isInvalidated(['a'])).toBe(true);
  });

  it('applies nothing of half an event, and asks for it again', async () => {
    const event = inv('e1.2', { k: 'key', key: ['a'] });
    const half = await peer((request, index) => {
      request.stream(HELLO + sync('e1.1') + (index === 0 ? event.slice(0, -1) : event));
    });
    const connection = connect({ url: half.url, cursor: 'e1.0' });
    client.setQueryData(['a'], 1);
    await expect.poll(() => connection.status.cursor, PATIENCE).toBe('e1.1');
    await settle(100);
    half.requests[0]!.cut();
    await becomes(connection, 'offline');
    expect(isInvalidated(['a'])).toBe(false);
    const [, second] = await requests(half, 2);
    expect(second!.params.get('cursor')).toBe('e1.1');
    await expect.poll(() => isInvalidated(['a']), PATIENCE).toBe(true);
    expect(connection.status.cursor).toBe('e1.2');
  });

  it('stops where the server forbids it', async () => {
    const { url, requests: seen } = await peer(({ response }) => response.writeHead(403).end());
    const connection = connect({ url });
    await becomes(connection, 'stopped');
    expect(connection.status.reason).toContain('403');
    await settle(1500);
    expect(seen).toHaveLength(1);
  });
});

describe('the request', () => {
  it('carries subscriptions and a token, and asks for another one after a 401', async () => {
    const tokens = ['old', 'new'];
    const guarded = await peer((request) => {
      if (request.message.headers.authorization === 'Bearer new') request.stream(HELLO + sync('e1.1'));
      else request.response.writeHead(401).end();
    });
    const token = vi.fn(async () => tokens.shift() ?? 'new');
    const connection = connect({ url: `${guarded.url}?app=1`, subscribe: ['a:*', 'b&c=?'], token });
    await becomes(connection, 'live');
    expect(token).toHaveBeenCalledTimes(2);
    const { params, message } = guarded.requests[0]!;
    expect([params.get('app'), params.getAll('sub'), params.get('cursor')]).toEqual(['1', ['a:*', 'b&c=?'], null]);
    expect(message.headers.authorization).toBe('Bearer old');
    expect(guarded.requests[0]!.message.url).not.toContain('old');
  });

  it('is tried again when there is no token', async () => {
    const { url } = await peer((request) => request.stream(HELLO + sync('e1.1')));
    let isFirst = true;
    const token = () => {
      if (!isFirst) return 'token';
      isFirst = false;
      throw new Error('the session is not there yet');
    };
    const connection = connect({ url, token });
    await becomes(connection, 'offline');
    expect(connection.status.reason).toContain('the session is not there yet');
    await becomes(connection, 'live');
  });
});

describe('the token', () => {
  const streams = (request: Request) => request.stream(HELLO + sync('e1.1'));

  it('is asked for again before it expires', async () => {
    const exp = Math.floor(Date.now() / 1000) + 8;
    const hello = HELLO.replace('"v":1', `"v":1,"exp":${exp}`);
    const { url } = await peer((request, index) => request.stream((index === 0 ? hello : HELLO) + sync('e1.1')));
    const asked: boolean[] = [];
    let askedAt = 0;
    const connection = connect({
      url,
      token: (refused) => {
        asked.push(refused);
        askedAt = Date.now();
        return `token-${asked.length}`;
      },
    });
    await expect.poll(() => asked, { timeout: 9000 }).toEqual([false, true]);
    expect(askedAt).toBeLessThan(exp * 1000);
    await becomes(connection, 'live');
  });

  it.each([
    ['no string', () => 7, /no string but number/],
    ['one that no header takes', () => 'secret\n', /characters that no header takes/],
    ['a rejection', () => Promise.reject(new Error('logged out')), /logged out/],
  ])('is %s: that is told, without a word of it', async (_, token, says) => {
    const server = await peer(streams);
    const connection = connect({ url: server.url, token: token as never });
    await becomes(connection, 'offline');
    expect(connection.status.reason).toMatch(says);
    expect(connection.status.reason).not.toContain('secret');
    expect(server.requests).toHaveLength(0);
  });
});

describe('an own mutation', () => {
  const own = (src: string) =>
    `event: inv\nid: e1.9\ndata: ${JSON.stringify({ ops: [{ k: 'prefix', key: ['agent'] }], mode: 'refetch', src })}\n\n`;

  async function live() {
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url: server.url });
    await becomes(connection, 'live');
    const [one, two] = [watch(client, ['agent', 1]), watch(client, ['agent', 2])];
    await settle(50);
    const source = connection.source();
    const arrives = async () => {
      server.requests[0]!.response.write(own(source));
      await expect.poll(() => connection.status.cursor, PATIENCE).toBe('e1.9');
      await settle(50);
    };
    return { connection, source, arrives, fetches: () => [one.fetches(), two.fetches()] };
  }

  it('comes back as an event, and what holds its answer is not fetched again', async () => {
    const { connection, source, arrives, fetches } = await live();
    expect(connection.write(source, () => client.setQueryData(['agent', 1], 'the answer'))).toBe('the answer');
    await arrives();
    expect(fetches()).toEqual([1, 2]);
    expect(isInvalidated(['agent', 1])).toBe(false);
  });

  it('whose answer was not written is as anybody else’s', async () => {
    const { connection, arrives, fetches } = await live();
    client.setQueryData(['agent', 1], 'optimistic');
    connection.write(connection.source(), () => client.setQueryData(['agent', 1], 'of another mutation'));
    await arrives();
    expect(fetches()).toEqual([2, 2]);
  });

  it('is named by the connection', async () => {
    const { connection } = await live();
    expect(connection.id).toMatch(/^[a-z0-9]{16}$/);
    expect(connection.source()).not.toBe(connection.source());
    expect(() => connection.write('', () => 1)).toThrow(/source is "".*live\.source\(\)/);
    expect(() => connection.write('a', 7 as never)).toThrow(/got 7.*function/);
    expect(() =>
      connection.write('a', () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

describe('the status', () => {
  it('tells of each change, and counts the attempts', async () => {
    const { url } = await peer((request, index) => {
      if (index < 2) request.response.writeHead(503).end();
      else request.stream(HELLO + sync('e1.1'));
    });
    const connection = connect({ url });
    const told: LiveStatus[] = [];
    connection.subscribe((status) => told.push(status));
    expect(connection.status.state).toBe('connecting');
    await becomes(connection, 'live');
    await settle();
    const [first, last] = [told[0]!, told.at(-1)!];
    expect(told.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual([
      ...['connecting 1', 'offline 1', 'connecting 2', 'offline 2', 'connecting 3', 'replaying 3', 'live 0'],
    ]);
    expect(told[1]!.reason).toContain('503');
    expect(last.reason).toBeUndefined();
    expect(last.since).toBeGreaterThanOrEqual(first.since);
    expect(connection.status).toBe(connection.status);
  });

  it('reports a listener that throws, and goes on', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const { url } = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url });
    const states: string[] = [];
    connection.subscribe(() => {
      throw new Error('mine');
    });
    connection.subscribe(({ state }) => states.push(state));
    await expect.poll(() => states, PATIENCE).toEqual(['connecting', 'replaying', 'live']);
    expect(reported.mock.calls.map(([error]) => error.message)).toEqual(['mine', 'mine', 'mine']);
    vi.unstubAllGlobals();
  });

  it('goes on after a listener of the cache has thrown', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url: server.url, cursor: 'e1.0' });
    client.setQueryData(['a'], 1);
    client.setQueryData(['b'], 1);
    await becomes(connection, 'live');
    const stop = client.getQueryCache().subscribe(() => {
      throw new Error('mine');
    });
    server.requests[0]!.response.write(inv('e1.2', { k: 'key', key: ['a'] }));
    await expect.poll(() => reported.mock.calls.length, PATIENCE).toBe(1);
    stop();
    server.requests[0]!.response.write(inv('e1.3', { k: 'key', key: ['b'] }));
    await expect.poll(() => isInvalidated(['b']), PATIENCE).toBe(true);
    expect(connection.status.state).toBe('live');
    vi.unstubAllGlobals();
  });

  it('is one object until it changes, and says how long nothing was known', async () => {
    const { url, requests: seen } = await peer((request, index) => {
      if (index === 1) request.response.writeHead(503).end();
      else request.stream(HELLO + sync('e1.1'));
    });
    const connection = connect({ url });
    const { getStatus, subscribe } = connection;
    const told: LiveStatus[] = [];
    subscribe((status) => told.push(status));
    expect(getStatus()).toMatchObject({ state: 'connecting', lag: null });
    await becomes(connection, 'live');
    const live = getStatus();
    seen[0]!.response.write('event: hb\nid: e1.2\ndata: {}\n\n');
    await expect.poll(() => connection.status.cursor, PATIENCE).toBe('e1.2');
    await settle(200);
    expect(live.lag).toBe(0);
    seen[0]!.cut();
    await expect.poll(() => told.filter(({ state }) => state === 'live').length, PATIENCE).toBe(2);
    expect(told.map(({ state }) => state)).toContain('offline');
    const lags = told.filter(({ state }) => state === 'offline').map(({ lag }) => lag!);
    expect(lags[0]).toBeGreaterThanOrEqual(200);
    expect(lags[1]).toBeGreaterThanOrEqual(lags[0]!);
    expect(getStatus()).toBe(told.at(-1));
  });

  it('says nothing to who no longer listens', async () => {
    const { url } = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url });
    const listener = vi.fn();
    connection.subscribe(listener)();
    await becomes(connection, 'live');
    await settle();
    expect(listener).not.toHaveBeenCalled();
  });
});

describe('the end', () => {
  it('close ends the request, and no other follows', async () => {
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url: server.url });
    await becomes(connection, 'live');
    const states: string[] = [];
    connection.subscribe(({ state }) => states.push(state));
    connection.close();
    expect(connection.status).toMatchObject({ state: 'stopped', cursor: 'e1.1' });
    connection.close();
    await expect.poll(() => server.requests[0]!.closed, PATIENCE).toBe(true);
    await settle(1500);
    expect(server.requests).toHaveLength(1);
    expect(states).toEqual(['stopped']);
  });

  it('close ends a request that has been open for long', async () => {
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url: server.url });
    await becomes(connection, 'live');
    // Node's fetch may have lost its signal by now.
    for (let i = 0; i < 5; i++) {
      globalThis.gc!();
      await settle();
    }
    connection.close();
    await expect.poll(() => server.requests[0]!.closed, PATIENCE).toBe(true);
  });

  it('close, called by a listener while an event is applied, drops the rest', async () => {
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const connection = connect({ url: server.url, cursor: 'e1.0' });
    client.setQueryData(['a'], 1);
    client.setQueryData(['b'], 1);
    await becomes(connection, 'live');
    client.getQueryCache().subscribe(() => connection.close());
    server.requests[0]!.response.write(inv('e1.2', { k: 'key', key: ['a'] }) + inv('e1.3', { k: 'key', key: ['b'] }));
    await becomes(connection, 'stopped');
    await expect.poll(() => server.requests[0]!.closed, PATIENCE).toBe(true);
    expect([isInvalidated(['a']), isInvalidated(['b'])]).toEqual([true, false]);
  });

  it.each([
    ['without a token', undefined],
    ['with one', () => Promise.reject(new Error('too late'))],
  ])('close in the task of connect leaves nothing behind, %s', async (_, token) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { url } = await peer((request) => request.stream(HELLO + sync('e1.1')));
    connect({ url, ...(token && { token }) }).close();
    await settle(100);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('close while waiting cancels the next attempt', async () => {
    const server = await peer(({ response }) => response.writeHead(503).end());
    const connection = connect({ url: server.url });
    await becomes(connection, 'offline');
    connection.close();
    const { length } = server.requests;
    await settle(1500);
    expect(server.requests).toHaveLength(length);
  });

  it('unmount and clear leave it open: who opened it closes it', async () => {
    const { url } = await peer((request) => request.stream(HELLO + sync('e1.1')));
    client.mount();
    const connection = connect({ url });
    await becomes(connection, 'live');
    client.unmount();
    client.clear();
    await settle(50);
    expect(connection.status.state).toBe('live');
  });

  it.each([true, false])('a dropped client is collected, closed before: %s', async (closes) => {
    const server = await peer((request) => request.stream(HELLO + sync('e1.1')));
    const dropped = await (async () => {
      const own = new QueryClient();
      const connection = own.connect({ url: server.url });
      // A poll of the test runner would hold the connection.
      while (connection.status.state !== 'live') await settle();
      if (closes) connection.close();
      return new WeakRef(own.getQueryCache());
    })();
    await expect
      .poll(() => {
        globalThis.gc!();
        return [dropped.deref() === undefined, server.requests[0]!.closed];
      }, PATIENCE)
      .toEqual([true, true]);
  });
});

describe('options that can not work', () => {
  const wrong: [name: string, options: unknown, says: RegExp][] = [
    ['none', undefined, /undefined.*url/],
    ['no url', {}, /url is undefined.*address/],
    ['an empty url', { url: '' }, /url is "".*address/],
    ['a relative url without a page', { url: '/inv/v1/stream' }, /"\/inv\/v1\/stream".*no page/],
    ['another protocol', { url: 'ws://127.0.0.1/' }, /ws:.*http:/],
    ['a password in the url', { url: 'http://me:secret@127.0.0.1/' }, /password.*token/],
    ['one glob', { url: NEVER, subscribe: 'a:*' }, /subscribe is "a:\*".*list/],
    ['a glob that is none', { url: NEVER, subscribe: ['a', 7] }, /subscribe\[1\] is 7.*glob/],
    ['a glob that is too long', { url: NEVER, subscribe: ['?'.repeat(5000)] }, /subscribe "\?+".*5000.*4096/],
    ['a token that is none', { url: NEVER, token: 'abc' }, /token is a string.*function/],
    ['a cursor that is none', { url: NEVER, cursor: 7 }, /cursor is 7/],
    ['other credentials', { url: NEVER, credentials: 'all' }, /credentials "all".*include/],
    ['an unknown name', { url: NEVER, subscriptions: [] }, /"subscriptions".*subscribe/],
    ['tabs that are none', { url: NEVER, tabs: 'yes' }, /tabs is "yes".*true or false/],
    ['a scope that is none', { url: NEVER, scope: 7 }, /scope is 7.*user/],
    ['shared tokens of nobody', { url: NEVER, token: () => 'a', tabs: true }, /token.*scope/],
  ];
  it.each(wrong)('%s', (_, options, says) => {
    let thrown: unknown;
    try {
      connect(options as ConnectOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as Error).message).toMatch(says);
    expect((thrown as Error).message).not.toContain('secret');
  });
});
