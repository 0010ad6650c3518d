import type { LiveOptions } from '#glue';
import type { LiveConnection as Connection, ConnectOptions, LiveStatus } from '../types/extras';
import { outliveTrap } from './bridge/instance';
import { notifyManager } from './notifyManager';
import type { QueryCache } from './queryCache';
import { report } from './report';

export type { ConnectOptions };

type Live = ReturnType<QueryCache['host']['openLive']>;
type Listener = (status: LiveStatus) => void;

const OPTIONS: ReadonlySet<string> = new Set(['url', 'subscribe', 'token', 'cursor', 'credentials']);

const finalizer = new FinalizationRegistry<AbortController>((listening) => listening.abort());

/** The live connection: hands the engine what the page tells, and carries out what operations leave to do. */
export class LiveConnection implements Connection {
  readonly #cache: QueryCache;
  readonly #settings: LiveOptions;
  readonly #token: ConnectOptions['token'];
  readonly #listeners = new Set<Listener>();
  readonly #listening = new AbortController();
  /** Gone once the connection has ended. */
  #live: Live | undefined;
  #turn = 0;
  #status: LiveStatus = { state: 'connecting', since: Date.now(), cursor: null, lag: null, attempts: 0 };
  #sources = 0;

  readonly id: string = makeId();

  /** Connects at once. Throws a TypeError that names the wrong option and how to mend it. */
  constructor(cache: QueryCache, options: ConnectOptions) {
    check(options);
    const { url, subscribe = [], token, cursor, credentials } = options;
    this.#settings = { url: resolveUrl(url), subscribe, credentials };
    this.#token = token;
    this.#cache = cache;
    const self = new WeakRef(this);
    try {
      this.#live = open(cache, { ...this.#settings, cursor }, token, self, this.#turn);
    } catch (error) {
      throw new TypeError(error instanceof Error ? error.message : String(error));
    }
    listenToPage(this.#listening.signal, (event) => self.deref()?.tell(event));
    finalizer.register(this, this.#listening, this);
    // A cache keeps its connections, and nothing else does: not the engine's loop, not the page's events. So a client that is
    // dropped without `close` takes its connections along.
    cache.companions.add(this);
    this.#connect(this.#live);
  }

  #connect(live: Live): void {
    live.connect();
    if (typeof navigator !== 'undefined' && navigator.onLine === false) {
      live.offline();
    }
  }

  get status(): LiveStatus {
    // Heartbeats move the cursor; they are no change that anybody is told of.
    const cursor = this.#live ? (this.#live.cursor() ?? null) : this.#status.cursor;
    if (cursor !== this.#status.cursor) {
      this.#status = { ...this.#status, cursor };
    }
    return this.#status;
  }

  // Bound, as `useSyncExternalStore` calls it bare.
  readonly getStatus = (): LiveStatus => this.#status;

  readonly subscribe = (listener: Listener): (() => void) => {
    // The same function may subscribe twice: each subscription is its own.
    const own: Listener = (status) => listener(status);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  source(): string {
    this.#sources++;
    return `${this.id}.${this.#sources}`;
  }

  write<T>(source: string, write: () => T): T {
    if (typeof source !== 'string' || source === '') {
      throw new TypeError(`live.write: the source is ${show(source)}: give what live.source() gave for the mutation.`);
    }
    if (typeof write !== 'function') {
      throw new TypeError(`live.write: got ${show(write)}: give a function that writes the answer with setQueryData.`);
    }
    const { host } = this.#cache;
    const outer = host.engine.write_for(source);
    try {
      return write();
    } finally {
      host.engine.write_for(outer);
    }
  }

  close(): void {
    this.#end('close() was called');
  }

  stop(error: Error): void {
    this.#end(error.message);
  }

  /** For the page's events. */
  tell(event: PageEvent): void {
    if (event === 'offline') {
      this.#live?.offline();
    } else if (event === 'pagehide') {
      // An open request would keep the page out of the browser's cache of pages.
      this.#live?.suspend();
    } else {
      this.#live?.wake(event);
    }
  }

  /** Goes on in a fresh engine. The cursor is the last one that was seen here: what comes twice marks the same queries twice. */
  resume(): void {
    const broken = this.#live;
    if (!broken) {
      return;
    }
    this.#live = undefined;
    try {
      // Ends its request, as far as it still can.
      broken.close();
    } catch {
      // Its loop is dead; nobody listens to it any more.
    }
    const from = { ...this.#settings, cursor: this.#status.cursor ?? undefined };
    const live = open(this.#cache, from, this.#token, new WeakRef(this), ++this.#turn);
    this.#live = live;
    this.#connect(live);
  }

  /** For the engine's loop: it calls in a microtask of its own, so never while the cache carries out another command. */
  take(turn: number, kind: string, a: unknown, b: unknown): void {
    if (!this.#live || this.#turn !== turn) {
      return;
    }
    if (kind === 'status') {
      this.#follow(a as string, b as string | undefined);
      return;
    }
    try {
      outliveTrap(() => this.#cache.host.drain(true));
    } catch (error) {
      report(error);
    }
    // Noted, for a reconnect from another engine: then this one can't be asked.
    void this.status;
  }

  #follow(state: string, reason: string | undefined): void {
    switch (state) {
      case 'connecting':
        return this.#change('connecting', undefined, this.#status.attempts + 1);
      case 'live':
        return this.#change('live', undefined, 0);
      case 'waiting':
        return this.#change('offline', reason);
      case 'stopped':
        return this.#end(reason);
      case 'replaying':
        return this.#change('replaying');
    }
  }

  #end(reason: string | undefined): void {
    const live = this.#live;
    if (!live) {
      return;
    }
    this.#change('stopped', reason);
    this.#live = undefined;
    this.#listening.abort();
    finalizer.unregister(this);
    this.#cache.companions.delete(this);
    // Ends the loop and its request, too.
    outliveTrap(() => live.free());
  }

  #change(state: LiveStatus['state'], reason?: string, attempts = this.#status.attempts): void {
    const { cursor } = this.status;
    const lag = this.#live?.lag() ?? null;
    this.#status = { state, since: Date.now(), cursor, lag, attempts, ...(reason !== undefined && { reason }) };
    const status = this.#status;
    for (const listener of this.#listeners) {
      notifyManager.schedule(() => {
        if (!this.#listeners.has(listener)) {
          return;
        }
        try {
          listener(status);
        } catch (error) {
          report(error);
        }
      });
    }
  }
}

/**
 * A function of its own: what the engine's loop holds must keep neither the cache nor the client that would end the loop.
 *
 * @param turn tells this loop's words from those of one in another engine
 */
function open(
  cache: QueryCache,
  settings: LiveOptions,
  token: ConnectOptions['token'],
  owner: WeakRef<LiveConnection>,
  turn: number,
): Live {
  return cache.host.openLive(settings, token, (kind, a, b) => owner.deref()?.take(turn, kind, a, b));
}

type PageEvent = 'visible' | 'pagehide' | 'pageshow' | 'online' | 'offline';

/** Listens to what the page tells of itself and of its network, until the signal; a worker or Node tells less or nothing. */
function listenToPage(signal: AbortSignal, tell: (event: PageEvent) => void): void {
  if (typeof document !== 'undefined') {
    const onChange = () => document.visibilityState === 'visible' && tell('visible');
    document.addEventListener('visibilitychange', onChange, { signal });
  }
  if (typeof globalThis.addEventListener === 'function') {
    for (const name of ['pagehide', 'pageshow', 'online', 'offline'] as const) {
      globalThis.addEventListener(name, () => tell(name), { signal });
    }
  }
}

/** Tells this client from all others; no secret. */
function makeId(): string {
  return Array.from({ length: 2 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, '0')).join('');
}

function check(options: ConnectOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`connect: got ${show(options)} for its options: give an object with a url.`);
  }
  for (const name of Object.keys(options)) {
    if (!OPTIONS.has(name)) {
      throw new TypeError(`connect: the option ${show(name)} is unknown: there are ${[...OPTIONS].join(', ')}.`);
    }
  }
  const { url, subscribe, token, cursor } = options;
  if (typeof url !== 'string' || url === '') {
    throw new TypeError(`connect: url is ${show(url)}: give the address of the stream, such as '/inv/v1/stream'.`);
  }
  if (subscribe !== undefined) {
    if (!Array.isArray(subscribe)) {
      throw new TypeError(`connect: subscribe is ${show(subscribe)}: give a list of globs, such as ['exec:*'].`);
    }
    const wrong = subscribe.findIndex((glob) => typeof glob !== 'string');
    if (wrong >= 0) {
      throw new TypeError(`connect: subscribe[${wrong}] is ${show(subscribe[wrong])}: give a glob, such as 'exec:*'.`);
    }
  }
  if (token !== undefined && typeof token !== 'function') {
    throw new TypeError(
      `connect: token is a ${typeof token}: give a function that returns the token, or a promise of it.`,
    );
  }
  // A `null` comes from a server that had no cursor, or from an earlier connection's status.
  if (cursor !== undefined && cursor !== null && typeof cursor !== 'string') {
    throw new TypeError(`connect: cursor is ${show(cursor)}: give the text that the server gave, or leave it out.`);
  }
}

/** The absolute address; a relative one starts at the page's. */
function resolveUrl(text: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    const remedy = base ? 'give a path or an absolute address' : 'there is no page here that it could be relative to';
    throw new TypeError(`connect: url ${show(text)} can't be read: ${remedy}.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`connect: url ${show(text)} leads to ${url.protocol}: the stream comes over http: or https:.`);
  }
  if (url.username || url.password) {
    throw new TypeError(
      `connect: the url of ${url.host} holds a user or a password: use the token option or a cookie.`,
    );
  }
  url.hash = '';
  return url.href;
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
}
