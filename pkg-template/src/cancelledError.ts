import type { CancelOptions } from '@tanstack/query-core';

/** A fetch was cancelled: with `revert` its query went back to the state before, with `silent` nobody was told. */
export class CancelledError extends Error {
  revert?: boolean;
  silent?: boolean;

  constructor(options?: CancelOptions) {
    super('CancelledError');
    this.revert = options?.revert;
    this.silent = options?.silent;
  }
}

export function isCancelledError(value: any): value is CancelledError {
  return value instanceof CancelledError;
}
