import type { Query, QueryClient, QueryFilters, QueryKey } from '../query-core/index.js';

/** One query in a {@link Store}, as the store sees it: names and bytes. */
export interface StoredRecord {
  /** Names it within its scope. */
  id: string;
  /** With which version, and which key, it was written. */
  version: string;
  /** When its data came, in milliseconds since the epoch. */
  at: number;
  /** Bytes of head and body. */
  size: number;
  /** Small: the query's key, and what else is known of it. */
  head: Uint8Array;
  /** Its data. Not there in an index, and in a write where what is stored stays. */
  body?: Uint8Array;
}

/** Some of a scope's records, without their bodies. */
export interface IndexPage {
  /** Which life of the scope this is: `clear` ends it, and the next `readIndex` begins another one. */
  epoch: string;
  /** In the order of their ids; empty where there are no more. */
  records: Array<StoredRecord>;
  /** Why all that the store had is gone, if it has just found that out: it is counted as a failure. */
  lost?: string;
}

/** Where persisted queries live. Every method may reject; what comes out of a store is never trusted. */
export interface Store {
  /**
   * The records whose ids follow `after` and come before `before`, as many as are read at once; from the first, and to the last,
   * where these are left out.
   */
  readIndex(scope: string, after?: string, before?: string): Promise<IndexPage>;
  /** Whole records, in the order of `ids`; `undefined` for each that isn't there. */
  readBodies(scope: string, ids: ReadonlyArray<string>): Promise<Array<StoredRecord | undefined>>;
  /**
   * Puts records in, all of them or none; a record without a body keeps the one that is there.
   * @returns False, and nothing is written, where the scope's epoch is another one by now.
   * @throws An error named `QuotaExceededError` where there is no room.
   */
  write(scope: string, epoch: string, records: ReadonlyArray<StoredRecord>): Promise<boolean>;
  /** Deletes records; those that aren't there don't matter. */
  delete(scope: string, ids: ReadonlyArray<string>): Promise<void>;
  /** Deletes all that there is of a scope, and ends its epoch. */
  clear(scope: string): Promise<void>;
  /** Called when nothing waits to be written and the page is hidden, or has stopped writing: this may be the end of it. */
  rest?(): Promise<void>;
}

/**
 * Keeps persisted queries in IndexedDB.
 * @param options - `name`: the database's name, `'ferroquery'` by default; several scopes and clients may share one.
 * @throws {TypeError} when the name is no text
 */
export declare function indexedDb(options?: { name?: string }): Store;

/** A store that lasts as long as the page: for tests, and where nothing else is allowed. Clients may share one. */
export declare function memoryStore(): Store;

/** Options of {@link persist}. */
export interface PersistOptions {
  client: QueryClient;
  /** Where the queries are kept, such as `indexedDb({ name: 'my-app' })`. */
  store: Store;
  /** Whose data it is, such as a user's id: nobody of another scope sees it. `'public'` where it is everybody's. */
  scope: string;
  /**
   * Encrypts what is kept, with AES-GCM: 16, 24 or 32 bytes (also as base64), or a CryptoKey that may encrypt and decrypt. Keep
   * it where the data isn't, such as on the server, and give it after login. Without it, queries marked `sensitive` aren't kept.
   */
  key?: CryptoKey | BufferSource | string | Promise<CryptoKey | BufferSource | string>;
  /**
   * Older data is dropped, in milliseconds.
   * @defaultValue 1 day
   */
  maxAge?: number;
  /**
   * Data of another version is dropped: change it when the shape of the data changes.
   * @defaultValue ''
   */
  version?: string;
  /**
   * Which queries are kept: filters, or a function of the query.
   * @defaultValue all
   */
  filter?: QueryFilters<any> | ((query: Query<any, any, any, any>) => boolean);
}

/** A store at work, as given by {@link persist}. */
export interface Persistence {
  /** Resolves when it is known what the store has, or that it doesn't work; never rejects. Nothing has to wait for it. */
  readonly restored: Promise<void>;
  /** Writes at once all that has changed. Resolves when the store has it; never rejects. */
  flush(): Promise<void>;
  /**
   * Brings stored queries into the cache, where they have no data yet.
   * @param filters - A key, for all whose keys begin so; or `{ queryKey, exact }`. All where it is left out.
   * @returns How many have got their data; it never rejects.
   */
  restore(filters?: QueryKey | { queryKey?: QueryKey; exact?: boolean }): Promise<number>;
  /** Stops reading and writing; what the store has stays there. What has changed since the last write is lost: `flush` first. */
  stop(): void;
}

/**
 * Keeps the client's queries in a store, so that the next visit starts with their data: each is read when it is first wanted,
 * and written when it has changed and the page is idle. A second call takes the place of the first.
 * @throws {TypeError} when an option is wrong
 * @example
 * ```ts
 * persist({ client: queryClient, store: indexedDb({ name: 'my-app' }), scope: user.id, version: '1' })
 * ```
 */
export declare function persist(options: PersistOptions): Persistence;

/** What happened between a client and its store. */
export interface PersistStats {
  /** Records in the store now, as far as this page knows. */
  records: number;
  /** Their bytes. */
  bytes: number;
  /** Queries that wait to be written. */
  unsaved: number;
  /** Records written, since the client was made. */
  written: number;
  /** Their bytes. */
  writtenBytes: number;
  /** Queries that got their data from the store. */
  restored: number;
  /** Records deleted: too old, of another version or key, damaged, or for want of room. */
  dropped: { maxAge: number; version: number; corrupt: number; quota: number };
  /** Queries not written: sensitive without a key, not to be kept by JSON, forbidden by the server, too large. */
  refused: { sensitive: number; notJson: number; noStore: number; tooLarge: number };
  /** What the store failed to do. */
  failures: number;
}
