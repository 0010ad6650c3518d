import type { QueriesObserver, QueryObserverResult } from '@tanstack/query-core';
import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from './functions.js';
import type { World } from './world.js';

type Fields = Record<string, unknown>;
type Results = QueryObserverResult<any, any>[];
type Combine = (results: Results) => unknown;

/** What `combine` makes of a list. */
export type Combines = 'data' | 'count' | 'results' | 'nothing' | 'raise on data';

interface Slot {
  label: string;
  observer: QueriesObserver<any>;
  off: (() => void)[];
}

/** The observers of lists of a world, by slot. */
export class Lists {
  static of(world: World): Lists {
    return world.once('lists', () => new Lists(world));
  }

  #slots = new Map<number, Slot>();
  #count = 0;
  #listeners = 0;

  private constructor(private readonly world: World) {}

  create(index: number, queries: Fields[], combine?: Combines): void {
    const label = `list${this.#count++}`;
    const { world } = this;
    const observer = new world.core.QueriesObserver<any>(
      world.clients[0]!,
      this.#realise(label, queries),
      this.#options(combine),
    );
    this.#slots.set(index, { label, observer, off: [] });
    world.observers.adopt(observer);
    this.#write(label, observer.getCurrentResult());
  }

  get(index: number): Slot | undefined {
    return this.#slots.get(index);
  }

  subscribe({ label, observer, off }: Slot, reaction: Marker<'at', readonly [number, Step[]]> | undefined): void {
    const name = `${label} listener ${this.#listeners++}`;
    const [nth, steps = []] = reaction?.args ?? [-1];
    let count = 0;
    const listener = (results: Results) => {
      this.#write(name, results);
      if (count++ === nth) for (const step of steps) this.world.applyInside(step);
    };
    off.push(observer.subscribe(listener));
    this.#write(label, observer.getCurrentResult());
  }

  setQueries({ label, observer }: Slot, queries: Fields[], combine?: Combines): void {
    const before = observer.getObservers();
    observer.setQueries(this.#realise(label, queries), this.#options(combine));
    const places = observer.getObservers().map((each) => before.indexOf(each));
    this.world.recorder.line(`  ${label}: observers from ${places.join(' ')}`);
    this.#write(label, observer.getCurrentResult());
  }

  /** What an adapter does in a render, whose component reads these properties of each result. */
  render({ label, observer }: Slot, queries: Fields[], combine: Combines | undefined, props: string[]): void {
    const [client] = this.world.clients;
    const defaulted = this.#realise(label, queries).map((options) => client!.defaultQueryOptions(options));
    const [raw, combineResult, trackResult] = observer.getOptimisticResult(defaulted, this.#combine(combine) as never);
    this.#write(`${label} renders`, raw);
    if (combine)
      this.world.recorder.line(`  ${label} combined: ${this.world.recorder.show.data(combineResult(trackResult()))}`);
    else for (const result of trackResult()) for (const prop of props) void result[prop as never];
  }

  describe({ observer }: Slot): unknown {
    return [observer.getQueries(), observer.hasListeners(), observer.getObservers().map((each) => each.hasListeners())];
  }

  #realise(label: string, queries: Fields[]): any[] {
    return queries.map((options, at) => realiseAll(this.world, options, `${label}[${at}].`));
  }

  #options(combine: Combines | undefined): { combine: Combine } | undefined {
    return combine && { combine: this.#combine(combine)! };
  }

  #combine(name: Combines | undefined): Combine | undefined {
    return name && this.world.once(`combine ${name}`, () => combiner(this.world, name));
  }

  #write(who: string, results: Results): void {
    const { show } = this.world.recorder;
    const texts = results.map((result) => `${show.number(result)} ${show.record(result)}`);
    this.world.recorder.line(`  ${who}: results${show.number(results)} [${texts.join(', ')}]`);
  }
}

function combiner(world: World, name: Combines): Combine {
  return (results) => {
    const data = results.map((result) => result.data);
    world.recorder.call(`combine ${name}(${world.recorder.show.plain(data)})`);
    switch (name) {
      case 'data':
        return data;
      case 'count':
        return results.filter((result) => result.isFetching).length;
      case 'results':
        return results;
      case 'nothing':
        return undefined;
      case 'raise on data':
        if (data.some((each) => each !== undefined)) throw new Error('combine raised');
        return data.length;
    }
  };
}
