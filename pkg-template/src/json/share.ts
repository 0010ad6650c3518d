type Container = Record<string | number, unknown>;

/** As many elements are compared in any case. */
export const FEW = 128;
/** Deeper than this a value is taken as it is: recursion must not exhaust the stack. */
const MAX_DEPTH = 500;

/** Whether the last value that `shared` gave equals its first, its second candidate. */
let equalsA = false;
let equalsB = false;

/**
 * A value fresh from `JSON.parse`, made of the parts of `old`, another such value, that equal its own: `old` itself if all do.
 * In arrays they are also found where they have moved. `other` is a second choice. Changes `fresh`.
 */
export function share(old: unknown, fresh: unknown, other?: unknown): unknown {
  return shared(old, other, fresh, 0);
}

/**
 * The same for elements in a row: `fresh` stands from `at` on in the new array, where `old` stood from `from` on for `count`
 * elements; what was at the same place in `old` is the first choice.
 */
export function shareRun(old: readonly unknown[], from: number, count: number, fresh: unknown[], at: number): void {
  shareList(old, from, count, fresh, at, undefined, 0);
}

/** `a` is the first choice, also for the parts. */
function shared(a: unknown, b: unknown, fresh: unknown, depth: number): unknown {
  if (typeof fresh !== 'object' || fresh === null) {
    equalsA = Object.is(a, fresh);
    equalsB = Object.is(b, fresh);
    return fresh;
  }
  const isArray = Array.isArray(fresh);
  const isLike = (old: unknown) => typeof old === 'object' && old !== null && Array.isArray(old) === isArray;
  let first = isLike(a) ? (a as Container) : undefined;
  const second = isLike(b) && a !== b ? (b as Container) : undefined;
  if ((!first && !second) || depth > MAX_DEPTH) {
    equalsA = false;
    equalsB = false;
    return fresh;
  }
  const swapped = !first;
  first ??= second!;
  const other = swapped ? undefined : second;
  const equal = isArray
    ? shareElements(first as never, other as never, fresh, depth)
    : shareMembers(first, other, fresh as Container, depth);
  equalsA = !swapped && (equal & 1) !== 0;
  equalsB = swapped ? (equal & 1) !== 0 : (equal & 2) !== 0;
  if (equal & 1) {
    return first;
  }
  return equal & 2 ? other : fresh;
}

/** Bits: 1 equals the first, 2 the second. */
function shareMembers(a: Container, b: Container | undefined, fresh: Container, depth: number): number {
  const names = Object.keys(fresh);
  let isA = true;
  let isB = b !== undefined;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const value = fresh[name];
    const ofA = a[name];
    if (typeof value !== 'object' || value === null) {
      // Zeros have a sign.
      isA &&= ofA === value && (value !== 0 || Object.is(ofA, value));
      isB &&= Object.is(b![name], value);
      continue;
    }
    const inherits = name === '__proto__';
    const taken = shared(
      inherits && !Object.hasOwn(a, name) ? undefined : ofA,
      b && !(inherits && !Object.hasOwn(b, name)) ? b[name] : undefined,
      value,
      depth + 1,
    );
    isA &&= equalsA;
    isB &&= equalsB || (b !== undefined && equalsA && ofA === b[name]);
    if (taken !== value) {
      fresh[name] = taken;
    }
  }
  isA &&= Object.keys(a).length === names.length;
  isB &&= Object.keys(b!).length === names.length;
  return (isA ? 1 : 0) | (isB ? 2 : 0);
}

function shareElements(
  a: readonly unknown[],
  b: readonly unknown[] | undefined,
  fresh: unknown[],
  depth: number,
): number {
  const equal = shareList(a, 0, a.length, fresh, 0, b, depth + 1);
  const isA = (equal & 1) !== 0 && a.length === fresh.length;
  const isB = (equal & 2) !== 0 && b!.length === fresh.length;
  return (isA ? 1 : 0) | (isB ? 2 : 0);
}

function shareList(
  old: readonly unknown[],
  from: number,
  count: number,
  fresh: unknown[],
  at: number,
  other: readonly unknown[] | undefined,
  depth: number,
): number {
  const moved = other ? undefined : movedElements(old, from, count, fresh);
  let isA = true;
  let isB = other !== undefined;
  const unequal: number[] = [];
  let equal = 0;
  for (let i = 0; i < fresh.length; i++) {
    const value = fresh[i];
    const there = old[at + i];
    if (typeof value !== 'object' || value === null) {
      isA &&= there === value && (value !== 0 || Object.is(there, value));
      isB &&= Object.is(other![i], value);
      continue;
    }
    const second = other ? other[i] : moved ? moved[i] : i < count ? old[from + i] : undefined;
    const taken = shared(there, second, value, depth);
    isA &&= equalsA;
    isB &&= equalsB || (equalsA && there === second);
    if (taken === value) {
      unequal.push(i);
    } else {
      equal++;
      fresh[i] = taken;
    }
  }
  // Where the engine has compared the texts it has found what moved, unless they are written in another way.
  if (unequal.length > 0 && (depth > 0 || equal > 0)) {
    takeWhatMoved(old, from, count, fresh, unequal);
    if (other) {
      takeWhatMoved(other, 0, other.length, fresh, unequal);
    }
  }
  return (isA ? 1 : 0) | (isB ? 2 : 0);
}

/** For each element the one that it probably was, by its name, if that isn't simply the one at the same place. */
function movedElements(
  old: readonly unknown[],
  from: number,
  count: number,
  fresh: readonly unknown[],
): unknown[] | undefined {
  let same = 0;
  while (same < fresh.length && same < count && isSameRow(old[from + same], fresh[same])) {
    same++;
  }
  if (count === 0 || same === fresh.length) {
    return undefined;
  }
  const byName = new Map<unknown, unknown>();
  for (let i = count; --i >= 0; ) {
    byName.set(nameOf(old[from + i]), old[from + i]);
  }
  byName.delete(undefined);
  return fresh.map((element, i) => byName.get(nameOf(element)) ?? (i < count ? old[from + i] : undefined));
}

/** Puts equal old elements, if they stand nowhere any more, in the place of those that equal none so far. */
export function takeWhatMoved(
  old: readonly unknown[],
  from: number,
  count: number,
  fresh: unknown[],
  unequal: readonly number[],
): void {
  const taken = new Set<unknown>(fresh);
  const gone = new Map<number, unknown[]>();
  for (let i = 0; i < count; i++) {
    const element = old[from + i];
    if (isContainer(element) && !taken.has(element)) {
      const key = signature(element);
      const alike = gone.get(key);
      if (alike) {
        alike.push(element);
      } else {
        gone.set(key, [element]);
      }
    }
  }
  if (gone.size === 0) {
    return;
  }
  for (const i of unequal) {
    const element = fresh[i];
    const alike = isContainer(element) && gone.get(signature(element));
    // Many that look alike are told apart only so far: this mustn't take the square of their number.
    for (let k = 0; alike && k < alike.length && k < MOST_ALIKE; k++) {
      if (isEqual(alike[k], element, 0)) {
        fresh[i] = alike.splice(k, 1)[0];
        break;
      }
    }
  }
}

const MOST_ALIKE = 64;

/** The same for equal elements, and mostly another for others: made of what is at their surface. */
function signature(element: Container): number {
  let sum = 17;
  let left = 6;
  for (const name in element) {
    const value = element[name];
    if (typeof value === 'number') {
      sum += value * name.length;
    } else if (typeof value === 'string') {
      sum += value.length * 7 + (value.charCodeAt(value.length - 1) || 0) * 13;
    } else {
      sum += value === null ? 3 : value === true ? 5 : 11;
    }
    if (--left === 0) {
      break;
    }
  }
  return sum;
}

/** Whether two values from `JSON.parse` are deeply equal. */
export function isEqual(a: unknown, b: unknown, depth: number): boolean {
  if (a === b || !isContainer(a) || !isContainer(b)) {
    return Object.is(a, b);
  }
  const names = Object.keys(b);
  if (Array.isArray(a) !== Array.isArray(b) || Object.keys(a).length !== names.length || depth > MAX_DEPTH) {
    return false;
  }
  return names.every((name) => Object.hasOwn(a, name) && isEqual(a[name], b[name], depth + 1));
}

/** Whether two elements at the same place are probably the same row, changed or not. */
export function isSameRow(old: unknown, fresh: unknown): boolean {
  return !isContainer(fresh) || (isContainer(old) && nameOf(old) === nameOf(fresh));
}

/** What a row goes by: mostly its id is its first member. */
function nameOf(element: unknown): unknown {
  if (isContainer(element)) {
    for (const name in element) {
      const value = element[name];
      return typeof value === 'object' ? undefined : value;
    }
  }
  return undefined;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
