import type { QueryKey } from '@tanstack/query-core';
import { outliveTrap } from '../bridge/instance';
import type { Companion } from '../companion';
import type { Keeper } from '../keeper';
import { noop } from '../markers';
import type { Query } from '../query';
import type { QueryCache } from '../queryCache';
import { hashKey, partialMatchKey } from '../queryKey';
import { timeoutManager } from '../timeoutManager';
import { Hits, type What } from './hits';
import { whenIdle } from './idle';
import { type PersistOptions, readOptions, type Settings } from './options';
import { type Head, readHead } from './record';
import { Saving } from './saving';
import { Shelf } from './shelf';
import { SignOutChannel } from './signOutChannel';
import { Thawing } from './thawing';

/** After a first change others follow: they are written together (ms). */
const SETTLE_MS = 100;
/** A store that doesn't end its last write by then is cleared all the same (ms). */
const LAST_WRITE_MS = 5000;

const finalizer = new FinalizationRegistry<AbortController>((listening) => listening.abort());

/** What of the stored queries is to be brought into the cache: those whose keys begin so, or the one of exactly this key. */
export type RestoreFilters = QueryKey | { queryKey?: QueryKey; exact?: boolean };

/** Keeps a client's queries in a store, from now until it is stopped or its user signs out. */
export class Persistence implements Keeper, Companion {
  /** When the records of the store are known: they are read once the page is idle, or somebody asks. */
  #restored: Promise<void> | undefined;
  #stopIndexing: () => void;
  #remembering: Promise<void> | undefined;
  readonly #settings: Settings;
  readonly #cache: QueryCache;
  readonly #shelf: Shelf;
  readonly #thawing: Thawing;
  readonly #saving: Saving;
  readonly #hits: Hits;
  readonly #channel: SignOutChannel;
  readonly #listening = new AbortController();
  /** Whether it is another tab that signs out: all tabs have heard it. */
  #isTold = false;
  /** Stops what waits for the next slice. */
  #stopWaiting: () => void = noop;

  constructor(options: PersistOptions) {
    const settings = readOptions(options);
    const { client, scope } = settings;
    const cache = client.getQueryCache();
    const { host } = cache;
    this.#settings = settings;
    this.#cache = cache;
    cache.keeper?.stop();
    // What was another user's never gets into this one's store.
    const isTheirs = cache.keptScope !== undefined && cache.keptScope !== scope;
    cache.keptScope = scope;
    this.#shelf = new Shelf(settings, host);
    this.#hits = new Hits(cache);
    this.#saving = new Saving(settings, host, this.#shelf, () => this.restored);
    // What the page shows first is read before.
    this.#stopIndexing = whenIdle(() => void this.#thawing.running.then(() => this.restored));
    this.#thawing = new Thawing(
      cache,
      this.#shelf,
      (queryHash) => this.#saving.isDoomed(queryHash),
      (query, { head, size }) => this.#saving.noteKept(query, { stamp: head.stamp, revision: query.revision, size }),
      this.#hits,
      () => this.#remembered,
      (query) => this.removed(query, false),
    );
    const self = new WeakRef(this);
    const channel = new SignOutChannel(scope, (epoch) => self.deref()?.hear(epoch));
    const { signal } = this.#listening;
    this.#channel = channel;
    signal.addEventListener('abort', () => channel.close());
    finalizer.register(this, this.#listening, this);
    if (typeof document !== 'undefined') {
      document.addEventListener('visibilitychange', () => self.deref()?.hide(), { signal });
    }
    cache.keeper = this;
    cache.companions.add(this);
    host.drain(host.engine.open_persist(settings.maxAge, !isTheirs));
    // It opens the store, too, while the page goes on.
    void this.#remembered;
    for (const query of cache.getAll()) {
      this.created(query);
    }
  }

  /** Resolves when the records of the store are known, or the store has failed; never rejects. */
  get restored(): Promise<void> {
    this.#restored ??= this.#start();
    return this.#restored;
  }

  /** Writes all that has changed; resolves when the store has it. */
  async flush(): Promise<void> {
    this.#stopWaiting();
    const { engine } = this.#cache.host;
    do {
      await this.#saving.running;
      if (this.#shelf.isEnded) {
        return;
      }
      await this.#saving.slice(() => Number.POSITIVE_INFINITY);
    } while (engine === this.#cache.host.engine && engine.end_saving());
  }

  /** Brings stored queries into the cache, where they aren't already; how many have come. */
  async restore(filters: RestoreFilters = {}): Promise<number> {
    const { queryKey, exact } = (Array.isArray(filters) ? { queryKey: filters } : filters) as Exclude<
      RestoreFilters,
      QueryKey
    >;
    await this.restored;
    const waiting: Query[] = [];
    const bring = ({ queryKey, queryHash, isInfinite }: Pick<Head, 'queryKey' | 'queryHash' | 'isInfinite'>) => {
      if (this.#cache.get(queryHash)?.data === undefined) {
        const options = { queryKey, queryHash, ...(isInfinite && { _type: 'infinite' as const }) };
        const query: Query = this.#cache.build(this.#settings.client as never, options as never);
        query.restoring ??= this.#thawing.want(query);
        waiting.push(query);
      }
    };
    try {
      for await (const head of this.#heads()) {
        const isMeant =
          queryKey === undefined ||
          (exact ? hashKey(queryKey) === hashKey(head.queryKey) : partialMatchKey(head.queryKey, queryKey));
        if (isMeant) {
          bring(head);
        }
      }
    } catch (error) {
      this.#shelf.fail(error);
    }
    await Promise.all(waiting.map((query) => query.restoring));
    return waiting.filter((query) => query.data !== undefined).length;
  }

  /** Stops reading and writing; what the store has stays there. What waits to be written isn't: `flush` first. */
  stop(): void {
    if (this.#cache.keeper !== this) {
      return;
    }
    this.#end();
    outliveTrap(() => this.#cache.host.engine.close_persist());
    void this.#saving.running.then(() => this.#rest());
  }

  // For the cache

  created(query: Query): void {
    const shelf = this.#shelf;
    const isReadable = shelf.isUsable && !shelf.isEnded && !shelf.isEmpty;
    if (isReadable && query.data === undefined && !query.isPrivate && !query.options.skipCache) {
      this.#thawing.want(query);
    }
  }

  removed({ queryHash }: Query, isCollected: boolean): void {
    if (!isCollected && !this.#shelf.isEnded) {
      this.#saving.doom(queryHash);
      this.save();
    }
  }

  hit(filters: Parameters<Hits['add']>[0], what: What): void {
    if (this.#hits.add(filters, what)) {
      this.save();
    }
  }

  cleared(): void {
    const ids = this.#shelf.forgetAll();
    // Where not all records are known.
    this.#hits.addAll('removed');
    if (ids.length > 0 || !this.#shelf.isIndexed) {
      this.#saving.doomIds(ids);
      this.save();
    }
  }

  save(): void {
    this.#stopWaiting();
    const timer = timeoutManager.setTimeout(() => this.#saveWhenIdle(), SETTLE_MS);
    this.#stopWaiting = () => timeoutManager.clearTimeout(timer);
  }

  signOut(): Promise<void> {
    if (!this.#isTold) {
      this.#channel.tell(this.#shelf.epoch);
    }
    const { running } = this.#saving;
    this.stop();
    return this.#clear(running);
  }

  /** A hidden page may never be seen again: it writes what waits. */
  hide(): void {
    if (isHidden()) {
      this.flush().then(() => this.#rest());
    }
  }

  #rest(): void {
    if (this.#shelf.isUsable && this.#shelf.epoch !== undefined) {
      this.#shelf.store.rest?.().catch((error) => this.#shelf.fail(error));
    }
  }

  // After a trap

  leaveEngine(): void {
    this.#shelf.forgetBooks();
  }

  resume(): void {
    const { host } = this.#cache;
    host.drain(host.engine.open_persist(this.#settings.maxAge, true));
    // What the store wasn't told yet, nobody knows any more.
    this.#hits.forget();
    this.#hits.addAll('invalidated');
    this.#remembering = undefined;
    this.#restored = this.#start();
  }

  /** Resolves when it is known what has hit stored queries in earlier pages; never rejects. */
  get #remembered(): Promise<void> {
    this.#remembering ??= this.#shelf
      .readHits(
        (text) => this.#hits.read(text),
        () => this.#hits.addAll('invalidated'),
      )
      .catch(() => this.#hits.addAll('invalidated'));
    return this.#remembering;
  }

  async #start(): Promise<void> {
    await this.#remembered;
    try {
      await this.#shelf.readIndex();
    } catch (error) {
      this.#shelf.isUsable = false;
      this.#shelf.fail(error);
    }
  }

  #saveWhenIdle(): void {
    this.#stopWaiting = whenIdle((room) => {
      outliveTrap(() => {
        const { engine } = this.#cache.host;
        this.#saving.slice(room).then(() => {
          if (!this.#shelf.isEnded && engine === this.#cache.host.engine && engine.end_saving()) {
            this.#saveWhenIdle();
          } else if (isHidden()) {
            this.#rest();
          }
        });
      });
    });
  }

  /** All heads in the store that can be read. */
  async *#heads(): AsyncGenerator<Head> {
    const shelf = this.#shelf;
    const seal = await shelf.seal;
    let after: string | undefined;
    while (!shelf.isEnded) {
      const { records } = await shelf.store.readIndex(seal.scope, after);
      if (records.length === 0) {
        return;
      }
      for (const { id, head, version } of records) {
        if (version !== seal.version) {
          continue;
        }
        let known: Head;
        try {
          known = readHead(await seal.open('head', id, head));
        } catch {
          shelf.count('corrupt');
          void shelf.drop([id]);
          continue;
        }
        yield known;
      }
      after = records[records.length - 1]!.id;
    }
  }

  /** Another tab has signed out. */
  hear(epoch: unknown): void {
    const own = this.#shelf.epoch;
    const isMeant = epoch === undefined || own === undefined || epoch === own;
    if (isMeant && this.#cache.keeper === this) {
      this.#isTold = true;
      this.#settings.client.signOut().catch(noop);
    }
  }

  #end(): void {
    this.#shelf.isEnded = true;
    this.#stopWaiting();
    this.#stopIndexing();
    this.#listening.abort();
    finalizer.unregister(this);
    this.#cache.companions.delete(this);
    this.#cache.keeper = undefined;
  }

  /** Deletes all that the scope has, after the last write that can't be stopped any more. */
  async #clear(running: Promise<void>): Promise<void> {
    const { store, seal } = this.#shelf;
    let timer: ReturnType<typeof timeoutManager.setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = timeoutManager.setTimeout(resolve, LAST_WRITE_MS);
    });
    await Promise.race([running, late]);
    timeoutManager.clearTimeout(timer);
    const own = await seal.catch(noop);
    if (!own) {
      // Its key was refused: there is nothing of it.
      return;
    }
    try {
      for (const scope of own.scopes) {
        await store.clear(scope);
      }
    } catch (error) {
      this.#shelf.fail(error);
      if (this.#shelf.isUsable) {
        throw error;
      }
    }
  }
}

const isHidden = () => typeof document !== 'undefined' && document.visibilityState === 'hidden';
