import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launch } from './browser.ts';

const pkg = join(fileURLToPath(new URL('../..', import.meta.url)), 'pkg', 'dist');
const PAGE = `<!doctype html><title>tab</title><script type="module">
  import { InfiniteQueryObserver, QueryClient, QueryObserver } from '/pkg/index.js';
  const channels = [];
  const Channel = globalThis.BroadcastChannel;
  if (Channel) globalThis.BroadcastChannel = class extends Channel {
    constructor(name) {
      super(name);
      if (name.includes('answers')) channels.push(this);
    }
  };
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000, retry: false } } });
  client.mount();
  const queryFn = async ({ queryKey, signal }) => (await fetch('/data/' + queryKey[0], { signal })).json();
  Object.assign(window, {
    client,
    channels,
    watch: (keys, options) => keys.map((key) =>
      new QueryObserver(client, { queryKey: [key], queryFn, ...options }).subscribe(() => {})),
    watchPages: () => {
      window.pages = new InfiniteQueryObserver(client, {
        queryKey: ['pages'],
        queryFn: async ({ pageParam, signal }) => (await fetch('/data/page' + pageParam, { signal })).json(),
        initialPageParam: 1,
        getNextPageParam: (_, all) => all.length + 1,
      });
      window.pages.subscribe(() => {});
    },
    versions: (keys) => keys.map((key) => client.getQueryData([key])?.version),
  });
</script>`;

/** A server whose answers take their time, and a stream that tells of its writes. */
class Data {
  url = '';
  delayMs = 0;
  version = 1;
  #position = 0;
  readonly #asked: string[] = [];
  #running: string[] = [];
  /** The most that were asked for the same thing at one time. */
  mostAtOnce = 0;
  readonly #streams = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname;
    if (path.startsWith('/data/')) {
      this.#asked.push(path.slice('/data/'.length));
      this.#running.push(path);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#running.filter((other) => other === path).length);
      response.on('close', () => this.#running.splice(this.#running.indexOf(path), 1));
      const body = JSON.stringify({ path, version: this.version });
      setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), this.delayMs);
    } else if (path === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: hello\ndata: {"v":1,"epoch":"e","hb_ms":10000,"retry_ms":1000,"jitter_ms":0}\n\n');
      response.write(`event: sync\nid: e.${this.#position}\ndata: {"replayed":0,"age_ms":60000}\n\n`);
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    }
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What was asked for since the last time. */
  asked(): string[] {
    return this.#asked.splice(0).sort();
  }

  /** Another program writes everything, and the stream tells of it. */
  write(): void {
    this.version++;
    this.#position++;
    for (const stream of this.#streams) {
      stream.write(`event: inv\nid: e.${this.#position}\ndata: {"ops":[{"k":"glob","p":"*"}],"mode":"refetch"}\n\n`);
    }
  }
}

const data = new Data();
let browser: Browser;
beforeAll(async () => {
  [browser] = await Promise.all([launch(), data.start()]);
});
beforeEach(() => {
  data.delayMs = 0;
  data.mostAtOnce = 0;
  data.asked();
});
afterAll(async () => {
  await browser?.close();
  data.stop();
});

async function withTabs(count: number, run: (tabs: Page[], context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  await context.route('**/pkg/*.js', (route) =>
    route.fulfill({ path: join(pkg, new URL(route.request().url()).pathname.split('/').at(-1)!) }),
  );
  const tabs: Page[] = [];
  for (let i = 0; i < count; i++) tabs.push(await open(context));
  try {
    await run(tabs, context);
  } finally {
    await context.close();
  }
}

async function open(context: BrowserContext, options: object | null = { scope: 'ada' }): Promise<Page> {
  const page = await context.newPage();
  await page.goto(data.url);
  await page.waitForFunction(() => 'client' in window);
  await page.evaluate((options) => options && (window as any).client.shareAnswers(options), options);
  return page;
}

const watch = (page: Page, keys: string[], options: object = {}) =>
  page.evaluate(([keys, options]) => void (window as any).watch(keys, options), [keys, options] as const);
const versions = (page: Page, keys: string[]): Promise<(number | undefined)[]> =>
  page.evaluate((keys) => (window as any).versions(keys), keys);
const shows = (page: Page, keys: string[], version = data.version) =>
  expect.poll(() => versions(page, keys), { timeout: 8000, interval: 10 }).toEqual(keys.map(() => version));
const shared = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => (window as any).client.stats().shared);

const KEYS = Array.from({ length: 20 }, (_, i) => `key${String(i).padStart(2, '0')}`);

test('three tabs that mount the same queries at once fetch each of them once, and a fourth takes all of them', async () => {
  await withTabs(3, async (tabs, context) => {
    data.delayMs = 100;
    await Promise.all(tabs.map((tab) => watch(tab, KEYS)));
    await Promise.all(tabs.map((tab) => shows(tab, KEYS)));
    expect(data.asked()).toEqual(KEYS);
    const fourth = await open(context);
    await watch(fourth, KEYS);
    await shows(fourth, KEYS);
    expect(data.asked()).toEqual([]);
    expect(await shared(fourth)).toMatchObject({ asked: 20, taken: 20, takeovers: 0, refused: 0 });
    const when = (page: Page) =>
      page.evaluate((keys) => keys.map((key) => (window as any).client.getQueryState([key]).dataUpdatedAt), KEYS);
    expect(await when(fourth)).toEqual(await when(tabs[0]!));
    // Who wants it anew gets it anew.
    data.version++;
    await Promise.all(tabs.map((tab) => tab.evaluate(() => void (window as any).client.refetchQueries())));
    await Promise.all(tabs.map((tab) => shows(tab, KEYS)));
    expect(await versions(fourth, KEYS)).toEqual(KEYS.map(() => data.version - 1));
  });
});

test.each(['close', 'crash', 'hang'] as const)(
  'a tab that fetches ends by %s: another one takes over within 2 s',
  async (end) => {
    await withTabs(3, async (tabs, context) => {
      data.delayMs = 60_000;
      await watch(tabs[0]!, ['slow']);
      await expect.poll(() => data.asked(), { interval: 10 }).toEqual(['slow']);
      const rest = tabs.slice(1);
      await Promise.all(rest.map((tab) => watch(tab, ['slow'])));
      await expect.poll(async () => Promise.all(rest.map(async (tab) => (await shared(tab))['asked']))).toEqual([1, 1]);
      expect(data.asked()).toEqual([]);
      data.delayMs = 50;
      const session = await context.newCDPSession(tabs[0]!);
      const from = performance.now();
      if (end === 'close') await tabs[0]!.close();
      if (end === 'crash') void session.send('Page.crash').catch(() => {});
      if (end === 'hang') {
        void tabs[0]!
          .evaluate(() => {
            const until = performance.now() + 5000;
            while (performance.now() < until);
          })
          .catch(() => {});
      }
      await Promise.all(rest.map((tab) => shows(tab, ['slow'])));
      expect(performance.now() - from).toBeLessThan(2000);
      // One of the two, not both.
      expect(data.asked()).toEqual(['slow']);
    });
  },
);

test('an answer from before an invalidation is never taken', async () => {
  await withTabs(2, async ([first, second]) => {
    await watch(first!, ['a', 'b']);
    await shows(first!, ['a', 'b']);
    data.asked();
    data.version++;
    // What it means is cached in the other tab only.
    await second!.evaluate(() => (window as any).client.invalidateQueries());
    await watch(second!, ['a', 'b']);
    await shows(second!, ['a', 'b']);
    expect(data.asked()).toEqual(['a', 'b']);
    // A fetch that was under way when this tab invalidated isn't waited for either.
    data.delayMs = 500;
    await first!.evaluate(() => void (window as any).client.refetchQueries());
    const asked: string[] = [];
    await expect.poll(() => asked.push(...data.asked()), { interval: 10 }).toBe(2);
    expect(asked.sort()).toEqual(['a', 'b']);
    data.version++;
    data.delayMs = 0;
    await second!.evaluate(() => void (window as any).client.invalidateQueries());
    await shows(second!, ['a', 'b']);
    expect(data.asked()).toEqual(['a', 'b']);
  });
});

test('live tabs fetch once for all what the server says is stale, and a new one takes what is right', async () => {
  await withTabs(3, async (tabs, context) => {
    const connect = (tab: Page) =>
      tab.evaluate(() => {
        (window as any).live = (window as any).client.connect({ url: '/stream' });
      });
    const isLive = (tab: Page) => tab.waitForFunction(() => (window as any).live.status.state === 'live');
    for (const tab of tabs) {
      await connect(tab);
      await watch(tab, KEYS);
      await isLive(tab);
    }
    await Promise.all(tabs.map((tab) => shows(tab, KEYS)));
    expect(data.asked()).toEqual(KEYS);
    data.delayMs = 50;
    data.write();
    await Promise.all(tabs.map((tab) => shows(tab, KEYS)));
    expect(data.asked().length).toBeLessThanOrEqual(KEYS.length + 2);
    const fourth = await open(context);
    await connect(fourth);
    await watch(fourth, KEYS);
    await shows(fourth, KEYS);
    await isLive(fourth);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(data.asked()).toEqual([]);
    data.write();
    await shows(fourth, KEYS);
  });
});

test('three tabs that poll, or come back online, have one fetch under way at a time', async () => {
  await withTabs(3, async (tabs, context) => {
    data.delayMs = 80;
    await Promise.all(tabs.map((tab) => watch(tab, ['polled'], { staleTime: 0, refetchInterval: 250 })));
    await Promise.all(tabs.map((tab) => watch(tab, ['online'], { staleTime: 0 })));
    await Promise.all(tabs.map((tab) => shows(tab, ['polled', 'online'])));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    data.version++;
    await Promise.all(tabs.map((tab) => shows(tab, ['polled'])));
    await context.setOffline(true);
    await context.setOffline(false);
    await Promise.all(tabs.map((tab) => shows(tab, ['online'])));
    expect(data.mostAtOnce).toBe(1);
  });
});

test('a refetch by hand never takes the answer of a fetch that was under way before', async () => {
  await withTabs(3, async (tabs) => {
    await Promise.all(tabs.map((tab) => watch(tab, ['a'])));
    await Promise.all(tabs.map((tab) => shows(tab, ['a'])));
    data.asked();
    data.delayMs = 800;
    await tabs[0]!.evaluate(() => void (window as any).client.refetchQueries());
    const asked: string[] = [];
    await expect.poll(() => asked.push(...data.asked()), { interval: 5 }).toBe(1);
    // That one has answered before the two others ask: what they get must not be its answer.
    data.version++;
    await Promise.all(tabs.slice(1).map((tab) => tab.evaluate(() => void (window as any).client.refetchQueries())));
    await Promise.all(tabs.slice(1).map((tab) => shows(tab, ['a'])));
    expect(await versions(tabs[0]!, ['a'])).toEqual([data.version - 1]);
    expect(data.asked().length).toBeGreaterThan(0);
  });
});

test('pages are shared as they are shown, and one more is fetched by who wants it', async () => {
  await withTabs(2, async ([first, second]) => {
    const pages = (tab: Page) =>
      tab.evaluate(() => ((window as any).pages.getCurrentResult().data?.pages ?? []).map((page: any) => page.version));
    const has = (tab: Page, expected: number[]) => expect.poll(() => pages(tab), { interval: 10 }).toEqual(expected);
    await first!.evaluate(() => (window as any).watchPages());
    await has(first!, [data.version]);
    await second!.evaluate(() => (window as any).watchPages());
    await has(second!, [data.version]);
    expect(data.asked()).toEqual(['page1']);
    expect(await shared(second!)).toMatchObject({ taken: 1 });
    await first!.evaluate(() => (window as any).pages.fetchNextPage());
    await has(first!, [data.version, data.version]);
    expect(data.asked()).toEqual(['page2']);
    // The other one shows one page, and goes on with that.
    data.version++;
    await second!.evaluate(() => void (window as any).client.refetchQueries());
    await has(second!, [data.version]);
    expect(data.asked()).toEqual(['page1']);
    await has(first!, [data.version - 1, data.version - 1]);
  });
});

test('scopes, queries that are kept out, and tabs without the means fetch for themselves', async () => {
  await withTabs(1, async ([first], context) => {
    await watch(first!, ['a', 'b']);
    await shows(first!, ['a', 'b']);
    data.asked();
    const bob = await open(context, { scope: 'bob' });
    await watch(bob, ['a']);
    await shows(bob, ['a']);
    expect(data.asked()).toEqual(['a']);
    const ada = await open(context);
    await watch(ada, ['a'], { shareAnswers: false });
    await watch(ada, ['b'], { sensitive: true });
    await shows(ada, ['a', 'b']);
    expect(data.asked()).toEqual(['a', 'b']);
    await context.addInitScript(() => {
      (globalThis as any).BroadcastChannel = undefined;
    });
    const poor = await open(context);
    await watch(poor, ['a']);
    await shows(poor, ['a']);
    expect(data.asked()).toEqual(['a']);
  });
});

test('whoever has signed out gives and takes nothing', async () => {
  await withTabs(2, async ([first, second]) => {
    await watch(first!, ['a']);
    await shows(first!, ['a']);
    data.asked();
    await first!.evaluate(() => (window as any).client.signOut());
    await watch(second!, ['a']);
    await shows(second!, ['a']);
    expect(data.asked()).toContain('a');
    expect(await shared(second!)).toMatchObject({ taken: 0 });
  });
});

test('a hostile script on the channel changes nothing', async () => {
  await withTabs(3, async ([first, second, hostile]) => {
    await hostile!.evaluate(() => {
      const [common] = (window as any).channels;
      const words = ['', 'x', 'ferroquery-answers-2', 'ferroquery-answers-2\u001fme\u001f1\u001fbye'];
      const kinds = ['hello', 'want', 'no', 'busy', 'have', 'give', 'value', 'gone', 'ping', 'pong'];
      for (const kind of kinds)
        words.push(`ferroquery-answers-2\u001fme\u001f99\u001f${kind}\u001f1\u001f1\u001f1\u001f1\u001f\u001f["a"]`);
      setInterval(() => {
        for (const word of words) {
          common.postMessage(word);
          common.postMessage([word]);
          common.postMessage([word, new Map([[1, { deep: [word] }]])]);
        }
        for (const odd of [null, 7, [], [[]], { 0: 'x' }, ['x'.repeat(1e5)]]) common.postMessage(odd);
      }, 5);
    });
    await watch(first!, KEYS);
    await shows(first!, KEYS);
    await watch(second!, KEYS);
    await shows(second!, KEYS);
    // "me" never answers: the first question waits for it, no other does.
    expect(data.asked()).toEqual(KEYS);
    expect((await shared(second!))['refused']).toBeGreaterThan(10);
  });
});
