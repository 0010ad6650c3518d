import type { ScheduledQuery, ScheduleOptions } from '../types/extras';
import { environment } from './bridge/environment';
import { outliveTrap } from './bridge/instance';
import { reading } from './bridge/reading';
import { networkCode } from './bridge/retryOptions';
import type { Companion } from './companion';
import { focusManager } from './focusManager';
import { onlineManager } from './onlineManager';
import type { Query } from './query';
import type { QueryCache } from './queryCache';
import { show } from './show';

type Build = (options: any) => [query: Query, options: any];

const DEFAULT_JITTER = 0.1;

/** Scheduled queries of one call: when they are due is the engine's. */
export class Schedules implements Companion {
  readonly #cache: QueryCache;
  readonly #entries = new Map<string, Entry>();
  readonly #unsubscribe: (() => void)[];

  /** Throws a TypeError that names what is wrong, and then schedules nothing. */
  constructor(cache: QueryCache, queries: Record<string, ScheduleOptions>, build: Build) {
    this.#cache = cache;
    if (typeof queries !== 'object' || queries === null || Array.isArray(queries)) {
      throw new TypeError(
        `schedule: got ${show(queries)}: give an object such as { 'daily-report': { queryKey, queryFn, every } }.`,
      );
    }
    for (const [name, options] of Object.entries(queries)) {
      check(name, options);
    }
    const wake = () => outliveTrap(() => this.#wake());
    this.#unsubscribe = [focusManager.subscribe(wake), onlineManager.subscribe(wake)];
    cache.companions.add(this);
    try {
      for (const [name, options] of Object.entries(queries)) {
        this.#entries.set(name, new Entry(cache, options, build));
      }
    } catch (error) {
      this.stop();
      throw error;
    }
    cache.host.drain(cache.host.engine.timer_pending());
  }

  /** Ends the schedule of this name, or of all: its query stays as any other. Throws a TypeError for an unknown name. */
  readonly stop = (name?: string | Error): void => {
    if (typeof name !== 'string') {
      for (const one of this.#entries.keys()) {
        this.stop(one);
      }
      return this.#end();
    }
    const entry = this.#entries.get(name);
    if (!entry) {
      throw new TypeError(
        `schedule: nothing of the name ${show(name)} is scheduled here: there are ${[...this.#entries.keys()].map(show).join(', ') || 'none'}.`,
      );
    }
    this.#entries.delete(name);
    outliveTrap(() => entry.end());
    if (this.#entries.size === 0) {
      this.#end();
    }
  };

  /** All that are scheduled, in the order in which they were given. */
  readonly list = (): ScheduledQuery[] => Array.from(this.#entries, ([name, entry]) => ({ name, ...entry.show() }));

  replay(): void {
    for (const entry of this.#entries.values()) {
      entry.begin();
    }
  }

  resume(): void {
    const { host } = this.#cache;
    host.drain(host.engine.timer_pending());
  }

  /** What it would fetch was its user's. */
  signOut(): void {
    this.stop();
  }

  #wake(): void {
    const { host } = this.#cache;
    host.drain(host.engine.wake_schedules(reading(), environment()));
  }

  #end(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) {
      unsubscribe();
    }
    this.#cache.companions.delete(this);
  }
}

class Entry {
  readonly #cache: QueryCache;
  readonly #options: ScheduleOptions;
  readonly #build: () => [query: Query, options: any];
  #id = 0;
  #isFetching = false;
  #isOver = false;
  #lastResult: ScheduledQuery['lastResult'] = null;

  constructor(cache: QueryCache, options: ScheduleOptions, build: Build) {
    const { every, jitter, whileHidden, ...queryOptions } = options;
    this.#cache = cache;
    this.#options = options;
    this.#build = () => build(queryOptions);
    this.begin();
  }

  begin(): void {
    const { host } = this.#cache;
    const { every, jitter = DEFAULT_JITTER, whileHidden = false } = this.#options;
    const [query, options] = this.#build();
    const network = networkCode(options.networkMode);
    this.#id = host.engine.schedule(query.attach(), every, jitter, whileHidden, network, Date.now(), reading());
    host.setSchedule(this.#id, this);
  }

  run(): void {
    const [query, options] = this.#build();
    this.#cache.host.engine.schedule_takes(this.#id, query.attach());
    this.#isFetching = true;
    query.fetch(options).then(
      () => this.#settle({ status: 'success', at: Date.now() }),
      (error) => this.#settle({ status: 'error', at: Date.now(), error }),
    );
  }

  end(): void {
    const { host } = this.#cache;
    this.#isOver = true;
    host.setSchedule(this.#id, undefined);
    host.drain(host.engine.unschedule(this.#id, reading()));
  }

  show(): Omit<ScheduledQuery, 'name'> {
    const now = reading();
    const left = this.#cache.host.engine.scheduled_in(this.#id, now);
    return {
      nextAt: Number.isNaN(left) ? null : Date.now() + left,
      isFetching: this.#isFetching,
      lastResult: this.#lastResult,
    };
  }

  #settle(result: ScheduledQuery['lastResult']): void {
    if (!this.#isOver) {
      this.#isFetching = false;
      this.#lastResult = result;
    }
  }
}

function check(name: string, options: ScheduleOptions): void {
  const label = `schedule: ${show(name)}`;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${label} is ${show(options)}: give query options with every (ms).`);
  }
  const { every, jitter, whileHidden } = options;
  if (typeof every !== 'number' || !(every > 0) || every === Number.POSITIVE_INFINITY) {
    throw new TypeError(`${label}: every is ${show(every)}: give a number of milliseconds above 0, such as TTL.HOUR.`);
  }
  if (jitter !== undefined && (typeof jitter !== 'number' || !(jitter >= 0 && jitter < 1))) {
    throw new TypeError(`${label}: jitter is ${show(jitter)}: give a share of every, from 0 to below 1.`);
  }
  if (whileHidden !== undefined && typeof whileHidden !== 'boolean') {
    throw new TypeError(`${label}: whileHidden is ${show(whileHidden)}: give true or false.`);
  }
}
