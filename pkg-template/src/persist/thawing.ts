import type { StoredRecord } from '../../types/extras';
import { outliveTrap } from '../bridge/instance';
import { notifyManager } from '../notifyManager';
import type { Query } from '../query';
import type { QueryCache } from '../queryCache';
import { report } from '../report';
import { timeoutManager } from '../timeoutManager';
import type { Hits } from './hits';
import { type Head, readBody, readHead } from './record';
import type { Shelf } from './shelf';

/** Queries that are read together: so few that the first of many is shown at once, and none of them makes a long task. */
const TOGETHER = 32;
/** A store that hasn't answered by then keeps a fetch waiting no longer (ms). */
const LATEST_MS = 2000;

/** What a store has of a query. */
export interface Thawed {
  head: Head;
  data: unknown;
  /** Bytes of the body. */
  size: number;
}

/** Brings the data of queries from the store when they are made. */
export class Thawing {
  readonly #cache: QueryCache;
  readonly #shelf: Shelf;
  readonly #isDoomed: (queryHash: string) => boolean;
  readonly #onThawed: (query: Query, thawed: Thawed) => void;
  /** What is being read now; never rejects. */
  running: Promise<void> = Promise.resolve();
  /** Those that are read next. */
  #group: { queries: Query[]; promise: Promise<void> } | undefined;

  readonly #hits: Hits;
  readonly #remembered: () => Promise<void>;
  readonly #onOutdated: (query: Query) => void;

  /**
   * @param remembered when it is known what has hit stored queries in earlier pages
   * @param isDoomed whether the record of a query is about to be deleted
   * @param onThawed is told of each query before its observers are
   * @param onOutdated is told of each whose record is to be deleted
   */
  constructor(
    cache: QueryCache,
    shelf: Shelf,
    isDoomed: (queryHash: string) => boolean,
    onThawed: (query: Query, thawed: Thawed) => void,
    hits: Hits,
    remembered: () => Promise<void>,
    onOutdated: (query: Query) => void,
  ) {
    this.#hits = hits;
    this.#remembered = remembered;
    this.#onOutdated = onOutdated;
    this.#cache = cache;
    this.#shelf = shelf;
    this.#isDoomed = isDoomed;
    this.#onThawed = onThawed;
  }

  /** Reads the query's data if the store may have it; its fetches wait for that. */
  want(query: Query): Promise<void> {
    if (!this.#group || this.#group.queries.length === TOGETHER) {
      const queries: Query[] = [];
      // In a microtask: those that are made together are read together, and one that gets data at once isn't read.
      const promise = Promise.resolve().then(() => this.#thaw(queries));
      this.#group = { queries, promise };
      this.running = promise;
    }
    const { queries, promise } = this.#group;
    queries.push(query);
    query.restoring = promise;
    return promise;
  }

  async #thaw(queries: Query[]): Promise<void> {
    if (this.#group?.queries === queries) {
      this.#group = undefined;
    }
    let timer: ReturnType<typeof timeoutManager.setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = timeoutManager.setTimeout(() => {
        this.#shelf.fail(new Error(`the store gave no answer within ${LATEST_MS} ms`));
        resolve();
      }, LATEST_MS);
    });
    await Promise.race([late, this.#read(queries).catch((error) => this.#shelf.fail(error))]);
    timeoutManager.clearTimeout(timer);
    for (const query of queries) {
      query.restoring = undefined;
    }
  }

  async #read(queries: Query[]): Promise<void> {
    const shelf = this.#shelf;
    const seal = await shelf.seal;
    const wanted: [Query, string][] = [];
    const ids = await Promise.all(queries.map((query) => seal.idOf(query.queryHash)));
    queries.forEach((query, at) => {
      if (shelf.mayHave(ids[at]!) && this.#isWanted(query)) {
        wanted.push([query, ids[at]!]);
      }
    });
    if (wanted.length === 0) {
      return;
    }
    const read = shelf.store.readBodies(
      seal.scope,
      wanted.map(([, id]) => id),
    );
    // What has hit them in an earlier page.
    const [records] = await Promise.all([read, this.#remembered()]);
    const thawed = await Promise.all(wanted.map(([query, id], at) => this.#open(query, id, records[at])));
    outliveTrap(() =>
      notifyManager.batch(() => {
        wanted.forEach(([query], at) => {
          try {
            this.#give(query, thawed[at]);
          } catch (error) {
            // A listener's, or one of a function in the query's options: the others have theirs all the same.
            report(error);
          }
        });
      }),
    );
  }

  #isWanted(query: Query): boolean {
    return (
      !this.#shelf.isEnded &&
      query.data === undefined &&
      this.#cache.get(query.queryHash) === query &&
      !this.#isDoomed(query.queryHash)
    );
  }

  #give(query: Query, thawed: Thawed | undefined): void {
    // All may have changed since it was asked for.
    if (!thawed || !this.#isWanted(query)) {
      return;
    }
    const { data, head } = thawed;
    const stays = query.takeStored(
      data,
      head,
      () => this.#hits.judge(query),
      () => this.#onThawed(query, thawed),
    );
    if (!stays) {
      this.#onOutdated(query);
    }
  }

  /** What a record says; a damaged one is dropped. */
  async #open(query: Query, id: string, record: StoredRecord | undefined): Promise<Thawed | undefined> {
    if (!record) {
      return undefined;
    }
    const shelf = this.#shelf;
    const seal = await shelf.seal;
    if (record.version !== seal.version) {
      return undefined;
    }
    try {
      const head = readHead(await seal.open('head', id, record.head));
      if (head.queryHash !== query.queryHash) {
        throw new Error('the record of another query');
      }
      const body = await seal.open('body', id, record.body!);
      const data = readBody(body, head, this.#cache.host.engine);
      shelf.note({ ...record, at: head.at, size: record.head.length + record.body!.length });
      return { head, data, size: record.body!.length };
    } catch {
      shelf.count('corrupt');
      void shelf.drop([id]);
      return undefined;
    }
  }
}
