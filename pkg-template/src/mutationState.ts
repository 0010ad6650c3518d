import type { MutationState, MutationStatus } from '@tanstack/query-core';

type State = MutationState<any, any, any, any>;

/** By the engine's code. */
const STATUSES: readonly MutationStatus[] = ['idle', 'pending', 'success', 'error'];

/** The state of a mutation that hasn't been executed. */
export function idleState(): State {
  return {
    context: undefined,
    data: undefined,
    error: null,
    failureCount: 0,
    failureReason: null,
    isPaused: false,
    status: 'idle',
    variables: undefined,
    submittedAt: 0,
  };
}

/** Status, paused, failures, submitted at, as the engine takes them. A state that was stored elsewhere may lack some. */
export function scalarsOf(state: State): [status: number, paused: boolean, failures: number, submittedAt: number] {
  return [STATUSES.indexOf(state.status), state.isPaused, state.failureCount ?? 0, state.submittedAt ?? 0];
}

/** What of a state isn't a scalar. */
export type MutationValues = Pick<State, 'context' | 'data' | 'error' | 'failureReason' | 'variables'>;

/** A state of these values and the scalars that the engine has left at `at`. All fields stand in one literal, as copying is slow. */
export function stateOf(values: MutationValues, numbers: Float64Array, at: number): State {
  return {
    context: values.context,
    data: values.data,
    error: values.error,
    failureCount: numbers[at + 2]!,
    failureReason: values.failureReason,
    isPaused: numbers[at + 1] !== 0,
    status: STATUSES[numbers[at]!]!,
    variables: values.variables,
    submittedAt: numbers[at + 3]!,
  };
}
