import type { QueryOptions } from '@tanstack/query-core';
import { isDevelopment } from './development';
import { isPlainArray, isPlainObject } from './plain';

/** Deeper than this a value is taken as it is: recursion must not exhaust the stack. */
const MAX_DEPTH = 500;

/**
 * A value that equals `b`, made of the parts of `a` that equal those of `b` at the same place: `a` itself if all do.
 * Arrays and plain objects are compared part by part, everything else by identity.
 */
export function replaceEqualDeep<T>(a: unknown, b: T, depth?: number): T;
export function replaceEqualDeep(a: any, b: any, depth = 0): any {
  if (a === b) {
    return a;
  }
  if (depth > MAX_DEPTH) {
    return b;
  }
  const isArray = isPlainArray(a) && isPlainArray(b);
  if (!isArray && !(isPlainObject(a) && isPlainObject(b))) {
    return b;
  }
  const names = isArray ? undefined : Object.keys(b as object);
  const length = names ? names.length : (b as unknown[]).length;
  const before = isArray ? a.length : Object.keys(a).length;
  const copy: any = isArray ? new Array(length) : {};
  let equal = 0;
  for (let at = 0; at < length; at++) {
    const name = names ? names[at]! : at;
    if (name === '__proto__') {
      // An assignment would set the copy's prototype.
      Object.defineProperty(copy, name, { enumerable: true, configurable: true, writable: true });
    }
    const old = (a as any)[name];
    const value = (b as any)[name];
    if (old === value) {
      copy[name] = old;
      if (isArray ? at < before : Object.hasOwn(a, name)) {
        equal++;
      }
      continue;
    }
    if (old === null || value === null || typeof old !== 'object' || typeof value !== 'object') {
      copy[name] = value;
      continue;
    }
    const shared = replaceEqualDeep(old, value, depth + 1);
    copy[name] = shared;
    if (shared === old) {
      equal++;
    }
  }
  return before === length && equal === before ? a : copy;
}

/** The data as it is stored: what equals the data before keeps its identity, as the options want it. */
export function replaceData<TData>(
  previous: TData | undefined,
  data: TData,
  options: QueryOptions<any, any, any, any>,
): TData {
  if (typeof options.structuralSharing === 'function') {
    return options.structuralSharing(previous, data) as TData;
  }
  if (options.structuralSharing === false) {
    return data;
  }
  if (!isDevelopment) {
    return replaceEqualDeep(previous, data);
  }
  try {
    return replaceEqualDeep(previous, data);
  } catch (error) {
    console.error(
      `Structural sharing requires data to be JSON serializable. To fix this, turn off structuralSharing or return JSON-serializable data from your queryFn. [${options.queryHash}]: ${error}`,
    );
    throw error;
  }
}

/** Whether two objects have the same properties with the same values. */
export function shallowEqualObjects(a: Record<string, any>, b: Record<string, any> | undefined): boolean {
  if (!b) {
    return false;
  }
  // Counted without lists of names: this runs for every result.
  let count = 0;
  for (const name in a) {
    if (a[name] !== b[name]) {
      return false;
    }
    count++;
  }
  for (const _ in b) {
    count--;
  }
  return count === 0;
}
