/** Deeper than this a value is no answer of a server, or a cycle. */
const MAX_DEPTH = 500;
/** Parts of a value that are looked at before it counts as references that multiply. */
const MAX_PARTS = 2_000_000;

/**
 * Whether a value survives JSON: `JSON.parse(JSON.stringify(value))` equals it deeply, and is of the same make. It holds no
 * `undefined`, function, symbol or bigint, no NaN, infinity or -0, no Date, Map or other class instance, no array with holes
 * or properties of its own, no accessor or hidden property, and no cycle.
 *
 * @param maxParts a value of more parts (objects, texts, numbers …) doesn't count as safe
 */
export function isJsonSafe(value: unknown, maxParts = MAX_PARTS): boolean {
  // Then JSON.stringify calls it on everything.
  if ('toJSON' in Object.prototype || 'toJSON' in Array.prototype) {
    return false;
  }
  return partsOf(value, 0, maxParts) >= 0;
}

/** How many parts may still follow; negative where one isn't safe. */
function partsOf(value: unknown, depth: number, left: number): number {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return left - 1;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? left - 1 : -1;
    case 'object':
      return value === null ? left - 1 : depth > MAX_DEPTH ? -1 : partsIn(value, depth, left - 1);
    default:
      return -1;
  }
}

function partsIn(value: object, depth: number, left: number): number {
  const isArray = Array.isArray(value);
  const names = Object.keys(value);
  const length = isArray ? value.length : names.length;
  if (
    Object.getPrototypeOf(value) !== (isArray ? Array.prototype : Object.prototype) ||
    names.length !== length ||
    Object.getOwnPropertyNames(value).length !== (isArray ? length + 1 : length) ||
    Object.getOwnPropertySymbols(value).length > 0
  ) {
    return -1;
  }
  for (let at = 0; at < length && left >= 0; at++) {
    const name = isArray ? at : names[at]!;
    const own = Object.getOwnPropertyDescriptor(value, name)!;
    left = 'value' in own ? partsOf(own.value, depth + 1, left) : -1;
  }
  return left;
}
