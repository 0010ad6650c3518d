import type { Query, QueryCache, QueryCacheNotifyEvent } from '@tanstack/query-core';
import type { World } from './world.js';

/** Watches caches from outside: events, configured callbacks, and the state of every query. */
export class Watch {
  #last = new Map<string, string>();
  #off: (() => void)[] = [];

  constructor(private readonly world: World) {}

  events(cache: QueryCache): void {
    this.#off.push(cache.subscribe((event) => this.world.recorder.line(`  event ${this.event(event)}`)));
  }

  event(event: QueryCacheNotifyEvent): string {
    const { show } = this.world.recorder;
    const { type, query, ...rest } = event as QueryCacheNotifyEvent & { action?: object; observer?: object };
    const parts = [type, show.data(query)];
    for (const name of Object.keys(rest).sort()) {
      const value = rest[name as keyof typeof rest] as object;
      parts.push(name === 'action' ? `action ${show.record(value)}` : `${name} ${show.data(value)}`);
    }
    if (this.world.setup.states === 'event') parts.push(`state ${show.record(query.state)}`);
    return parts.join(' ');
  }

  callbacks() {
    const { recorder } = this.world;
    const write = (name: string, query: Query<any, any, any, any>, ...values: unknown[]) =>
      recorder.line(
        `  cache ${name} ${values.map((value) => recorder.show.data(value)).join(', ')} ${recorder.show.data(query)}`,
      );
    return {
      onError: (error: unknown, query: Query<any, any, any, any>) => write('onError', query, error),
      onSuccess: (data: unknown, query: Query<any, any, any, any>) => write('onSuccess', query, data),
      onSettled: (data: unknown, error: unknown, query: Query<any, any, any, any>) =>
        write('onSettled', query, data, error),
    };
  }

  /** Writes the state of each query that differs from what was written last. */
  states(): void {
    const { recorder, caches } = this.world;
    caches.forEach((cache, index) => {
      const queries = cache.getAll();
      this.#changed(`cache${index}`, `[${queries.map((query) => query.queryHash).join(' ')}]`);
      for (const query of queries) {
        const text = `observers ${query.observers.length} key ${recorder.show.plain(query.queryKey)} ${recorder.show.record(query.state)}`;
        this.#changed(`cache${index} ${recorder.show.data(query)}`, text);
      }
    });
  }

  stop(): void {
    for (const off of this.#off) off();
  }

  #changed(what: string, text: string): void {
    if (this.#last.get(what) === text) return;
    this.#last.set(what, text);
    this.world.recorder.line(`  state ${what} ${text}`);
  }
}
