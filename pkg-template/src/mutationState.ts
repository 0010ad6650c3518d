import type { MutationState, MutationStatus } from '@tanstack/query-core';

type State = MutationState<any, any, any, any>;

/** By the engine's code. */
export const MUTATION_STATUSES: readonly MutationStatus[] = ['idle', 'pending', 'success', 'error'];

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

/** The values of `state` with the scalars that the engine has left at `at`. */
export function withScalars(state: State, numbers: Float64Array, at: number): State {
  return {
    context: state.context,
    data: state.data,
    error: state.error,
    failureCount: numbers[at + 2]!,
    failureReason: state.failureReason,
    isPaused: numbers[at + 1] !== 0,
    status: MUTATION_STATUSES[numbers[at]!]!,
    variables: state.variables,
    submittedAt: numbers[at + 3]!,
  } as State;
}
