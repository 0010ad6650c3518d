import type { EvictionReason, MemoryOptions, MemoryStats } from '../../types/extras';
import * as effects from '../bridge/effect';
import type { Host } from '../bridge/host';
import { reading } from '../bridge/reading';
import { EngineTrapError } from '../errors';
import { Cold, freeze } from './cold';
import { estimate } from './estimate';
import { type Budget, readOptions } from './options';

/** Packed to more than this part of the value, it stays as it is. */
const WORTH = 0.75;
/** What a value takes as objects for each byte of its text, where nothing else is known. */
const HEAP_PER_BYTE = 1.5;

/** Why a query had to go, by the effect that said so. */
export const REASONS: Record<number, EvictionReason> = {
  [effects.EVICT]: 'budget',
  [effects.EVICT_TOO_LARGE]: 'tooLarge',
};

/** Bounds what the values of a cache take: measures, packs and unpacks them. What is to be done with which is the engine's. */
export class Memory {
  readonly #host: Host<any, any>;
  readonly #budget: Budget;

  /** Throws a TypeError that names the wrong option and how to mend it. */
  constructor(host: Host<any, any>, options: MemoryOptions) {
    this.#host = host;
    this.#budget = readOptions(options);
    this.tellBudget();
  }

  /** Tells the engine, also a fresh one. */
  tellBudget(): void {
    const { maxBytes, largest, coldAfter, coldFrom } = this.#budget;
    this.#host.engine.set_budget(maxBytes, largest, coldAfter, coldFrom);
  }

  /** A query has got this data, or none; whether there is something to drain. */
  stored(slot: number, data: unknown): boolean {
    const { engine } = this.#host;
    if (data instanceof Cold) {
      const pending = engine.stored(slot, true, data.length * HEAP_PER_BYTE, reading());
      engine.frozen(slot, data.size);
      return pending;
    }
    const isKnown = data === undefined || engine.expects_size(slot);
    const bytes = isKnown ? Number.NaN : (attempt(() => estimate(data)) ?? 0);
    return engine.stored(slot, data !== undefined, bytes, reading());
  }

  /** Packs the data of a query, if that can be. */
  freeze(slot: number, data: unknown, effect: number): Cold | undefined {
    const { engine } = this.#host;
    const most = this.#budget.coldFrom === 0 ? Number.POSITIVE_INFINITY : engine.hot_size(slot) * WORTH;
    const cold = attempt(() => freeze(data, most, engine));
    if (effect === effects.FREEZE) {
      // In the midst of a task it would keep the value until its end.
      cold?.remember(data as object);
    }
    engine.frozen(slot, cold?.size ?? Number.NaN);
    return cold;
  }
}

/** A proxy, or a getter of the user's, may throw; that is no reason for a write to fail. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof EngineTrapError) {
      throw error;
    }
    return undefined;
  }
}

const NOTHING: MemoryStats = {
  maxBytes: null,
  watchedBytes: 0,
  hotBytes: 0,
  coldBytes: 0,
  watchedEntries: 0,
  hotEntries: 0,
  coldEntries: 0,
  freezes: 0,
  refusals: 0,
  thaws: 0,
  evicted: { budget: 0, tooLarge: 0 },
};

/** What the engine has counted. */
export function readMemory(host: Host<any, any>): MemoryStats {
  const numbers = host.engine.memory_report();
  if (numbers.length === 0) {
    return { ...NOTHING, evicted: { ...NOTHING.evicted } };
  }
  const at = (index: number) => numbers[index]!;
  return {
    maxBytes: Number.isFinite(at(0)) ? at(0) : null,
    watchedBytes: at(1),
    hotBytes: at(2),
    coldBytes: at(3),
    watchedEntries: at(4),
    hotEntries: at(5),
    coldEntries: at(6),
    freezes: at(7),
    refusals: at(8),
    thaws: at(9),
    evicted: { budget: at(10), tooLarge: at(11) },
  };
}
