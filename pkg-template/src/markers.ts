import type { SkipToken } from '@tanstack/query-core';

/** In place of a query function: this query never fetches. */
export const skipToken: SkipToken = Symbol() as unknown as SkipToken;
/** Carries the type of a key's data. */
export const dataTagSymbol = Symbol('dataTagSymbol');
/** Carries the type of a key's error. */
export const dataTagErrorSymbol = Symbol('dataTagErrorSymbol');
/** No type was given. */
export const unsetMarker = Symbol('unsetMarker');

export function noop(): undefined {
  return undefined;
}

/** As `placeholderData`: the data of the query before. */
export function keepPreviousData<T>(previousData: T | undefined): T | undefined {
  return previousData;
}

/** Whether an error belongs to the error boundary. */
export function shouldThrowError<T extends (...args: any[]) => boolean>(
  throwOnError: boolean | T | undefined,
  params: Parameters<T>,
): boolean {
  return typeof throwOnError === 'function' ? throwOnError(...params) : !!throwOnError;
}
