import type { StoredRecord } from '../../types/extras';
import type { Host } from '../bridge/host';
import { isJsonSafe } from '../memory/jsonSafe';
import type { Query } from '../query';
import { report } from '../report';
import type { Settings } from './options';
import { type Head, LARGEST, newStamp, wrapParams, writeBody, writeHead } from './record';
import type { Seal } from './seal';
import type { Shelf } from './shelf';

/** How often room is made for one slice. */
const MOST_EVICTIONS = 4;

// The kinds of `next_to_save` in src/wasm/persist.rs.
const FORGET = 2;

/** What of a query is in the store, or on its way there. */
export interface Kept {
  stamp: string;
  /** That of the query's data. */
  revision: number;
  /** Bytes of the body. */
  size: number;
}

/** What is to be written of a query, taken at one moment. */
interface Draft {
  query: Query;
  slot: number;
  head: Head;
  kept: Kept;
  /** Not there where the body in the store is still the right one. */
  body: Uint8Array | undefined;
}

/** Writes what has changed, one slice after the other. What a slice holds, and when it is full, is the engine's word. */
export class Saving {
  readonly #settings: Settings;
  readonly #host: Host<Query, any>;
  readonly #shelf: Shelf;
  readonly #kept = new WeakMap<Query, Kept>();
  /** Queries whose records are to be deleted with the next slice, by their hashes. */
  readonly #doomed = new Set<string>();
  #doomedIds: string[] = [];
  /** Those that are being deleted. */
  #dying: readonly string[] = [];
  #running: Promise<void> | undefined;
  readonly #ready: () => Promise<void>;

  /** @param ready when the records of the store are known */
  constructor(settings: Settings, host: Host<any, any>, shelf: Shelf, ready: () => Promise<void>) {
    this.#settings = settings;
    this.#host = host;
    this.#shelf = shelf;
    this.#ready = ready;
  }

  /** What is in the store already. */
  noteKept(query: Query, kept: Kept): void {
    this.#kept.set(query, kept);
  }

  /** Its record is to go. A key of which JSON makes nothing has no hash, and no record. */
  doom(queryHash: string | undefined): void {
    if (queryHash !== undefined) {
      this.#doomed.add(queryHash);
    }
  }

  /** The same, by the names of the records. */
  doomIds(ids: readonly string[]): void {
    this.#doomedIds.push(...ids);
  }

  isDoomed(queryHash: string): boolean {
    return this.#doomed.has(queryHash) || this.#dying.includes(queryHash);
  }

  /** Writes one slice, or waits for the one that is being written. `room` says how much time is left (ms). */
  slice(room: () => number): Promise<void> {
    this.#running ??= this.#write(room)
      .catch((error) => this.#shelf.fail(error))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** What is being written now. */
  get running(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  async #write(room: () => number): Promise<void> {
    const drafts: Draft[] = [];
    const { engine } = this.#host;
    engine.begin_saving();
    for (let next = engine.next_to_save(room(), Date.now()); next !== 0; ) {
      const kind = next % 4;
      const query = this.#host.query((next - kind) / 4);
      if (query && kind === FORGET) {
        this.doom(query.queryHash);
      } else if (query) {
        const draft = this.#draft(query);
        if (draft) {
          drafts.push(draft);
          engine.sized(draft.body?.length ?? 0);
        }
      }
      next = engine.next_to_save(room(), Date.now());
    }
    try {
      await this.#store(drafts);
    } catch (error) {
      this.#giveUp(drafts);
      throw error;
    }
  }

  async #store(drafts: readonly Draft[]): Promise<void> {
    await this.#ready();
    const shelf = this.#shelf;
    if (shelf.epoch === undefined || shelf.isEnded) {
      return;
    }
    const seal = await shelf.seal;
    // With those of earlier pages, which are known by now.
    const hits = this.#host.engine.hits_to_save();
    if (hits !== undefined) {
      // They are written whole with the next one, should the store fail to.
      await shelf.writeHits(hits).catch((error) => shelf.fail(error));
    }
    await this.#deleteDoomed(seal);
    if (drafts.length > 0) {
      const records = await Promise.all(drafts.map((draft) => sealDraft(seal, draft)));
      await this.#put(seal, drafts, records);
    }
  }

  /** They are written with their next change. */
  #giveUp(drafts: readonly Draft[]): void {
    for (const { slot, query } of drafts) {
      this.#kept.delete(query);
      this.#host.engine.unwritten(slot);
    }
  }

  async #deleteDoomed(seal: Seal): Promise<void> {
    this.#dying = [...this.#doomed];
    this.#doomed.clear();
    const doomedIds = this.#doomedIds;
    this.#doomedIds = [];
    const ids = await Promise.all(this.#dying.map((hash) => seal.idOf(hash)));
    await this.#shelf.drop([...doomedIds, ...ids.filter((id) => this.#shelf.mayHave(id))]);
    this.#dying = [];
  }

  async #put(seal: Seal, drafts: readonly Draft[], records: readonly StoredRecord[]): Promise<void> {
    const shelf = this.#shelf;
    const bytes = records.reduce((sum, { head, body }) => sum + head.length + (body?.length ?? 0), 0);
    for (let tries = 0; !shelf.isEnded; tries++) {
      try {
        if (await shelf.store.write(seal.scope, shelf.epoch!, records)) {
          for (const record of records) {
            shelf.note(record);
          }
          shelf.count('written', records.length);
          shelf.count('writtenBytes', bytes);
        } else {
          // Somebody has signed out of this scope in another tab, and this one hasn't heard of it yet.
          shelf.isEnded = true;
        }
        return;
      } catch (error) {
        if (isQuota(error) && tries < MOST_EVICTIONS && (await shelf.makeRoom(bytes))) {
          continue;
        }
        if (!isQuota(error)) {
          throw error;
        }
        shelf.count('quota', records.length);
        this.#giveUp(drafts);
        return;
      }
    }
  }

  /** What is to be written of a query now; nothing where it may not, or can't. */
  #draft(query: Query): Draft | undefined {
    const { sensitive } = query.options as { sensitive?: boolean };
    const hasHash = typeof query.queryHash === 'string';
    if (query.isPrivate || !hasHash || !this.#keeps(query)) {
      return this.#refuse(query);
    }
    if (sensitive && this.#settings.key === undefined) {
      return this.#refuse(query, 'sensitive');
    }
    let kept = this.#kept.get(query);
    let body: Uint8Array | undefined;
    if (kept?.revision !== query.revision) {
      const { queryKey, revision } = query;
      const data = query.queryType === 'infinite' ? wrapParams(query.data) : query.data;
      if (!isJsonSafe(data) || !isJsonSafe(queryKey)) {
        return this.#refuse(query, 'notJson');
      }
      const stamp = newStamp();
      body = writeBody(JSON.stringify(data), stamp, this.#host.engine);
      if (body.length > LARGEST) {
        return this.#refuse(query, 'tooLarge');
      }
      kept = { stamp, revision, size: body.length };
      this.#kept.set(query, kept);
    }
    this.#doomed.delete(query.queryHash);
    const head = {
      queryKey: query.queryKey,
      queryHash: query.queryHash,
      at: query.dataUpdatedAt,
      isInvalidated: query.state.isInvalidated,
      isInfinite: query.queryType === 'infinite',
      stamp: kept!.stamp,
      http: query.keptAnswer,
    };
    return { query, slot: query.slot, head, kept: kept!, body };
  }

  #keeps(query: Query): boolean {
    try {
      return this.#settings.keeps(query);
    } catch (error) {
      // The filter is the user's; the other queries are kept all the same.
      report(error);
      return false;
    }
  }

  /** What the store has of it, from a time when it could be written, would be out of date. */
  #refuse(query: Query, why?: 'sensitive' | 'notJson' | 'tooLarge'): undefined {
    if (why) {
      this.#shelf.count(why);
    }
    this.#kept.delete(query);
    this.doom(query.queryHash);
  }
}

async function sealDraft(seal: Seal, { head, kept, body }: Draft): Promise<StoredRecord> {
  const id = await seal.idOf(head.queryHash);
  const [sealedHead, sealedBody] = await Promise.all([
    seal.seal('head', id, writeHead(head)),
    body && seal.seal('body', id, body),
  ]);
  kept.size = sealedBody?.length ?? kept.size;
  const record = { id, version: seal.version, at: head.at, size: sealedHead.length + kept.size, head: sealedHead };
  return sealedBody ? { ...record, body: sealedBody } : record;
}

function isQuota(error: unknown): boolean {
  return error instanceof Error && /quota/i.test(error.name);
}
