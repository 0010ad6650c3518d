import type { Mutation, MutationCache, MutationCacheNotifyEvent, MutationObserver } from '@tanstack/query-core';
import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from './functions.js';
import type { World } from './world.js';

interface Slot {
  label: string;
  options: Record<string, unknown>;
  observer: MutationObserver<any, any, any, any>;
  off: (() => void)[];
}

/** The mutation caches of a world, and its mutation observers by slot. */
export class Mutations {
  readonly caches: MutationCache[] = [];
  readonly #slots = new Map<number, Slot>();
  readonly #removed = new WeakSet<object>();
  readonly #last = new Map<string, string>();
  #off: (() => void)[] = [];
  #count = 0;
  #listeners = 0;

  constructor(private readonly world: World) {}

  addCache(): MutationCache {
    const { core, recorder, setup } = this.world;
    const cache = new core.MutationCache(setup.callbacks ? this.#callbacks() : {});
    recorder.show.name(cache, `mutations${this.caches.length}`);
    this.caches.push(cache);
    if (setup.events) this.#off.push(cache.subscribe((event) => this.#write(event)));
    return cache;
  }

  /** The nth mutation of the first cache, or nothing where the scenario (perhaps shrunk) made none. */
  nth(index: number): Mutation<any, any, any, any> | undefined {
    const all = this.caches[0]!.getAll();
    return all[index % all.length] as Mutation<any, any, any, any> | undefined;
  }

  get(index: number): Slot | undefined {
    return this.#slots.get(index);
  }

  create(index: number, options: Record<string, unknown>, client: number): void {
    const { world } = this;
    const label = `mutator${this.#count++}`;
    const on = world.clients[client % world.clients.length]!;
    const observer = new world.core.MutationObserver<any, any, any, any>(on, realiseAll(world, options, `${label}.`));
    world.recorder.show.name(observer, label);
    this.#slots.set(index, { label, options, observer, off: [] });
    this.writeResult(label, observer.getCurrentResult());
  }

  setOptions(slot: Slot, options: Record<string, unknown>): void {
    slot.options = options;
    slot.observer.setOptions(realiseAll(this.world, options, `${slot.label}.`));
    this.writeResult(slot.label, slot.observer.getCurrentResult());
  }

  subscribe(slot: Slot, reaction: Marker<'at', readonly [number, Step[]]> | undefined): void {
    const name = `${slot.label} listener ${this.#listeners++}`;
    const [nth, steps = []] = reaction?.args ?? [-1];
    let count = 0;
    slot.off.push(
      slot.observer.subscribe((result) => {
        this.writeResult(name, result);
        if (count++ === nth) for (const step of steps) this.world.applyInside(step);
      }),
    );
    this.writeResult(slot.label, slot.observer.getCurrentResult());
  }

  writeResult(who: string, result: object): void {
    const { show } = this.world.recorder;
    this.world.recorder.line(`  ${who}: result${show.number(result)} ${show.record(result)}`);
  }

  /** Writes the state of each mutation that differs from what was written last. */
  states(): void {
    this.caches.forEach((cache, index) => {
      const all = cache.getAll();
      this.#changed(`mutations${index}`, `[${all.map((mutation) => mutation.mutationId).join(' ')}]`);
      for (const mutation of all) {
        const { show } = this.world.recorder;
        const name = `mutations${index} ${show.data(mutation)}`;
        this.#changed(
          name,
          `gcTime ${mutation.gcTime} canRun ${cache.canRun(mutation)} ${show.record(mutation.state)}`,
        );
      }
    });
  }

  stop(): void {
    for (const off of this.#off) off();
    for (const { off } of this.#slots.values()) for (const stop of off) stop();
  }

  #write(event: MutationCacheNotifyEvent): void {
    // That a removed mutation is removed again when its time is over is told there alone: differences.md, 9.
    if (event.type === 'added') this.#removed.delete(event.mutation);
    if (event.type === 'removed') {
      if (this.#removed.has(event.mutation)) return;
      this.#removed.add(event.mutation);
    }
    const { recorder, setup } = this.world;
    const { show } = recorder;
    const { type, ...rest } = event as MutationCacheNotifyEvent & { action?: object };
    const parts = Object.keys(rest)
      .sort()
      .map((name) => {
        const value = rest[name as keyof typeof rest] as object | undefined;
        return name === 'action' ? `action ${show.record(value!)}` : `${name} ${show.data(value)}`;
      });
    if (setup.states === 'event' && event.mutation) parts.push(`state ${show.record(event.mutation.state)}`);
    recorder.line(`  mutation event ${type} ${parts.join(' ')}`);
  }

  #callbacks() {
    const { recorder } = this.world;
    const write =
      (name: string) =>
      (...args: unknown[]) =>
        recorder.line(`  mutation cache ${name}(${args.map((arg) => recorder.show.data(arg)).join(', ')})`);
    return {
      onMutate: write('onMutate'),
      onSuccess: write('onSuccess'),
      onError: write('onError'),
      onSettled: write('onSettled'),
    };
  }

  #changed(what: string, text: string): void {
    if (this.#last.get(what) === text) return;
    this.#last.set(what, text);
    this.world.recorder.line(`  state ${what} ${text}`);
  }
}
