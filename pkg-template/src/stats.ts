import type { DecodeStats, MemoryStats, PersistStats } from '../types/extras';
import type { Host } from './bridge/host';
import { readMemory } from './memory/memory';

interface Numbers {
  hits: number;
  misses: number;
  dedupes: number;
  fetches: number;
  invalidations: number;
}

interface Report {
  queries: number;
  observers: number;
  symbols: number;
  ignoredEvents: number;
  total: Numbers;
  byPrefix: [string, Numbers][];
}

/** What is counted of a store, in the order of `load_persist` in src/wasm/persist.rs. */
export const COUNTS = [
  'written',
  'writtenBytes',
  'restored',
  'maxAge',
  'version',
  'corrupt',
  'quota',
  'sensitive',
  'notJson',
  'noStore',
  'tooLarge',
  'failures',
  'records',
  'bytes',
  'unsaved',
] as const;

export interface Stats extends Numbers {
  queries: number;
  observers: number;
  symbols: number;
  ignoredEvents: number;
  hitRate: number;
  memoryBytes: number;
  memory: MemoryStats;
  decode: DecodeStats;
  stampedes: { early: number; warmed: number; scheduled: number };
  byPrefix: Record<string, Numbers>;
  http: { conditional: number; notModified: number; retryAfter: number };
  persist: PersistStats;
  shared: { asked: number; taken: number; given: number; takeovers: number; refused: number };
}

/** What the engine has counted; `shared`: what came of sharing with other tabs. */
export function readStats(host: Host<any, any>, shared: ArrayLike<number> = []): Stats {
  const { queries, observers, symbols, ignoredEvents, total, byPrefix } = JSON.parse(host.engine.report()) as Report;
  const [early, warmed, scheduled] = host.engine.stampedes() as unknown as [number, number, number];
  const [asked = 0, taken = 0, given = 0, takeovers = 0, refused = 0] = Array.from(shared);
  const needed = total.hits + total.misses;
  return {
    queries,
    observers,
    ...total,
    ignoredEvents,
    hitRate: needed === 0 ? 0 : total.hits / needed,
    decode: readDecode(host),
    memoryBytes: host.memoryBytes,
    memory: readMemory(host),
    symbols,
    http: {
      conditional: host.engine.http_count(0),
      notModified: host.engine.http_count(1),
      retryAfter: host.engine.http_count(2),
    },
    stampedes: { early, warmed, scheduled },
    shared: { asked, taken, given, takeovers, refused },
    byPrefix: Object.fromEntries(byPrefix),
    persist: readPersist(host),
  };
}

function readPersist(host: Host<any, any>): PersistStats {
  host.engine.load_persist();
  const count = (name: (typeof COUNTS)[number]) => host.numbers[host.scratch + COUNTS.indexOf(name)]!;
  return {
    records: count('records'),
    bytes: count('bytes'),
    unsaved: count('unsaved'),
    written: count('written'),
    writtenBytes: count('writtenBytes'),
    restored: count('restored'),
    dropped: {
      maxAge: count('maxAge'),
      version: count('version'),
      corrupt: count('corrupt'),
      quota: count('quota'),
    },
    refused: {
      sensitive: count('sensitive'),
      notJson: count('notJson'),
      noStore: count('noStore'),
      tooLarge: count('tooLarge'),
    },
    failures: count('failures'),
  };
}

function readDecode(host: Host<any, any>): DecodeStats {
  const [bodies = 0, unchanged = 0, partial = 0, received = 0, parsed = 0, kept = 0, keptBytes = 0, dropped = 0] =
    host.engine.decode_report();
  return { bodies, unchanged, partial, received, parsed, kept, keptBytes, dropped };
}
