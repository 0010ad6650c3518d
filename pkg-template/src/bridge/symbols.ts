import { canonicalText } from '../queryKey';

/** `null`, and all that JSON makes of it in an array. */
const NULL = 0;
const MISSING = -1;
/** Begins the text of a key that is no array; no part's text begins so. */
const WHOLE = '=';

interface Interner {
  intern(text: string, scalar: boolean): number;
}

/** How many symbols a key has. One that is no array, which types forbid and query-core takes, is a single part. */
export function symbolsIn(key: readonly unknown[]): number {
  return Array.isArray(key) ? key.length : 1;
}

/** The way from a key's parts to their symbols. Looking up never makes one. */
export class Symbols {
  readonly #interner: Interner;
  readonly #scalars = new Map<unknown, number>();
  readonly #objects = new Map<string, number>();
  /** By symbol: the key in one of the maps. */
  readonly #parts: unknown[] = [];
  /** The symbols of the last key that was read. */
  readonly path: number[] = [];
  /** Whether all parts of the last key were scalars. */
  scalar = true;
  /** Whether the symbols say all about the parts of the last key. */
  plain = true;

  constructor(interner: Interner) {
    this.#interner = interner;
  }

  /** Reads a key into `path`; false where a part has no symbol, so that no query can have this key. */
  find(key: readonly unknown[]): boolean {
    if (!Array.isArray(key)) {
      return this.#findWhole(key);
    }
    const length = key.length;
    const path = this.path;
    for (let at = 0; at < length; at++) {
      const symbol = this.#scalars.get(key[at]) ?? this.#find(key[at]);
      if (symbol === MISSING) {
        return false;
      }
      path[at] = symbol;
    }
    return true;
  }

  /** Reads a key into `path` and makes the symbols that are missing. */
  intern(key: readonly unknown[]): void {
    if (!Array.isArray(key)) {
      this.scalar = false;
      this.plain = false;
      this.path[0] = this.#internText(WHOLE + canonicalText(key));
      return;
    }
    this.scalar = true;
    this.plain = true;
    for (let at = 0; at < key.length; at++) {
      this.path[at] = this.#intern(key[at]);
    }
  }

  /**
   * Reads the first parts of a filter's key, as far as symbols decide a partial match, into `path`; how many.
   * Negative where no query can match.
   */
  findPrefix(key: readonly unknown[]): number {
    let length = 0;
    for (const part of Array.isArray(key) ? key : []) {
      if (part !== null && !isScalar(part)) {
        break;
      }
      const symbol = part === null ? NULL : (this.#scalars.get(part) ?? MISSING);
      if (symbol === MISSING) {
        return MISSING;
      }
      this.path[length++] = symbol;
    }
    return length;
  }

  /** Forgets a symbol that the engine has freed. */
  forget(symbol: number): void {
    const part = this.#parts[symbol];
    this.#parts[symbol] = undefined;
    if (part instanceof ObjectPart) {
      this.#objects.delete(part.text);
    } else {
      this.#scalars.delete(part);
    }
  }

  get size(): number {
    return this.#scalars.size + this.#objects.size;
  }

  #findWhole(key: unknown): boolean {
    const symbol = this.#objects.get(WHOLE + canonicalText(key));
    if (symbol !== undefined) {
      this.path[0] = symbol;
    }
    return symbol !== undefined;
  }

  #find(part: unknown): number {
    if (isScalar(part)) {
      return MISSING;
    }
    if (isNull(part)) {
      return NULL;
    }
    const text = canonicalText(part);
    if (isStructure(text)) {
      return this.#objects.get(text) ?? MISSING;
    }
    const value = text === undefined ? null : JSON.parse(text);
    return value === null ? NULL : (this.#scalars.get(value) ?? MISSING);
  }

  #intern(part: unknown): number {
    if (isScalar(part)) {
      return this.#internScalar(part);
    }
    if (part === null) {
      return NULL;
    }
    this.plain = false;
    if (isNull(part)) {
      // In a backend key only what `join` makes empty too.
      this.scalar &&= part === undefined;
      return NULL;
    }
    this.scalar = false;
    const text = canonicalText(part);
    if (!isStructure(text)) {
      const value = text === undefined ? null : JSON.parse(text);
      return value === null ? NULL : this.#internScalar(value);
    }
    return this.#internText(text);
  }

  #internText(text: string): number {
    let symbol = this.#objects.get(text);
    if (symbol === undefined) {
      symbol = this.#interner.intern(text, false);
      this.#objects.set(text, symbol);
      this.#parts[symbol] = new ObjectPart(text);
    }
    return symbol;
  }

  #internScalar(part: string | number | boolean): number {
    let symbol = this.#scalars.get(part);
    if (symbol === undefined) {
      symbol = this.#interner.intern(String(part), true);
      this.#scalars.set(part, symbol);
      this.#parts[symbol] = part;
    }
    return symbol;
  }
}

class ObjectPart {
  constructor(readonly text: string) {}
}

function isScalar(part: unknown): part is string | number | boolean {
  return typeof part === 'string' || typeof part === 'boolean' || (typeof part === 'number' && Number.isFinite(part));
}

function isNull(part: unknown): boolean {
  return (
    part === undefined ||
    part === null ||
    typeof part === 'number' ||
    typeof part === 'function' ||
    typeof part === 'symbol'
  );
}

/** Whether a canonical text is an object or an array; a Date, say, has the text of a string. */
function isStructure(text: string | undefined): text is string {
  return text !== undefined && (text[0] === '{' || text[0] === '[');
}
