import type { Store, StoredRecord } from '../../types/extras';
import { type Host, NONE } from '../bridge/host';
import { decodeUtf8, encodeUtf8 } from '../bridge/utf8';
import { isDevelopment } from '../development';
import { noop } from '../markers';
import { COUNTS } from '../stats';
import { newEpoch } from './epoch';
import type { Settings } from './options';
import { closeSeal, openSeal, type Seal } from './seal';

type Count = (typeof COUNTS)[number];

/**
 * Before the names of records that hold what has hit stored queries, one for each page that has noted something; and what comes
 * after all of them. No query's name begins so.
 */
const HITS = '\u0000hits ';
const AFTER_HITS = '\u0000hits!';
/** More of them are made one. */
const MOST_HITS_RECORDS = 8;

/** One scope of a store: which records there are, and what may still be done with them. */
export class Shelf {
  readonly store: Store;
  readonly seal: Promise<Seal>;
  /** Whether the store answers. */
  isUsable = true;
  /** Nothing is read or written any more. */
  isEnded = false;
  /** Whether all records are known. */
  isIndexed = false;
  /** That of the scope, once it is known. */
  epoch: string | undefined;
  /** Numbers in the engine's books, by the names of the records. */
  readonly #numbers = new Map<string, number>();
  readonly #ids = new Map<number, string>();
  readonly #host: Host<any, any>;
  /** The own record of what has hit stored queries, and those whose words it has taken over. */
  readonly #hitsId = `${HITS}${newEpoch()}`;
  #earlierHits: string[] = [];
  /** Somebody has removed all queries before all records were known. */
  #isCleared = false;
  #hasWarned = false;

  constructor({ store, scope, version, key }: Settings, host: Host<any, any>) {
    this.store = store;
    this.#host = host;
    this.seal = Promise.resolve(key).then((source) =>
      source === undefined ? openSeal(scope, version) : closeSeal(scope, version, source),
    );
    this.seal.catch(noop);
  }

  /** Reads which records there are; deletes those that are too old, or of another version. */
  async readIndex(): Promise<void> {
    const { scope, scopes, version } = await this.seal;
    const dropped: string[] = [];
    let after: string | undefined;
    while (!this.isEnded) {
      const { epoch, records, lost } = await this.store.readIndex(scope, after);
      this.epoch ??= epoch;
      if (lost !== undefined) {
        this.fail(new Error(lost));
      }
      if (records.length === 0) {
        break;
      }
      for (const record of records) {
        if (record.id?.startsWith?.(HITS)) {
          continue;
        }
        if (!isRecord(record)) {
          this.count('corrupt');
        } else if (record.version !== version) {
          this.count('version');
        } else if (!this.#isCleared && this.note(record)) {
          continue;
        }
        dropped.push(record.id);
      }
      after = records[records.length - 1]!.id;
    }
    this.isIndexed = true;
    if (!this.isEnded) {
      this.#host.engine.indexed_records();
    }
    await this.drop(dropped);
    for (const other of scopes.filter((name) => name !== scope)) {
      await this.store.clear(other);
    }
  }

  /** Reads what has hit stored queries in earlier pages, each text with when it was written (ms); `onLost`: it can't be read. */
  async readHits(onRead: (text: string) => void, onLost: () => void): Promise<void> {
    const { scope, version, open } = await this.seal;
    const { epoch, records, lost } = await this.store.readIndex(scope, HITS, AFTER_HITS);
    this.epoch ??= epoch;
    if (lost !== undefined) {
      this.fail(new Error(lost));
    }
    const known = records.filter(({ id }) => id?.startsWith?.(HITS) && id !== this.#hitsId);
    for (const record of known) {
      // What was hit in another version is of no use in this one, like its data.
      if (record.version === version) {
        await open('head', record.id, record.head).then(
          (head) => onRead(decodeUtf8(head)),
          () => {
            this.count('corrupt');
            onLost();
          },
        );
      }
    }
    this.#earlierHits = known.map(({ id }) => id);
    if (known.length > MOST_HITS_RECORDS) {
      this.#host.engine.renew_hits();
    }
  }

  /** Writes what has hit stored queries, and what was known of that before. */
  async writeHits(text: string): Promise<void> {
    const { scope, version, seal } = await this.seal;
    const head = await seal('head', this.#hitsId, encodeUtf8(text));
    const record = { id: this.#hitsId, version, at: Date.now(), size: head.length, head };
    if (this.isEnded || this.epoch === undefined || !(await this.store.write(scope, this.epoch, [record]))) {
      return;
    }
    const earlier = this.#earlierHits;
    this.#earlierHits = [];
    if (earlier.length > 0) {
      await this.store.delete(scope, earlier);
    }
  }

  /** Whether there is a record of this name, as far as is known. */
  mayHave(id: string): boolean {
    return this.isIndexed || this.#isCleared ? this.#numbers.has(id) : true;
  }

  get isEmpty(): boolean {
    return this.isIndexed && this.#numbers.size === 0;
  }

  /** Takes a record into the books; false where it is too old to stay. */
  note({ id, at, size }: StoredRecord): boolean {
    const number = this.#host.engine.found_record(this.#numbers.get(id) ?? NONE, at, size, Date.now());
    if (number === NONE) {
      this.#forget(id);
      return false;
    }
    this.#numbers.set(id, number);
    this.#ids.set(number, id);
    return true;
  }

  /** Strikes all records out; the names of those that are known. */
  forgetAll(): string[] {
    const ids = [...this.#numbers.keys()];
    for (const [id, number] of this.#numbers) {
      this.#host.engine.lost_record(number);
      this.#forget(id);
    }
    this.#isCleared ||= !this.isIndexed;
    return ids;
  }

  /** Deletes records. A store that fails keeps them: they are looked at again when they are read. */
  async drop(ids: readonly string[]): Promise<void> {
    if (ids.length === 0 || this.isEnded) {
      return;
    }
    const { scope } = await this.seal;
    for (const id of ids) {
      const number = this.#numbers.get(id);
      if (number !== undefined) {
        this.#host.engine.lost_record(number);
        this.#forget(id);
      }
    }
    await this.store.delete(scope, ids).catch((error) => this.fail(error));
  }

  /** Deletes the oldest records, where the disk is full; whether there were any. */
  async makeRoom(bytes: number): Promise<boolean> {
    if (this.#host.engine.make_room(bytes) === 0) {
      return false;
    }
    const ids = Array.from(this.#host.selection(), (number) => this.#ids.get(number)!);
    for (const id of ids) {
      this.#forget(id);
    }
    await this.store.delete((await this.seal).scope, ids);
    return true;
  }

  count(what: Count, times = 1): void {
    this.#host.engine.count_persist(COUNTS.indexOf(what), times);
  }

  /** The store has failed to do something: it is counted, and a developer is told once. */
  fail(error: unknown): void {
    this.count('failures');
    if (isDevelopment && !this.#hasWarned) {
      this.#hasWarned = true;
      console.warn('ferroquery: the store of persist() has failed. The page goes on without what it keeps.', error);
    }
  }

  /** In a fresh engine nothing is known. */
  forgetBooks(): void {
    this.#numbers.clear();
    this.#ids.clear();
    this.isIndexed = false;
  }

  #forget(id: string): void {
    this.#ids.delete(this.#numbers.get(id)!);
    this.#numbers.delete(id);
  }
}

/** Whether what a store gave is a record at all. */
function isRecord({ id, version, at, size, head }: StoredRecord): boolean {
  return (
    typeof id === 'string' &&
    typeof version === 'string' &&
    Number.isFinite(at) &&
    Number.isFinite(size) &&
    size >= 0 &&
    head instanceof Uint8Array
  );
}
