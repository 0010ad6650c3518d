import type { LiveOptions } from '#glue';
import type { LiveConnection as Connection, ConnectOptions, LiveStatus } from '../../types/extras';
import { outliveTrap } from '../bridge/instance';
import { notifyManager } from '../notifyManager';
import type { QueryCache } from '../queryCache';
import { report } from '../report';
import { show } from '../show';
import { readOptions } from './options';
import { listenToPage, type PageEvent } from './page';
import { Tabs } from './tabs';

export type { ConnectOptions };

type Live = ReturnType<QueryCache['host']['openLive']>;
type Listener = (status: LiveStatus) => void;

const finalizer = new FinalizationRegistry<AbortController>((listening) => listening.abort());

/** The live connection: hands the engine what the page tells, and carries out what operations leave to do. */
export class LiveConnection implements Connection {
  readonly #cache: QueryCache;
  readonly #settings: LiveOptions;
  readonly #token: ConnectOptions['token'];
  readonly #listeners = new Set<Listener>();
  readonly #listening = new AbortController();
  readonly #tabs: Tabs | undefined;
  /** Gone once the connection has ended. */
  #live: Live | undefined;
  #turn = 0;
  #status: LiveStatus = { state: 'connecting', since: Date.now(), cursor: null, lag: null, attempts: 0 };
  #sources = 0;

  readonly id: string = makeId();

  /** Connects at once. Throws a TypeError that names the wrong option and how to mend it. */
  constructor(cache: QueryCache, options: ConnectOptions) {
    this.#settings = readOptions(options);
    this.#token = options.token;
    this.#cache = cache;
    const self = new WeakRef(this);
    try {
      this.#live = open(cache, this.#settings, this.#token, self, this.#turn);
    } catch (error) {
      throw new TypeError(error instanceof Error ? error.message : String(error));
    }
    this.#tabs = this.#settings.tabs ? share(this.#live.lock_name(), self, this.#listening.signal) : undefined;
    listenToPage(this.#listening.signal, (event) => self.deref()?.tell(event));
    finalizer.register(this, this.#listening, this);
    // A cache keeps its connections, and nothing else does: not the engine's loop, not the page's events. So a client that is
    // dropped without `close` takes its connections along.
    cache.companions.add(this);
    cache.wasLive = true;
    this.#connect(this.#live);
  }

  #connect(live: Live): void {
    live.connect();
    this.#tellNetwork();
  }

  #tellNetwork(): void {
    if (typeof navigator !== 'undefined' && navigator.onLine === false) {
      this.#live?.offline();
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

  /** Of which stream it has applied everything up to where. */
  position(): string | undefined {
    const cursor = this.#live?.cursor();
    return cursor === undefined ? undefined : `${this.#live!.lock_name()}@${cursor}`;
  }

  hasApplied(position: string): boolean {
    const at = position.indexOf('@');
    const live = this.#live;
    return live?.lock_name() === position.slice(0, at) && live.has_applied(position.slice(at + 1));
  }

  close(): void {
    this.#end('close() was called');
  }

  /** What it may hear was its user's. */
  signOut(): void {
    this.#end('the user has signed out');
  }

  stop(error: Error): void {
    this.#end(error.message);
  }

  /** For the page's events. */
  tell(event: PageEvent): void {
    if (event === 'offline') {
      this.#live?.offline();
    } else if (event === 'pagehide' || event === 'freeze') {
      // An open request or a lock would keep the page out of the browser's cache of pages, and a frozen one leads nobody.
      this.#live?.suspend();
    } else {
      this.#live?.wake(event === 'resume' ? 'pageshow' : event);
      this.#tellNetwork();
    }
  }

  /** For the channel and the lock. */
  hear(text: string): void {
    outliveTrap(() => this.#live?.handle_message(text));
  }

  lock(event: 'granted' | 'lost' | 'unavailable'): void {
    outliveTrap(() => this.#live?.handle_lock(event));
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
    this.#tabs?.end();
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
    switch (kind) {
      case 'status':
        return this.#follow(a as string, b as string | undefined);
      case 'send':
        return this.#tabs?.send(a as string);
      case 'channel':
        return a ? this.#tabs?.open() : this.#tabs?.close();
      case 'lock':
        return a === 'release' ? this.#tabs?.release() : this.#tabs?.request(a === 'steal');
    }
    try {
      outliveTrap(() => notifyManager.batch(() => this.#cache.host.drain(true)));
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
    this.#cache.sharing?.look();
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

/** What carries words and locks keeps the connection no more than the page's events do. */
function share(name: string, owner: WeakRef<LiveConnection>, signal: AbortSignal): Tabs {
  const tabs = new Tabs(name, {
    hear: (text) => owner.deref()?.hear(text),
    lock: (event) => owner.deref()?.lock(event),
  });
  signal.addEventListener('abort', () => tabs.end());
  return tabs;
}

/** Tells this client from all others; no secret. */
function makeId(): string {
  return Array.from({ length: 2 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, '0')).join('');
}
