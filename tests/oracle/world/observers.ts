import type { InfiniteQueryObserver, QueryObserver } from '@tanstack/query-core';
import type { Marker } from '../script/markers.js';
import type { Step } from '../script/step.js';
import { realiseAll } from './functions.js';
import type { World } from './world.js';

interface Slot {
  label: string;
  options: Record<string, unknown>;
  observer: QueryObserver<any, any, any, any, any>;
  off: (() => void)[];
  /** In which cache its queries are. */
  cache: number;
  /** It mounts or takes options: its listeners may run before its timers are set. */
  isSettingUp: boolean;
}

/** The observers of a world, by slot. A new one takes the slot; the old one lives on with its listeners. */
export class Observers {
  #slots = new Map<number, Slot>();
  #all: Slot[] = [];
  #listeners = 0;
  #adopted: { destroy(): void }[] = [];

  constructor(private readonly world: World) {}

  create(slotIndex: number, options: Record<string, unknown>, client: number, kind: 'plain' | 'pages' = 'plain'): void {
    const label = `observer${this.#all.length}`;
    const { world } = this;
    const index = client % world.clients.length;
    const on = world.clients[index]!;
    const Observer = kind === 'pages' ? (world.core.InfiniteQueryObserver as never) : world.core.QueryObserver;
    const observer: Slot['observer'] = new Observer(on, realiseAll(world, options, `${label}.`));
    world.recorder.show.name(observer, label);
    const slot = { label, options, observer, off: [], cache: index % world.caches.length, isSettingUp: false };
    this.#all.push(slot);
    this.#slots.set(slotIndex, slot);
    this.writeResult(label, observer.getCurrentResult());
  }

  /** The observer in the slot, or nothing where the scenario (perhaps shrunk) made none. */
  get(index: number): Slot | undefined {
    return this.#slots.get(index);
  }

  /** The observer in the slot if it is one of pages. */
  pages(index: number): InfiniteQueryObserver<any, any, any, any, any> | undefined {
    const observer = this.get(index)?.observer;
    return observer instanceof this.world.core.InfiniteQueryObserver ? observer : undefined;
  }

  setOptions(slot: Slot, options: Record<string, unknown>): void {
    slot.options = options;
    this.#setUp(slot, () => slot.observer.setOptions(realiseAll(this.world, options, `${slot.label}.`)));
  }

  subscribe(slot: Slot, reaction: Marker<'at', readonly [number, Step[]]> | undefined): void {
    const name = `${slot.label} listener ${this.#listeners++}`;
    const [nth, steps = []] = reaction?.args ?? [-1];
    let count = 0;
    const listener = (result: object) => {
      this.writeResult(name, result);
      if (count++ === nth) for (const step of steps) this.world.applyInside(step, slot.observer.getCurrentQuery());
    };
    this.#setUp(slot, () => slot.off.push(slot.observer.subscribe(listener)));
    this.writeResult(slot.label, slot.observer.getCurrentResult());
  }

  /** Whether the step takes the last listener of an observer away that sets up just now. */
  leavesWhileSettingUp(step: Step): boolean {
    const slot = this.get(step.args[0] as number);
    if (!slot?.isSettingUp) return false;
    return step.op === 'observer.destroy' || (step.op === 'observer.unsubscribe' && slot.off.length < 2);
  }

  #setUp(slot: Slot, run: () => void): void {
    const outer = slot.isSettingUp;
    slot.isSettingUp = true;
    try {
      run();
    } finally {
      slot.isSettingUp = outer;
    }
  }

  /** Every field of a result, and which object it is. */
  writeResult(who: string, result: object): void {
    const { show } = this.world.recorder;
    this.world.recorder.line(`  ${who}: result${show.number(result)} ${show.record(result)}`);
  }

  /** Ends something else with the observers. */
  adopt(other: { destroy(): void }): void {
    this.#adopted.push(other);
  }

  stop(): void {
    for (const other of this.#adopted) other.destroy();
    for (const slot of this.#all) slot.observer.destroy();
  }
}
