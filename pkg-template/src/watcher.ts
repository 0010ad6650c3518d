import type { Query, QueryObserverResult } from '@tanstack/query-core';
import type { PackedOptions } from './bridge/observerOptions';
import type { ObserverPort } from './bridge/ports';

/** What a cache knows of an observer with listeners. */
export interface Watcher extends ObserverPort {
  /** Its id in the engine, or `NONE`. */
  slot: number;
  /** The options by which it is known there. */
  readonly packed: PackedOptions;
  /** Whether its last result was stale. */
  readonly lastStale: boolean;
  /** When the data of that came (ms). */
  readonly lastUpdatedAt: number;
  hasListeners(): boolean;
  getCurrentQuery(): Query<any, any, any, any>;
  getCurrentResult(): QueryObserverResult<any, any>;
  /** Goes on in a fresh engine, as if it were mounted anew. */
  resume(): void;
  /** Its user has signed out: nothing of what it has shown may be shown again. */
  forget(): void;
}
