import type { FetchStatus, QueryOptions, QueryState, QueryStatus } from '@tanstack/query-core';

type State = QueryState<any, any>;

/** By the engine's code. */
export const STATUSES: readonly QueryStatus[] = ['pending', 'error', 'success'];
export const FETCH_STATUSES: readonly FetchStatus[] = ['idle', 'fetching', 'paused'];

/** The state in which a query with these options is born. */
export function initialState(options: QueryOptions<any, any, any, any>): State {
  const data = typeof options.initialData === 'function' ? options.initialData() : options.initialData;
  const hasData = data !== undefined;
  const updatedAt = hasData
    ? typeof options.initialDataUpdatedAt === 'function'
      ? options.initialDataUpdatedAt()
      : options.initialDataUpdatedAt
    : 0;
  return {
    data,
    dataUpdateCount: 0,
    dataUpdatedAt: hasData ? (updatedAt ?? Date.now()) : 0,
    error: null,
    errorUpdateCount: 0,
    errorUpdatedAt: 0,
    fetchFailureCount: 0,
    fetchFailureReason: null,
    fetchMeta: null,
    isInvalidated: false,
    status: hasData ? 'success' : 'pending',
    fetchStatus: 'idle',
  };
}

/** Writes the scalars of a state where the engine reads them. `hasData` keeps it from reading data that is cold. */
export function storeScalars(
  state: State,
  numbers: Float64Array,
  at: number,
  hasData: boolean = state.data !== undefined,
): void {
  numbers[at] = STATUSES.indexOf(state.status);
  numbers[at + 1] = FETCH_STATUSES.indexOf(state.fetchStatus);
  numbers[at + 2] = hasData ? 1 : 0;
  numbers[at + 3] = state.isInvalidated ? 1 : 0;
  numbers[at + 4] = state.dataUpdateCount;
  numbers[at + 5] = state.dataUpdatedAt;
  numbers[at + 6] = state.errorUpdateCount;
  numbers[at + 7] = state.errorUpdatedAt;
  numbers[at + 8] = state.fetchFailureCount;
}

/** A state of the scalars that the engine has loaded and the values that the query holds. */
export function loadState(
  numbers: Float64Array,
  at: number,
  values: Pick<State, 'data' | 'error' | 'fetchFailureReason' | 'fetchMeta'>,
): State {
  return {
    data: values.data,
    dataUpdateCount: numbers[at + 4]!,
    dataUpdatedAt: numbers[at + 5]!,
    error: values.error,
    errorUpdateCount: numbers[at + 6]!,
    errorUpdatedAt: numbers[at + 7]!,
    fetchFailureCount: numbers[at + 8]!,
    fetchFailureReason: values.fetchFailureReason,
    fetchMeta: values.fetchMeta,
    isInvalidated: numbers[at + 3] !== 0,
    status: STATUSES[numbers[at]!]!,
    fetchStatus: FETCH_STATUSES[numbers[at + 1]!]!,
  };
}

/** Lets a state get its data when it is first read. */
export function readLater(state: State, read: () => unknown): State {
  return Object.defineProperty(state, 'data', {
    configurable: true,
    enumerable: true,
    get: () => {
      const data = read();
      Object.defineProperty(state, 'data', { configurable: true, enumerable: true, writable: true, value: data });
      return data;
    },
  });
}

/** The same state as another object, whose data isn't read yet if it wasn't. */
export function copyUnread(state: State): State {
  return Object.defineProperties({}, Object.getOwnPropertyDescriptors(state)) as State;
}
