/** One query in a store, as the store sees it. */
export interface StoredRecord {
  /** Names it within its scope. */
  id: string;
  /** With which version, and which key, it was written. */
  version: string;
  /** When its data came (ms since the epoch). */
  at: number;
  /** Bytes of head and body. */
  size: number;
  /** Small: the query's key, and what else is known of it. */
  head: Uint8Array;
  /** Its data. Not there in an index; and in a write where what is stored stays. */
  body?: Uint8Array;
}

/** Some of a scope's records, without their bodies. */
export interface IndexPage {
  /** Which life of the scope this is: `clear` ends it, and the next `readIndex` begins another one. */
  epoch: string;
  /** In the order of their ids; empty where there are no more. */
  records: StoredRecord[];
  /** Why all that the store had is gone, if it has just found that out. */
  lost?: string;
}

/** Where persisted queries live. Every method may reject; what comes out of it is never trusted. */
export interface Store {
  /**
   * The records whose ids follow `after` and come before `before`, as many as are read at once; from the first, and to the last,
   * where these are left out.
   */
  readIndex(scope: string, after?: string, before?: string): Promise<IndexPage>;
  /** Whole records, in the order of `ids`; undefined for each that isn't there. */
  readBodies(scope: string, ids: readonly string[]): Promise<(StoredRecord | undefined)[]>;
  /**
   * Puts records in, all of them or none. False, and nothing is written, where the scope's epoch is another one by now.
   * Rejects with a `QuotaExceededError` where there is no room.
   */
  write(scope: string, epoch: string, records: readonly StoredRecord[]): Promise<boolean>;
  delete(scope: string, ids: readonly string[]): Promise<void>;
  /** Deletes all that there is of a scope, and ends its epoch. */
  clear(scope: string): Promise<void>;
  /** Nothing waits to be written, and the page is hidden, or has stopped writing. */
  rest?(): Promise<void>;
}

/** A name that nobody has used. */
export function newEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');
}
