import type { LiveConnection, LiveStatus, QueryClient, QueryKey, Stats } from 'ferroquery';
import type { Beyond } from '../core/core';

/** At most four readings a second: the panel is for people. */
const PERIOD_MS = 250;
/** Invalidations closer than this came from one event. */
const SAME_EVENT_MS = 50;
const KEPT_NOTES = 8;
/** The states that are news: the others lead from one of these to the next. */
const SETTLED: ReadonlySet<LiveStatus['state']> = new Set(['live', 'offline', 'stopped']);

export type Note =
  | { id: number; time: number; kind: 'invalidated'; keys: string[] }
  | { id: number; time: number; kind: 'live'; state: LiveStatus['state']; reason?: string };

export interface Reading {
  stats: Stats;
  live: LiveStatus;
  /** What happened last, newest first. */
  notes: readonly Note[];
}

export interface Monitor {
  subscribe: (listener: () => void) => () => void;
  read: () => Reading;
}

/**
 * Reads the cache's counters for the panel. It listens to the cache and never to React, so that a reading renders the
 * panel and nothing else.
 */
export function createMonitor(client: QueryClient, beyond: Beyond, connection: LiveConnection): Monitor {
  const listeners = new Set<() => void>();
  let notes: Note[] = [];
  let noteCount = 0;
  let reading = take();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastState = connection.status.state;
  let stop: (() => void) | undefined;

  function take(): Reading {
    return { stats: beyond.stats(client), live: connection.status, notes };
  }

  function refresh(): void {
    timer = undefined;
    reading = take();
    for (const listener of listeners) listener();
  }

  function schedule(): void {
    timer ??= setTimeout(refresh, PERIOD_MS);
  }

  function noteInvalidated(key: QueryKey): void {
    const text = key.map(String).join(':');
    const time = Date.now();
    const [newest, ...older] = notes;
    if (newest?.kind === 'invalidated' && time - newest.time < SAME_EVENT_MS) {
      notes = [{ ...newest, keys: [...newest.keys, text] }, ...older];
    } else {
      addNote({ id: ++noteCount, time, kind: 'invalidated', keys: [text] });
    }
  }

  function addNote(note: Note): void {
    notes = [note, ...notes].slice(0, KEPT_NOTES);
  }

  function start(): () => void {
    const stopCache = client.getQueryCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'invalidate') noteInvalidated(event.query.queryKey);
      schedule();
    });
    const stopLive = connection.subscribe(({ state, reason }) => {
      // An outage is two notes, however often it is tried to connect meanwhile.
      if (state !== lastState && SETTLED.has(state)) {
        addNote({ id: ++noteCount, time: Date.now(), kind: 'live', state, reason });
        lastState = state;
      }
      schedule();
    });
    schedule();
    return () => {
      stopCache();
      stopLive();
      clearTimeout(timer);
      timer = undefined;
    };
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      stop ??= start();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
    read: () => reading,
  };
}
