import type { MemoryStats } from '../types/extras';
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

export interface Stats extends Numbers {
  queries: number;
  observers: number;
  symbols: number;
  ignoredEvents: number;
  hitRate: number;
  memoryBytes: number;
  memory: MemoryStats;
  stampedes: { early: number; warmed: number; scheduled: number };
  byPrefix: Record<string, Numbers>;
  http: { conditional: number; notModified: number; retryAfter: number };
}

/** What the engine has counted. */
export function readStats(host: Host<any, any>): Stats {
  const { queries, observers, symbols, ignoredEvents, total, byPrefix } = host.engine.report() as Report;
  const [early, warmed, scheduled] = host.engine.stampedes() as unknown as [number, number, number];
  const asked = total.hits + total.misses;
  return {
    queries,
    observers,
    ...total,
    ignoredEvents,
    hitRate: asked === 0 ? 0 : total.hits / asked,
    memoryBytes: host.memoryBytes,
    memory: readMemory(host),
    symbols,
    http: {
      conditional: host.engine.http_count(0),
      notModified: host.engine.http_count(1),
      retryAfter: host.engine.http_count(2),
    },
    stampedes: { early, warmed, scheduled },
    byPrefix: Object.fromEntries(byPrefix),
  };
}
