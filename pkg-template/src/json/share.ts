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
 * The same for some elements of a list, those at `places`: what stands at the same place in `there` is the first choice, then
 * the one of its name among those of `old` that are gone (`ranges`, as from and count), or else the likely one. Gives the
 * places of those that equal none.
 */
export function shareSome(
  old: readonly unknown[],
  ranges: ArrayLike<number>,
  fresh: unknown[],
  places: readonly number[],
  likely: readonly unknown[],
  there: readonly unknown[],
): number[] {
  let byName: Map<unknown, unknown> | undefined;
  return places.filter((i, n) => {
    const value = fresh[i];
    let second = likely[n];
    if (!isSameRow(there[i], value) && !isSameRow(second, value)) {
      byName ??= namesOf(old, ranges);
      second = byName.get(nameOf(value)) ?? second;
    }
    fresh[i] = share(there[i], value, second);
    return fresh[i] === value;
  });
}

function namesOf(elements: readonly unknown[], ranges: ArrayLike<number>): Map<unknown, unknown> {
  const byName = new Map<unknown, unknown>();
  for (let range = ranges.length - 2; range >= 0; range -= 2) {
    const from = ranges[range]!;
    for (let i = from + ranges[range + 1]!; --i >= from; ) {
      byName.set(nameOf(elements[i]), elements[i]);
    }
  }
  byName.delete(undefined);
  return byName;
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

/** Where an element has moved, it is compared with the one that it probably was in `b`, or else in `a`. */
function shareElements(
  a: readonly unknown[],
  b: readonly unknown[] | undefined,
  fresh: unknown[],
  depth: number,
): number {
  const old = b ?? a;
  const moved = movedElements(old, fresh);
  let isA = a.length === fresh.length;
  let isB = b?.length === fresh.length;
  const unequal: number[] = [];
  for (let i = 0; i < fresh.length; i++) {
    const value = fresh[i];
    const there = a[i];
    if (typeof value !== 'object' || value === null) {
      isA &&= there === value && (value !== 0 || Object.is(there, value));
      isB &&= Object.is(b![i], value);
      continue;
    }
    const second = moved ? moved[i] : old[i];
    const taken = shared(there, second, value, depth + 1);
    isA &&= equalsA;
    isB &&= taken === b![i] || (second === b![i] && (equalsB || (equalsA && there === second)));
    if (taken === value) {
      unequal.push(i);
    } else {
      fresh[i] = taken;
    }
  }
  if (unequal.length > 0) {
    const taken = new Set<unknown>(fresh);
    takeWhatMoved(a, [0, a.length], fresh, unequal, [], taken);
    if (b) {
      takeWhatMoved(b, [0, b.length], fresh, unequal, [], taken);
    }
  }
  return (isA ? 1 : 0) | (isB ? 2 : 0);
}

/** For each element the one that it probably was, by its name, if that isn't simply the one at the same place. */
function movedElements(old: readonly unknown[], fresh: readonly unknown[]): unknown[] | undefined {
  let same = 0;
  while (same < fresh.length && same < old.length && isSameRow(old[same], fresh[same])) {
    same++;
  }
  if (old.length === 0 || same === fresh.length) {
    return undefined;
  }
  const byName = namesOf(old, [0, old.length]);
  return fresh.map((element, i) => byName.get(nameOf(element)) ?? old[i]);
}

/**
 * Puts equal old elements in the place of those that equal none so far. `ranges`: where in `old`, as from and count; those in
 * `but` stand elsewhere. `sources`: of what each was made, if that is known: it isn't that.
 */
export function takeWhatMoved(
  old: readonly unknown[],
  ranges: ArrayLike<number>,
  fresh: unknown[],
  unequal: readonly number[],
  sources: readonly unknown[],
  but?: ReadonlySet<unknown>,
): void {
  const signatures = unequal.map((i) => {
    const element = fresh[i];
    return isContainer(element) ? signature(element) : undefined;
  });
  const wanted = new Set(signatures);
  const gone = new Map<number, unknown[]>();
  for (let range = 0; range < ranges.length; range += 2) {
    const end = ranges[range]! + ranges[range + 1]!;
    for (let i = ranges[range]!; i < end; i++) {
      const element = old[i];
      if (!isContainer(element) || but?.has(element)) {
        continue;
      }
      const key = signature(element);
      if (!wanted.has(key)) {
        continue;
      }
      const alike = gone.get(key);
      if (alike) {
        alike.push(element);
      } else {
        gone.set(key, [element]);
      }
    }
  }
  for (let n = 0; n < unequal.length && gone.size > 0; n++) {
    const alike = gone.get(signatures[n]!);
    // Many that look alike are told apart only so far: this mustn't take the square of their number.
    for (let k = 0; alike && k < alike.length && k < MOST_ALIKE; k++) {
      if (alike[k] !== sources[n] && isEqual(alike[k], fresh[unequal[n]!], 0)) {
        fresh[unequal[n]!] = alike.splice(k, 1)[0];
        break;
      }
    }
  }
}

const MOST_ALIKE = 64;

/** The same for equal elements, and mostly another for others: made of what is at their surface. */
function signature(element: Container): number {
  let sum = 17;
  let left = 32;
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
  // Small whole numbers are the quickest to look up.
  return sum & 0x3fffffff;
}

/** Whether two values from `JSON.parse` are deeply equal. */
export function isEqual(a: unknown, b: unknown, depth: number): boolean {
  if (a === b || !isContainer(a) || !isContainer(b)) {
    return Object.is(a, b);
  }
  if (Array.isArray(a) !== Array.isArray(b) || depth > MAX_DEPTH) {
    return false;
  }
  if (Array.isArray(b)) {
    return a.length === b.length && b.every((element, i) => isEqual(a[i], element, depth + 1));
  }
  const names = Object.keys(b);
  return (
    Object.keys(a).length === names.length &&
    names.every((name) => Object.hasOwn(a, name) && isEqual(a[name], b[name], depth + 1))
  );
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

export function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
