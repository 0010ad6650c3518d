import type { QueryState } from '@tanstack/query-core';
import type { Host } from './bridge/host';
import type { QueryPort } from './bridge/ports';
import { reading } from './bridge/reading';
import { Cold } from './memory/cold';
import { copyUnread, initialState, loadState, readLater, storeScalars } from './queryState';

type State = QueryState<any, any>;
export type Values = Pick<State, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>;

/** Outside the engine. */
export const DETACHED = -1;
/** The version of no state. */
const NO_VERSION = -1;

/** One query's place in the engine, and what is held here for it: the values, which the engine never sees. */
export class QueryValues {
  /** The id of its slot. */
  slot = DETACHED;
  error: any = null;
  failureReason: any = null;
  fetchMeta: any = null;
  /** When the data was written (ms), for the day on which the engine can't be asked. */
  updatedAt: number;
  /** Counts the changes of the data. */
  revision = 0;
  readonly #host: Host<any, any>;
  /** Or the packed bytes of it. */
  #data: any;
  /** None once it is out of date. */
  #snapshot: State | undefined;
  /** That of the snapshot. */
  #version = 0;

  constructor(host: Host<any, any>, state: State) {
    this.#host = host;
    this.#snapshot = state;
    this.take(state);
    this.updatedAt = state.dataUpdatedAt;
  }

  /** An immutable snapshot; the same object until something changes. */
  get state(): State {
    if (this.slot === DETACHED) {
      return this.#snapshot!;
    }
    const version = this.#host.engine.version(this.slot);
    if (this.#snapshot === undefined || version !== this.#version) {
      const data = this.#data;
      this.#version = version;
      this.#snapshot = this.#stateWith(data);
      if (data instanceof Cold) {
        this.#unread(this.#snapshot, data);
      }
    }
    return this.#snapshot;
  }

  get data(): any {
    const data = this.#data;
    return data instanceof Cold ? this.#thaw(data) : data;
  }

  /** The data as it lies there. */
  get stored(): unknown {
    return this.#data;
  }

  get isCold(): boolean {
    return this.#data instanceof Cold;
  }

  /** The data where somebody may hold it: what is cold nobody does. */
  get heldData(): unknown {
    return this.isCold ? undefined : this.#data;
  }

  get all(): Values {
    return {
      data: this.data,
      error: this.error,
      fetchFailureReason: this.failureReason,
      fetchMeta: this.fetchMeta,
    };
  }

  take(values: Values): void {
    this.changeData(values.data);
    this.error = values.error;
    this.failureReason = values.fetchFailureReason;
    this.fetchMeta = values.fetchMeta;
  }

  changeData(data: unknown): void {
    if (data !== this.#data) {
      this.revision++;
      if (this.slot !== DETACHED) {
        this.#snapshot = undefined;
      }
    }
    this.#store(data);
  }

  // Slot

  attach(query: QueryPort): void {
    const host = this.#host;
    storeScalars(this.#snapshot!, host.numbers, host.scratch, this.#data !== undefined);
    this.slot = host.engine.create(this.#version);
    host.setQuery(this.slot, query);
    host.setData(this.slot, this.#data);
  }

  /** Gives the slot back: the state stays as it is. */
  detach(): void {
    const host = this.#host;
    this.#snapshot = this.state;
    this.#version++;
    host.engine.release(this.slot);
    host.setQuery(this.slot, undefined);
    host.setData(this.slot, undefined);
    this.slot = DETACHED;
  }

  /** Takes a state without a slot. */
  takeDetached(state: State): void {
    this.#snapshot = state;
    this.updatedAt = state.dataUpdatedAt;
    this.take(state);
  }

  /** Its engine is gone: keeps what is known here as an idle, invalidated state. */
  leaveEngine(): void {
    this.#snapshot = this.#knownState();
    this.#version++;
    this.slot = DETACHED;
  }

  // Memory

  freeze(cold: Cold): void {
    this.#store(cold);
    // For the day on which the engine can't be asked; who reads the state before gets one with data.
    this.#snapshot = this.#stateWith(undefined);
    this.#version = NO_VERSION;
  }

  #thaw(cold: Cold): unknown {
    const host = this.#host;
    const data = cold.value(host.engine);
    this.#store(data);
    if (this.slot !== DETACHED) {
      host.drain(host.engine.thawed(this.slot, reading()));
    }
    return data;
  }

  #store(data: unknown): void {
    this.#data = data;
    if (this.slot !== DETACHED) {
      this.#host.setData(this.slot, data);
    }
  }

  /** A state of the engine's scalars, with this data. */
  #stateWith(data: unknown): State {
    const host = this.#host;
    host.engine.load(this.slot);
    return loadState(host.numbers, host.scratch, {
      data,
      error: this.error,
      fetchFailureReason: this.failureReason,
      fetchMeta: this.fetchMeta,
    });
  }

  /** Lets a state read the packed data when it is asked for it; later the query may have other data than that state. */
  #unread(state: State, cold: Cold): State {
    return readLater(state, () => (this.#data === cold ? this.data : cold.value(this.#host.engine)));
  }

  /** The last snapshot, as far as it is still true of the values. */
  #knownState(): State {
    const last = this.#snapshot ?? initialState({});
    const data = this.#data;
    if (data instanceof Cold) {
      // Nothing has happened to it since it was frozen; and there is no engine to thaw it.
      const state = Object.assign(copyUnread(last), { isInvalidated: true, fetchStatus: 'idle' as const });
      return this.#unread(state, data);
    }
    const isSame = last.data === data && last.error === this.error;
    const ownStatus = this.error !== null ? 'error' : data === undefined ? 'pending' : 'success';
    return {
      ...last,
      ...this.all,
      dataUpdatedAt: data === undefined ? 0 : this.updatedAt,
      dataUpdateCount: last.dataUpdateCount + (last.data === data ? 0 : 1),
      errorUpdateCount: last.errorUpdateCount + (last.error === this.error || this.error === null ? 0 : 1),
      fetchFailureCount: isSame ? last.fetchFailureCount : 0,
      status: isSame ? last.status : ownStatus,
      isInvalidated: true,
      fetchStatus: 'idle',
    };
  }
}
