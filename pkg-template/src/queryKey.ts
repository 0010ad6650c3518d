import type { MutationKey, QueryKey, QueryOptions } from '@tanstack/query-core';
import { isPlainObject } from './plain';

const sortObject = (_name: string, value: unknown): unknown => {
  if (!isPlainObject(value)) {
    return value;
  }
  const sorted: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) {
    sorted[name] = value[name];
  }
  return sorted;
};

/** The canonical text of a value: JSON with sorted names. Throws a TypeError for a bigint and for a cycle. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, sortObject);
}

/** The identity of a key: its JSON with the names of objects sorted. */
export function hashKey(queryKey: QueryKey | MutationKey): string {
  // Without objects there are no names to sort, and plain JSON is much faster.
  return Array.isArray(queryKey) && queryKey.every(isFlat) ? JSON.stringify(queryKey) : canonicalText(queryKey);
}

/** What JSON writes otherwise than it is. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** Whether a text is the hash of a key; where all parts are plain texts, without making that hash. */
export function isHashOf(hash: string, queryKey: QueryKey): boolean {
  if (!Array.isArray(queryKey)) {
    return hash === hashKey(queryKey);
  }
  let at = 0;
  for (const part of queryKey) {
    if (typeof part !== 'string' || ESCAPED.test(part)) {
      return hash === hashKey(queryKey);
    }
    const end = at + part.length + 2;
    if (hash[at] !== (at === 0 ? '[' : ',') || hash[at + 1] !== '"' || hash[end] !== '"') {
      return false;
    }
    if (!hash.startsWith(part, at + 2)) {
      return false;
    }
    at = end + 1;
  }
  return at === 0 ? hash === '[]' : hash[at] === ']' && hash.length === at + 1;
}

function isFlat(part: unknown): boolean {
  return typeof part !== 'object' || part === null;
}

/** The identity of a key under a query's own hash function, if it has one. */
export function hashQueryKeyByOptions(
  queryKey: QueryKey,
  options?: Pick<QueryOptions<any, any, any, any>, 'queryKeyHashFn'>,
): string {
  return (options?.queryKeyHashFn ?? hashKey)(queryKey as never);
}

/** Whether all that `b` says holds for `a`: objects and arrays may have more. */
export function partialMatchKey(a: QueryKey, b: QueryKey): boolean;
export function partialMatchKey(a: any, b: any): boolean {
  if (a === b) {
    return true;
  }
  if (typeof a !== typeof b || !a || !b || typeof a !== 'object' || typeof b !== 'object') {
    return false;
  }
  if (Array.isArray(a) && Array.isArray(b) && b.length > a.length) {
    return false;
  }
  return Object.keys(b).every((name) => partialMatchKey(a[name], b[name]));
}
