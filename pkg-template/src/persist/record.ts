import type { QueryKey } from '@tanstack/query-core';
import { type KeptAnswer, readKeptAnswer } from '../http/keptAnswer';

/** What is known of a query beside its data. */
export interface Head {
  queryKey: QueryKey;
  queryHash: string;
  /** When its data came (ms since the epoch). */
  at: number;
  isInvalidated: boolean;
  isInfinite: boolean;
  /** That of the body that it belongs to. */
  stamp: string;
  /** What HTTP said of the data. */
  http?: KeptAnswer | undefined;
}

/** Larger values aren't kept (bytes of JSON): the disk is shared, and a thaw must not take for ever. */
export const LARGEST = 32 * 1024 * 1024;
/** Larger heads are none of ours. */
const LARGEST_HEAD = 1024 * 1024;
/** Bytes of a stamp, in front of the body. */
const STAMP = 8;

const encoder = new TextEncoder();
// What isn't UTF-8 is damaged.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Tells a body from those that were written before. */
export function newStamp(): string {
  const random = globalThis.crypto
    ? crypto.getRandomValues(new Uint8Array(STAMP))
    : Uint8Array.from({ length: STAMP }, () => Math.random() * 256);
  return Array.from(random, (byte) => String.fromCharCode(33 + (byte % 90))).join('');
}

export function writeHead({ queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http }: Head): Uint8Array {
  return encoder.encode(JSON.stringify([queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http]));
}

/** Throws where it isn't what `writeHead` has written. */
export function readHead(bytes: Uint8Array): Head {
  if (bytes.length > LARGEST_HEAD) {
    throw new Error('too large');
  }
  const parts: unknown = JSON.parse(decoder.decode(bytes));
  if (!Array.isArray(parts) || parts.length !== 7) {
    throw new Error('not a head');
  }
  const [queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http] = parts;
  const isHead =
    Array.isArray(queryKey) &&
    typeof queryHash === 'string' &&
    Number.isFinite(at) &&
    typeof isInvalidated === 'boolean' &&
    typeof isInfinite === 'boolean' &&
    typeof stamp === 'string' &&
    stamp.length === STAMP;
  if (!isHead) {
    throw new Error('not a head');
  }
  return { queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http: readKeptAnswer(http) };
}

export function writeBody(json: string, stamp: string): Uint8Array {
  return encoder.encode(stamp + json);
}

/** The data of the body to which a head belongs. Throws where it isn't what `writeBody` has written. */
export function readBody(bytes: Uint8Array, { stamp, isInfinite }: Head): unknown {
  if (bytes.length > LARGEST + STAMP) {
    throw new Error('too large');
  }
  const text = decoder.decode(bytes);
  if (!text.startsWith(stamp)) {
    throw new Error('the body of another head');
  }
  const data = JSON.parse(text.slice(STAMP));
  if (isInfinite && !(Array.isArray(data?.pages) && Array.isArray(data.pageParams))) {
    throw new Error('no pages');
  }
  return data;
}
