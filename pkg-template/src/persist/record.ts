import type { QueryKey } from '@tanstack/query-core';
import type { Engine } from '#glue';
import { decodeUtf8, encodeUtf8 } from '../bridge/utf8';
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
/** Bytes of the length that follows: what is packed comes to so many, 0 where it isn't. */
const LENGTH = 4;
/** What is packed (bytes of JSON). */
const LEAST_PACKED = 1024;
const MOST_PACKED = 256 * 1024;

/** Tells a body from those that were written before. */
export function newStamp(): string {
  const random = globalThis.crypto
    ? crypto.getRandomValues(new Uint8Array(STAMP))
    : Uint8Array.from({ length: STAMP }, () => Math.random() * 256);
  return Array.from(random, (byte) => String.fromCharCode(33 + (byte % 90))).join('');
}

export function writeHead({ queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http }: Head): Uint8Array {
  return encodeUtf8(JSON.stringify([queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http]));
}

/** Throws where it isn't what `writeHead` has written. */
export function readHead(bytes: Uint8Array): Head {
  if (bytes.length > LARGEST_HEAD) {
    throw new Error('too large');
  }
  const parts: unknown = JSON.parse(decodeUtf8(bytes));
  if (!Array.isArray(parts) || parts.length !== 7) {
    throw new Error('not a head');
  }
  const [queryKey, queryHash, at, isInvalidated, isInfinite, stamp, http] = parts;
  const isHead =
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

/**
 * A body: its stamp, whether and from how many bytes it is packed, its bytes. Small ones aren't worth packing; with large ones it
 * would hold up the page.
 */
export function writeBody(json: string, stamp: string, engine: Engine): Uint8Array {
  const plain = encodeUtf8(json);
  const isPacked = plain.length >= LEAST_PACKED && plain.length <= MOST_PACKED;
  const bytes = isPacked ? engine.pack(plain) : plain;
  const body = new Uint8Array(STAMP + LENGTH + bytes.length);
  body.set(encodeUtf8(stamp));
  new DataView(body.buffer).setUint32(STAMP, isPacked ? plain.length : 0);
  body.set(bytes, STAMP + LENGTH);
  return body;
}

/** The data of the body to which a head belongs. Throws where it isn't what `writeBody` has written. */
export function readBody(body: Uint8Array, { stamp, isInfinite }: Head, engine: Engine): unknown {
  if (body.length < STAMP + LENGTH || decodeUtf8(body.subarray(0, STAMP)) !== stamp) {
    throw new Error('the body of another head');
  }
  const length = new DataView(body.buffer, body.byteOffset).getUint32(STAMP);
  if (Math.max(length, body.length) > LARGEST + STAMP + LENGTH) {
    throw new Error('too large');
  }
  const rest = body.subarray(STAMP + LENGTH);
  const plain = length === 0 ? rest : engine.unpack(rest, length);
  if (!plain) {
    throw new Error('damaged');
  }
  const data: unknown = JSON.parse(decodeUtf8(plain));
  return isInfinite ? unwrapParams(data as WrappedPages) : data;
}

/** Pages with each param in an array, which is empty where there is none: JSON has no `undefined`. */
interface WrappedPages {
  pages: unknown[];
  pageParams: unknown[][];
}

/** Pages as they are written; nothing where they are none. */
export function wrapParams(data: any): WrappedPages | undefined {
  if (!Array.isArray(data?.pages) || !Array.isArray(data.pageParams)) {
    return undefined;
  }
  return { ...data, pageParams: data.pageParams.map((param: unknown) => (param === undefined ? [] : [param])) };
}

function unwrapParams(data: WrappedPages): unknown {
  if (!Array.isArray(data?.pages) || !Array.isArray(data.pageParams) || !data.pageParams.every(Array.isArray)) {
    throw new Error('no pages');
  }
  return { ...data, pageParams: data.pageParams.map(([param]) => param) };
}
