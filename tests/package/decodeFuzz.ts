import { replaceEqualDeep } from '@tanstack/query-core';
import { decodeJson, type QueryClient, type QueryKey } from 'ferroquery';
import { rewritten } from './rewritten.js';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** Numbers in [0, below). */
export type Random = (below: number) => number;

/** SplitMix32: the same seed gives the same documents anywhere. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}

const NAMES = ['id', 'name', 'a', 'b', 'rows', '__proto__', '0', '7', '12', 'toString', '', 'é', '"', '\\'];
const TEXTS = [
  '',
  'x',
  '"',
  '\\',
  '\\"',
  '{',
  '[',
  ']',
  '}',
  ',',
  ':',
  'é',
  '😀',
  '\ud800',
  '\u0000',
  '\n',
  '\\\\"',
  '},{',
];
/** Writing zeros with their sign takes long: few sequences have them. */
let hasZeros = true;
/** In one sequence of four many rows are equal, and each body is written otherwise than the one before. */
let isRewritten = false;
const NUMBERS = [-0, 0, 1, -1, 0.5, 1e21, 1e-7, 9007199254740991, -1.5e300];

function leaf(random: Random): Json {
  switch (random(8)) {
    case 0:
      return null;
    case 1:
      return random(2) === 0;
    case 2:
    case 3:
      return random(20);
    case 4:
      return NUMBERS[hasZeros ? random(NUMBERS.length) : 1 + random(NUMBERS.length - 1)]!;
    case 5:
      return 'pad'.repeat(random(40));
    default:
      return TEXTS[random(TEXTS.length)]! + TEXTS[random(TEXTS.length)]!;
  }
}

function members(random: Random, depth: number, count: number): Json {
  const made: Record<string, Json> = {};
  for (let i = 0; i < count; i++) {
    put(made, random(3) > 0 ? NAMES[random(NAMES.length)]! : `k${random(40)}`, value(random, depth));
  }
  return made;
}

function put(object: object, name: string, value: Json): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function value(random: Random, depth: number): Json {
  if (depth <= 0) {
    return leaf(random);
  }
  switch (random(6)) {
    case 0:
      return leaf(random);
    case 1:
      return members(random, depth - 1, random(6));
    case 2:
      return Array.from({ length: random(6) }, () => value(random, depth - 1));
    case 3:
      return rows(random, random(12));
    default:
      return depth > 1 ? members(random, depth - 1, 1 + random(4)) : leaf(random);
  }
}

/** A list as a table has it, or, with few ids, one whose elements repeat. */
function rows(random: Random, count: number): Json {
  const kind = random(4);
  const made = (length: number) => Array.from({ length }, () => row(random, kind));
  return isRewritten ? drawn(random, made(Math.min(count, 1 + random(3))), count) : made(count);
}

function drawn(random: Random, pool: Json[], count: number): Json {
  return Array.from({ length: count }, () => pool[random(pool.length)]!);
}

function row(random: Random, kind: number): Json {
  switch (kind) {
    case 0:
      return [random(5), random(3)];
    case 1:
      return { t: random(9), v: [random(2), {}] };
    default:
      return {
        id: random(9_999),
        name: `n${random(5)}`,
        pad: 'p'.repeat(random(150)),
        owner: { id: random(4), tags: ['a', { b: random(3) }] },
        list: rows(random, random(3)),
      };
  }
}

/** A body: mostly one that is big enough to be guided through. */
export function document(random: Random): Json {
  switch (random(5)) {
    case 0:
      return value(random, 4);
    case 1:
      return rows(random, 5 + random(25));
    case 2:
      return members(random, 3, 10 + random(25));
    case 3:
      return { id: 1, data: rows(random, 10 + random(20)), page: random(3), extra: value(random, 3) };
    default: {
      const panels = [1, 2, 3].map((id) => ({ id, series: rows(random, 5 + random(25)), rest: value(random, 2) }));
      return isRewritten ? drawn(random, panels, 2 + random(5)) : panels;
    }
  }
}

/** Changes something in a document; gives back what stands in its place. */
export function edited(random: Random, at: Json, depth = 0): Json {
  if (typeof at !== 'object' || at === null) {
    return leaf(random);
  }
  if (Array.isArray(at)) {
    const made = at.slice();
    const i = random(made.length + 1);
    if (i < made.length && random(depth > 4 ? 9 : 3) > 0) {
      made[i] = edited(random, made[i]!, depth + 1);
      return made;
    }
    switch (random(8)) {
      case 0:
        made.splice(i, 1 + random(3));
        break;
      case 1:
        made.unshift(row(random, random(4)));
        break;
      case 2:
        made.push(made[i] ?? leaf(random));
        break;
      case 3:
        made.reverse();
        break;
      case 4:
        made.unshift(...made.splice(i, 1));
        break;
      case 5:
        return made.map((element) => (random(4) === 0 ? edited(random, element, depth + 1) : element));
      default:
        made.splice(i, 0, row(random, random(4)));
    }
    return made;
  }
  const names = Object.keys(at);
  const name = names[random(names.length + 1)];
  const made: Record<string, Json> = {};
  const kind = random(6);
  if (kind === 0) {
    put(made, NAMES[random(NAMES.length)]!, leaf(random));
  }
  for (const each of kind === 1 ? names.reverse() : names) {
    const before = Object.getOwnPropertyDescriptor(at, each)!.value as Json;
    if (each === name && kind > 1) {
      if (kind > 2) put(made, each, edited(random, before, depth + 1));
    } else {
      put(made, each, before);
    }
  }
  if (kind === 1) {
    put(made, NAMES[random(NAMES.length)]!, leaf(random));
  }
  return made;
}

/** A text of the document: with white space of some kind, and now and then members that come twice or names written otherwise. */
export function textOf(random: Random, document: Json): string {
  const odd = random(12);
  const text = written(document, odd === 0 ? random(3) : 0).replaceAll(ZERO, '-0');
  switch (odd) {
    case 1:
      return text.replaceAll('"a":', '"a":7,"a" :\t');
    case 2:
      return text.replaceAll('"id"', '"\\u0069d"');
    case 3:
      return ` \n${text.replaceAll('},{', '} ,\r\n {')}\t`;
    case 4:
      return `\ufeff${text}`;
    case 5: {
      // Mostly no JSON any more.
      const cut = random(text.length + 1);
      return text.slice(0, cut) + TEXTS[random(TEXTS.length)] + text.slice(cut + random(3));
    }
    default:
      return text;
  }
}

const ZERO = '"-0!"';
const written = (value: unknown, space = 0) => JSON.stringify(value, hasZeros ? keepZeros : undefined, space);
const keepZeros = (_: string, value: unknown) => (Object.is(value, -0) ? '-0!' : value);

/** What is wrong with a new value, beside the one before and what query-core would make of both; or nothing. */
export function fault(
  before: unknown,
  parsed: unknown,
  ours: unknown,
  byHand: boolean,
  text: string,
): string | undefined {
  if (!isEqual(parsed, ours)) {
    const found = differs(parsed, ours, '$');
    if (found) {
      return found;
    }
  }
  // query-core loses members of this name.
  if (ours === before || text.includes('__proto__')) {
    return undefined;
  }
  return lostIdentity(before, replaceEqualDeep(before, parsed), ours, containersIn(before), byHand, '$');
}

/** The same as `differs` says, without saying where: there are many bodies. */
function isEqual(a: any, b: any): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b);
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, i) => isEqual(element, b[i]));
  }
  const names = Object.keys(a);
  if (Array.isArray(b) || names.length !== Object.keys(b).length) {
    return false;
  }
  return names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]));
}

function differs(a: any, b: any, at: string): string | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    // Of a body that is nothing but a zero, sharing takes no notice of the sign.
    return Object.is(a, b) || (at === '$' && a === 0 && b === 0)
      ? undefined
      : `${at} is ${String(b)}, not ${String(a)}`;
  }
  const names = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || names.length !== Object.keys(b).length) {
    return `${at} has another shape`;
  }
  for (const name of names) {
    if (!Object.hasOwn(b, name)) {
      return `${at}.${name} is missing`;
    }
    const found = differs(a[name], b[name], `${at}.${name}`);
    if (found) {
      return found;
    }
  }
  return undefined;
}

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const own = (value: Record<string, unknown>, name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);

/** What a row goes by: its first member. */
function idOf(row: unknown): unknown {
  const id = isContainer(row) ? Object.values(row)[0] : undefined;
  return isContainer(id) ? undefined : (id ?? undefined);
}

/** The row of the same id, if there is one, and it is gone. */
function onlyOne(rows: unknown[], row: unknown, ours: unknown[]): unknown {
  const alike = rows.filter((each) => idOf(each) === idOf(row));
  return alike.length === 1 && !ours.includes(alike[0]) ? alike[0] : undefined;
}

/** Whether each row but one is known by its id to be where it was. */
function areInPlace(rows: unknown[], ours: unknown[]): boolean {
  const isKnown = (row: unknown, i: number) =>
    !isContainer(row) || (idOf(row) !== undefined && idOf(row) === idOf(ours[i]));
  return rows.filter((row, i) => !isKnown(row, i)).length <= 1;
}

/** All objects and arrays of a value. */
function containersIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (isContainer(value)) {
    found.add(value);
    for (const part of Object.values(value)) {
      containersIn(part, found);
    }
  }
  return found;
}

/**
 * Where a part is a new object and needn't be: where query-core has an old one (`theirs`), and where it equals an element that
 * is gone from the list that it was in.
 */
function lostIdentity(
  before: unknown,
  theirs: unknown,
  ours: unknown,
  known: ReadonlySet<unknown>,
  byHand: boolean,
  at: string,
): string | undefined {
  if (!isContainer(ours) || known.has(ours)) {
    return undefined;
  }
  // Zeros of either sign are the same for query-core, and not here.
  if (known.has(theirs) && !differs(theirs, ours, '')) {
    return `${at} is a new object, and query-core keeps an old one`;
  }
  const isList = Array.isArray(before) && Array.isArray(ours);
  // After a write by hand sharing is query-core's, by index.
  const moved = isList && !byHand ? movedElement(before, ours, known) : -1;
  if (moved >= 0) {
    return `${at}.${moved} is a new object, and only has moved`;
  }
  const inPlace = isList && areInPlace(before, ours);
  for (const name of Object.keys(ours)) {
    let was = isContainer(before) ? own(before, name) : undefined;
    if (isList && !byHand) {
      const row = ours[name as never];
      // One that has doubled needn't be found, nor its parts. One that has moved and changed was that of its id; one without an
      // id is that at its place, if all others are at theirs.
      was = idOf(row) !== undefined ? onlyOne(before, row, ours) : inPlace ? was : undefined;
    }
    const there = isContainer(theirs) ? own(theirs, name) : undefined;
    const found = lostIdentity(was, there, ours[name], known, byHand, `${at}.${name}`);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** A new element that equals an old one that is no longer there. One that has doubled needn't be found. */
function movedElement(before: unknown[], ours: unknown[], known: ReadonlySet<unknown>): number {
  const fresh = ours.filter((element) => isContainer(element) && !known.has(element));
  if (fresh.length === 0) {
    return -1;
  }
  const taken = new Set(ours);
  const gone = before.filter((element) => isContainer(element) && !taken.has(element));
  const texts = new Set(gone.map((element) => written(element)));
  const copies = (list: unknown[], text: string) => list.filter((element) => written(element) === text).length;
  const hasMoved = (text: string) => texts.has(text) && copies(ours, text) <= copies(before, text);
  const found = texts.size > 0 ? fresh.find((element) => hasMoved(written(element))) : undefined;
  return found === undefined ? -1 : ours.indexOf(found);
}

function attempt(parse: () => unknown): { value?: unknown; error?: string } {
  try {
    return { value: parse() };
  } catch (error) {
    return { error: String(error) };
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What has been tried. */
export interface Tried {
  bodies: number;
  /** Changes that led to them. */
  edits: number;
}

/** Decodes a sequence of edits of one document for one query; the first fault, with what led to it. Counts in `tried`. */
export async function sequence(
  client: QueryClient,
  seed: number,
  steps: number,
  tried: Tried,
): Promise<string | undefined> {
  const random = randomFrom(seed);
  const queryKey: QueryKey = ['fuzz', seed % 16];
  hasZeros = random(8) === 0;
  isRewritten = seed % 4 === 0;
  let now = document(random);
  client.removeQueries({ queryKey });
  // Until an answer comes that isn't broken.
  let byHand = false;
  for (let step = 0; step < steps; step++) {
    if (step > 0 && !(isRewritten && random(2) === 0)) {
      for (let edits = random(3); edits >= 0; edits--) {
        now = edited(random, now);
        tried.edits++;
      }
    }
    tried.bodies++;
    const writes = random(10) === 0;
    if (writes) {
      client.setQueryData(queryKey, structuredClone(client.getQueryData(queryKey)));
    }
    byHand ||= writes;
    const before = client.getQueryData(queryKey);
    const bytes = encoder.encode(isRewritten ? rewritten(random, now, 1 + random(40)) : textOf(random, now));
    const text = decoder.decode(bytes);
    const parsed = attempt(() => JSON.parse(text));
    const options = { queryKey, staleTime: 0, retry: false, queryFn: (context: never) => decodeJson(context, bytes) };
    const thrown = await client.fetchQuery(options as never).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    const after = client.getQueryData(queryKey);
    const found =
      thrown === parsed.error
        ? parsed.error === undefined
          ? fault(before, parsed.value, after, byHand, text)
          : Object.is(before, after)
            ? undefined
            : 'the data has changed'
        : `it threw ${thrown}, not ${parsed.error}`;
    if (found) {
      return `seed ${seed}, step ${step}: ${found}`;
    }
    byHand &&= thrown !== undefined;
  }
  return undefined;
}
