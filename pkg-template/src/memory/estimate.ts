/** A word of the heap (bytes): V8 in Node. docs/memory.md says how far that is from other engines. */
const WORD = 8;
/** How many parts are looked at, more or less. */
const QUOTA = 400;
/** Of strings up to this length JSON.parse makes one for all that are equal. */
const SHARED_LENGTH = 10;
/** More properties than this and the object is a hash table. */
const TABLE_FROM = 128;

/** For the places that are looked at: even steps would fall in with the data's own. */
let random = 1;
let seen: Set<string> | undefined;

/**
 * About how much of the heap a value takes (bytes). Of long lists and wide objects some parts stand for all, so that the time
 * doesn't grow with the value; only the names of wide objects are all read.
 */
export function estimate(value: unknown): number {
  seen = undefined;
  return sizeOf(value, QUOTA);
}

function sizeOf(value: unknown, quota: number): number {
  switch (typeof value) {
    case 'string':
      return sizeOfString(value);
    case 'number':
      // Small integers lie in the slot that refers to them.
      return (value | 0) === value ? 0 : 2 * WORD;
    case 'bigint':
      return 4 * WORD;
    case 'object':
      return value === null ? 0 : sizeOfObject(value, quota);
    case 'function':
      return 8 * WORD;
    default:
      return 0;
  }
}

function sizeOfString(text: string): number {
  const { length } = text;
  if (length <= 1) {
    return 0;
  }
  if (length <= SHARED_LENGTH) {
    seen ??= new Set();
    if (seen.has(text)) {
      return 0;
    }
    seen.add(text);
  }
  const isWide = text.charCodeAt(length >> 1) > 0xff || text.charCodeAt(0) > 0xff || text.charCodeAt(length - 1) > 0xff;
  return 2 * WORD + Math.ceil((isWide ? 2 * length : length) / WORD) * WORD;
}

function sizeOfObject(value: object, quota: number): number {
  if (Array.isArray(value)) {
    return 6 * WORD + WORD * value.length + sizeOfParts(value.length, quota, (at, share) => sizeOf(value[at], share));
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return 16 * WORD + value.byteLength;
  }
  if (value instanceof Map || value instanceof Set) {
    const parts = value instanceof Map ? [...value.keys(), ...value.values()] : [...value];
    return 8 * WORD + 5 * WORD * value.size + sizeOfParts(parts.length, quota, (at, share) => sizeOf(parts[at], share));
  }
  const names = Object.keys(value);
  const { length } = names;
  if (quota < 1) {
    // Not looked into: as if it held numbers.
    return (3 + 2 * length) * WORD;
  }
  const isTable = length > TABLE_FROM;
  const own = isTable ? 5 * WORD * length : (3 + length) * WORD;
  return (
    own +
    sizeOfParts(length, quota, (at, share) => {
      const name = names[at]!;
      return (isTable ? sizeOfString(name) : 0) + sizeOf((value as Record<string, unknown>)[name], share);
    })
  );
}

/** The sum over parts, of which some are asked. */
function sizeOfParts(length: number, quota: number, size: (at: number, share: number) => number): number {
  if (length === 0) {
    return 0;
  }
  if (quota < 1) {
    return WORD * length;
  }
  const asked = Math.min(length, Math.max(24, Math.floor(Math.sqrt(quota))));
  // Less from level to level, so that it comes to an end.
  const share = (quota - 1) / asked;
  let sum = 0;
  for (let i = 0; i < asked; i++) {
    let at = i;
    if (asked < length) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
      at = Math.floor(((i + random / 2 ** 32) * length) / asked);
    }
    sum += size(at, share);
  }
  return (sum * length) / asked;
}
