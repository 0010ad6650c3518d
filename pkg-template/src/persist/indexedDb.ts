import type { IndexPage, Store, StoredRecord } from '../../types/extras';
import { noop } from '../markers';
import { newEpoch } from './epoch';

/** The layout of the database. */
const LAYOUT = 1;
/** A database whose upgrade another tab blocks, or that never answers, counts as none after this time (ms). */
const OPEN_MS = 3000;
/** Where it stands, among the epochs, that somebody writes. No scope has this name: they begin with what they are. */
const WRITING = 'writing';
/** The name under which the log is filled, in the place of a scope. */
const FILLER = 'filler';
/** Larger values lie outside of Chromium's log (bytes). */
const FILLER_BYTES = 32 * 1024;
/** More than fits into the log of Chromium's LevelDB, which begins another one then. */
const FILLERS = 160;
/** Records read at once: so few that reading them is no long task. */
const PAGE = 256;

/**
 * Keeps persisted queries in IndexedDB: their bodies apart from the small rest, so that an index is read without them.
 *
 * @param name the database's name; several scopes and clients may share one
 */
export function indexedDb({ name = 'ferroquery' }: { name?: string } = {}): Store {
  if (typeof name !== 'string' || name === '') {
    throw new TypeError(`indexedDb: name must be a text such as 'my-app', but it is ${JSON.stringify(name)}.`);
  }
  return new IndexedDbStore(name);
}

class IndexedDbStore implements Store {
  readonly #name: string;
  #database: Promise<IDBDatabase> | undefined;
  /** When the log is fit to be written to. */
  #mended: Promise<void> | undefined;
  /** Why the browser has thrown away all that was there. */
  #lost: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  async readIndex(scope: string, after?: string, before?: string): Promise<IndexPage> {
    const range = IDBKeyRange.bound([scope, after ?? ''], [scope, before ?? []], after !== undefined, true);
    const [epoch, wasWriting, records] = (await this.#read(['scopes', 'index'], (tx) => {
      const scopes = tx.objectStore('scopes');
      return [scopes.get(scope), scopes.get(WRITING), tx.objectStore('index').getAll(range, PAGE)];
    })) as [unknown, unknown, StoredRecord[]];
    this.#mended ??= wasWriting === undefined ? Promise.resolve() : this.#mend();
    const page = { epoch: typeof epoch === 'string' ? epoch : await this.#beginEpoch(scope), records };
    const lost = this.#lost;
    this.#lost = undefined;
    return lost === undefined ? page : { ...page, lost };
  }

  async readBodies(scope: string, ids: readonly string[]): Promise<(StoredRecord | undefined)[]> {
    if (ids.length === 0) {
      return [];
    }
    const found = await this.#read(['index', 'bodies'], (tx) => {
      const index = tx.objectStore('index');
      const bodies = tx.objectStore('bodies');
      return ids.flatMap((id) => [index.get([scope, id]), bodies.get([scope, id])]);
    });
    return ids.map((_, at) => {
      const record = found[2 * at] as StoredRecord | undefined;
      return record && { ...record, body: found[2 * at + 1] as Uint8Array };
    });
  }

  async write(scope: string, epoch: string, records: readonly StoredRecord[]): Promise<boolean> {
    await this.#mended;
    const current = await this.#run('readwrite', ['scopes', 'index', 'bodies'], (tx) => {
      const asked = tx.objectStore('scopes').get(scope);
      asked.onsuccess = () => {
        if (asked.result === epoch) {
          tx.objectStore('scopes').put(1, WRITING);
          const index = tx.objectStore('index');
          const bodies = tx.objectStore('bodies');
          for (const { body, ...record } of records) {
            index.put({ scope, ...record });
            if (body) {
              bodies.put(body, [scope, record.id]);
            }
          }
        }
        // Also if the page is gone by then.
        tx.commit?.();
      };
      return () => asked.result;
    });
    return current() === epoch;
  }

  async delete(scope: string, ids: readonly string[]): Promise<void> {
    await this.#run('readwrite', ['index', 'bodies'], (tx) => {
      for (const id of ids) {
        tx.objectStore('index').delete([scope, id]);
        tx.objectStore('bodies').delete([scope, id]);
      }
    });
  }

  async clear(scope: string): Promise<void> {
    const range = IDBKeyRange.bound([scope], [scope, []]);
    await this.#run('readwrite', ['scopes', 'index', 'bodies'], (tx) => {
      tx.objectStore('scopes').delete(scope);
      tx.objectStore('scopes').delete(WRITING);
      tx.objectStore('index').delete(range);
      tx.objectStore('bodies').delete(range);
    });
  }

  async rest(): Promise<void> {
    await this.#run('readwrite', ['scopes'], (tx) => {
      tx.objectStore('scopes').delete(WRITING);
      tx.commit?.();
    });
  }

  /**
   * A browser that was killed while it wrote leaves the log of Chromium's LevelDB without an end. It is read nevertheless, and
   * then appended to; at the start after that LevelDB takes what follows the gap for damage, and Chromium discards the whole
   * database. So before anything else is written, the log is filled: LevelDB ends it and begins another one.
   */
  async #mend(): Promise<void> {
    if (!('dataLoss' in IDBVersionChangeEvent.prototype)) {
      return;
    }
    try {
      await this.#run('readwrite', ['bodies'], (tx) => {
        for (let at = 0; at < FILLERS; at++) {
          tx.objectStore('bodies').put(new Uint8Array(FILLER_BYTES), [FILLER, at]);
        }
      });
    } catch {
      // No room: then the log stays as it is.
    }
    const range = IDBKeyRange.bound([FILLER], [FILLER, []]);
    await this.#run('readwrite', ['bodies'], (tx) => tx.objectStore('bodies').delete(range)).catch(noop);
  }

  async #beginEpoch(scope: string): Promise<string> {
    const begun = await this.#run('readwrite', ['scopes'], (tx) => {
      const scopes = tx.objectStore('scopes');
      let epoch = newEpoch();
      // Another tab may have begun it meanwhile.
      const asked = scopes.get(scope);
      asked.onsuccess = () => {
        if (typeof asked.result === 'string') {
          epoch = asked.result;
        } else {
          scopes.put(epoch, scope);
        }
      };
      return () => epoch;
    });
    return begun();
  }

  /** What some requests come to, all of one transaction; as soon as the last one has, without waiting for its end. */
  async #read(names: string[], ask: (tx: IDBTransaction) => IDBRequest<any>[]): Promise<unknown[]> {
    const tx = await this.#begin('readonly', names);
    return new Promise((resolve, reject) => {
      const requests = ask(tx);
      // They are answered in order.
      requests.at(-1)!.onsuccess = () => resolve(requests.map(({ result }) => result));
      tx.onabort = () => reject(tx.error ?? new Error('the transaction was aborted'));
    });
  }

  /** Runs a transaction; what `work` gives, once all of it has been committed. */
  async #run<T>(mode: IDBTransactionMode, names: string[], work: (tx: IDBTransaction) => T): Promise<T> {
    const tx = await this.#begin(mode, names);
    return new Promise((resolve, reject) => {
      const worked = work(tx);
      tx.oncomplete = () => resolve(worked);
      tx.onabort = () => reject(tx.error ?? new Error('the transaction was aborted'));
    });
  }

  async #begin(mode: IDBTransactionMode, names: string[]): Promise<IDBTransaction> {
    // A cache may lose its last moments to a power cut, so no write waits for the disk.
    const begin = (db: IDBDatabase) => db.transaction(names, mode, { durability: 'relaxed' });
    const opened = this.#open();
    try {
      return begin(await opened);
    } catch (error) {
      if ((error as Error)?.name !== 'InvalidStateError') {
        throw error;
      }
      // It has been closed since, for an upgrade or because somebody cleared the site's data.
      if (this.#database === opened) {
        this.#database = undefined;
      }
      return begin(await this.#open());
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.#name, LAYOUT);
      const late = setTimeout(
        () => reject(new Error(`IndexedDB gave no answer within ${OPEN_MS} ms: another tab may block an upgrade`)),
        OPEN_MS,
      );
      request.onupgradeneeded = (event) => {
        // Chromium says so where a crash has damaged its own files.
        const { dataLoss, dataLossMessage } = event as { dataLoss?: string; dataLossMessage?: string };
        if (dataLoss !== undefined && dataLoss !== 'none') {
          this.#lost = `the browser has discarded a damaged database: ${dataLossMessage}`;
        }
        for (const name of ['scopes', 'bodies']) {
          request.result.createObjectStore(name);
        }
        request.result.createObjectStore('index', { keyPath: ['scope', 'id'] });
      };
      request.onerror = () => {
        clearTimeout(late);
        reject(request.error);
      };
      request.onsuccess = () => {
        clearTimeout(late);
        const database = request.result;
        const forget = () => {
          database.close();
          this.#database = undefined;
        };
        database.onversionchange = forget;
        database.onclose = forget;
        resolve(database);
      };
    });
    return this.#database;
  }
}
