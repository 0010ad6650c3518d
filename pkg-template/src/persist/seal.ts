import { encodeUtf8 } from '../bridge/utf8';

/** What a key may be given as: 16, 24 or 32 bytes, also as base64, or a key of WebCrypto for AES-GCM. */
export type KeySource = CryptoKey | BufferSource | string;

/** How the records of one scope are named and sealed. */
export interface Seal {
  /** The scope's name in the store. */
  readonly scope: string;
  /** This name, and that under which its records were written before there was a key. */
  readonly scopes: readonly string[];
  /** The version that its records bear. */
  readonly version: string;
  /** Whether what it seals can't be read without its key. */
  readonly hides: boolean;
  /** The name of a query's record. */
  idOf(queryHash: string): Promise<string>;
  /** Seals one part of a record. */
  seal(part: Part, id: string, plain: Uint8Array): Promise<Uint8Array>;
  /** Opens it. Rejects where it isn't what was sealed: of this key, scope, version, record and part. */
  open(part: Part, id: string, sealed: Uint8Array): Promise<Uint8Array>;
}

type Part = 'head' | 'body';

/** Bytes of an initialization vector of AES-GCM. */
const IV = 12;

/** Without a key: all is as it is. */
export function openSeal(scope: string, version: string): Seal {
  return {
    scope: plainName(scope),
    scopes: [plainName(scope)],
    version: `plain:${version}`,
    hides: false,
    idOf: async (queryHash) => queryHash,
    seal: async (_part, _id, plain) => plain,
    open: async (_part, _id, sealed) => sealed,
  };
}

/**
 * With a key: AES-GCM, a fresh initialization vector for each record and write; what a record is, is authenticated with it, so
 * that records can't be exchanged. Queries go by an HMAC of their hash, scopes by a digest.
 */
export async function closeSeal(scope: string, version: string, source: KeySource): Promise<Seal> {
  if (!globalThis.crypto?.subtle) {
    throw new Error('persist: a key needs WebCrypto, which browsers have on https pages and localhost only.');
  }
  const key = await importKey(source);
  const names = await nameKey(key);
  const digest = await crypto.subtle.digest('SHA-256', encodeUtf8(`ferroquery scope ${scope}`));
  const mac = async (text: string) => base64(await crypto.subtle.sign('HMAC', names, encodeUtf8(text)));
  const name = `sealed:${base64(digest)}`;
  const own = { scope: name, scopes: [name, plainName(scope)], version: `sealed:${await mac(`version ${version}`)}` };
  const additionalData = (part: Part, id: string) => encodeUtf8(JSON.stringify([part, own.scope, own.version, id]));
  return {
    ...own,
    hides: true,
    idOf: (queryHash) => mac(`query ${queryHash}`),
    async seal(part, id, plain) {
      const iv = crypto.getRandomValues(new Uint8Array(IV));
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(part, id) };
      const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, plain as BufferSource));
      const whole = new Uint8Array(IV + sealed.length);
      whole.set(iv);
      whole.set(sealed, IV);
      return whole;
    },
    async open(part, id, sealed) {
      const iv = sealed.slice(0, IV);
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(part, id) };
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(IV)));
    },
  };
}

const plainName = (scope: string) => `plain:${scope}`;

async function importKey(source: KeySource): Promise<CryptoKey> {
  if (typeof CryptoKey === 'function' && source instanceof CryptoKey) {
    const { usages, algorithm } = source;
    if (algorithm.name !== 'AES-GCM' || !usages.includes('encrypt') || !usages.includes('decrypt')) {
      throw new TypeError(
        `persist: key must be a CryptoKey for AES-GCM that may encrypt and decrypt, but it is one for ${algorithm.name} that may ${usages.join(', ') || 'nothing'}.`,
      );
    }
    return source;
  }
  const raw = bytesOf(source);
  if (![16, 24, 32].includes(raw.length)) {
    throw new TypeError(
      `persist: key must have 16, 24 or 32 bytes, but it has ${raw.length}. It is no password: derive one from that with PBKDF2.`,
    );
  }
  return crypto.subtle.importKey('raw', raw as BufferSource, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function bytesOf(source: unknown): Uint8Array {
  if (source instanceof ArrayBuffer) {
    return new Uint8Array(source);
  }
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  if (typeof source === 'string') {
    const standard = source.trim().replaceAll('-', '+').replaceAll('_', '/');
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(standard)) {
      return Uint8Array.from(atob(standard), (character) => character.charCodeAt(0));
    }
    throw new TypeError(
      'persist: key is a text, but not base64. A password is no key: derive one from it with PBKDF2.',
    );
  }
  throw new TypeError(`persist: key must be a CryptoKey, bytes or base64, but it is of type ${typeof source}.`);
}

/**
 * The key under which queries are named, made from the one that encrypts: a CryptoKey need not be extractable. One fixed text
 * under one fixed vector, whose result is never stored.
 */
async function nameKey(key: CryptoKey): Promise<CryptoKey> {
  const algorithm = { name: 'AES-GCM', iv: encodeUtf8('record names'), additionalData: encodeUtf8('ferroquery') };
  const secret = await crypto.subtle.encrypt(algorithm, key, new Uint8Array(32));
  return crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

function base64(buffer: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
