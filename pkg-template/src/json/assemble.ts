import { Builder, define, type Members, Misfit, own } from './members';
import { FEW, isContainer, isEqual, isSameRow, share, shareSome, takeWhatMoved } from './share';

/** The words of a plan: src/engine/delta/plan.rs has their meaning. */
const COPY = 0;
const NEW = 1;
const KID = 2;
const ARRAY = 0;
const PATCHED = 1;
const INSERTED = 3;

/**
 * Makes the new value from the old one, and from what was parsed. What equals its old counterpart is that one.
 *
 * Of a part that has moved, `stood` is what stood in its place: sharing by index would take the parts of that.
 */
export function assemble(words: Uint32Array, values: unknown[], old: unknown): unknown {
  const changed = (words[words.length - 1] ? values.pop() : []) as readonly string[];
  let at = 0;
  let next = 0;

  const container = (before: unknown, stood: unknown): unknown => {
    const kind = words[at++]!;
    if (!isContainer(before) || Array.isArray(before) !== (kind === ARRAY)) {
      throw new Misfit();
    }
    const made =
      kind === ARRAY
        ? array(before as never, stood)
        : kind === PATCHED
          ? patched(before, stood)
          : kind === INSERTED
            ? inserted(before, stood)
            : rebuilt(before, stood);
    return preferred(made, before, stood);
  };

  const array = (before: unknown[], stood: unknown): unknown[] => {
    const there = Array.isArray(stood) ? stood : before;
    const count = words[at++]!;
    const gone = words[at++]!;
    const segments = words[at++]!;
    const ranges = at;
    at += 2 * gone;
    const isAsLong = count === before.length;
    const made = isAsLong ? before.slice() : new Array(count);
    /** Whether each element equals the one that was at its place: also where it is another old one. */
    let isSame = isAsLong;
    let filled = 0;
    /** Where parsed elements stand, and the old ones that they are likely to have been. */
    const parsed: number[] = [];
    const likely: unknown[] = [];
    /** Where there is something new that may have been somewhere else, written in another way; and what it was made of. */
    const fresh: number[] = [];
    const sources: unknown[] = [];
    const note = (i: number, source?: unknown) => {
      if (gone > 0 && isContainer(made[i]) && (fresh.length < FEW || !isSameRow(there[i], made[i]))) {
        sources[fresh.length] = source;
        fresh.push(i);
      }
    };
    for (let left = segments; left > 0; left--) {
      const word = words[at++]!;
      if (word === COPY) {
        const from = words[at++]!;
        const length = words[at++]!;
        if (!isAsLong || from !== filled) {
          for (let i = 0; i < length; i++) {
            made[filled + i] = before[from + i];
            isSame &&= isEqual(before[from + i], before[filled + i], 0);
          }
        }
        filled += length;
      } else if (word === NEW) {
        const length = words[at++]!;
        const from = words[at++]!;
        const stood = words[at++]!;
        for (let i = 0; i < length; i++) {
          const value = values[next++];
          if (isContainer(value)) {
            likely[parsed.length] = i < stood ? before[from + i] : undefined;
            parsed.push(filled);
          } else {
            isSame &&= Object.is(value, before[filled]);
          }
          made[filled++] = value;
        }
      } else {
        const was = before[words[at++]!];
        const instead = there[filled] === was ? undefined : there[filled];
        const value = word === KID ? container(was, instead) : edit(was, instead);
        isSame &&= value === before[filled];
        made[filled] = value;
        if (value !== was && value !== instead) {
          if (word === KID && !isSameRow(was, value) && before.some((row) => isSameRow(row, value))) {
            // Written in another way, it was taken for another one.
            throw new Misfit();
          }
          note(filled, was);
        }
        filled++;
      }
    }
    const places = words.subarray(ranges, ranges + 2 * gone);
    if (parsed.length > 0) {
      for (const i of shareSome(before, places, made, parsed, likely, there)) {
        note(i);
      }
      isSame &&= parsed.every((i) => made[i] === before[i]);
    }
    if (fresh.length > 0) {
      takeWhatMoved(before, places, made, fresh, sources);
    }
    return isSame ? before : made;
  };

  const patched = (before: Members, stood: unknown): Members => {
    const removed = values[next++] as string[];
    const count = words[at++]!;
    const builder = new Builder(before, words[at++]!);
    builder.copyAll(removed);
    for (let left = words[at++]!; left > 0; left--) {
      const word = words[at++]!;
      if (word === COPY) {
        at += 2;
      } else if (word === NEW) {
        const members = values[next++] as Members;
        at++;
        for (const name of Object.keys(members)) {
          builder.put(name, taken(own(before, name), members[name], partOf(stood, name)));
        }
      } else {
        const name = values[next++] as string;
        const make = word === KID ? container : edit;
        builder.put(name, make(own(before, name), partOf(stood, name)));
      }
    }
    return builder.finish(count);
  };

  const inserted = (before: Members, stood: unknown): Members => {
    const count = words[at++]!;
    const builder = new Builder(before, words[at++]!);
    for (let left = words[at++]!; left > 0; left--) {
      const word = words[at++]!;
      if (word === COPY) {
        const from = words[at++]!;
        builder.copy(from, words[at++]!);
      } else {
        const members = values[next++] as Members;
        at++;
        for (const name of Object.keys(members)) {
          builder.add(name, taken(undefined, members[name], partOf(stood, name)));
        }
      }
    }
    return builder.finish(count);
  };

  const rebuilt = (before: Members, stood: unknown): Members => {
    const names = values[next++] as string[];
    const count = words[at++]!;
    const builder = new Builder(before, words[at++]!);
    let named = 0;
    for (let left = words[at++]!; left > 0; left--) {
      const word = words[at++]!;
      if (word === COPY) {
        const end = named + words[at + 1]!;
        at += 2;
        for (; named < end; named++) {
          builder.put(names[named]!, own(before, names[named]!));
        }
      } else if (word === NEW) {
        const members = values[next++] as Members;
        const end = named + words[at++]!;
        for (; named < end; named++) {
          const name = names[named]!;
          builder.put(name, taken(own(before, name), own(members, name), partOf(stood, name)));
        }
      } else {
        next++;
        const name = names[named++]!;
        builder.put(name, container(own(before, name), partOf(stood, name)));
      }
    }
    return builder.finish(count);
  };

  /** A small container with other values in it. */
  const edit = (before: unknown, stood: unknown): unknown => {
    // A member that came twice is found out by their number.
    if (!isContainer(before) || sizeOf(before) !== words[at++]) {
      throw new Misfit();
    }
    const isArray = Array.isArray(before);
    let made = before;
    for (let left = words[at++]!; left > 0; left--) {
      const word = words[at++]!;
      const name = (isArray ? word >>> 1 : changed[word >>> 1]) as string;
      const was = own(before, name);
      const instead = stood === undefined ? undefined : partOf(stood, name);
      const value = word & 1 ? edit(was, instead) : taken(was, values[next++], instead);
      if (!Object.is(value, was)) {
        if (made === before) {
          made = isArray ? (before.slice() as never) : { ...before };
        }
        define(made, name, value);
      }
    }
    return preferred(made, before, stood);
  };

  const value = container(old, undefined);
  if (next !== values.length) {
    throw new Misfit();
  }
  return value;
}

/** A parsed value, made of parts of what it was, or of what stood in its place. */
function taken(was: unknown, parsed: unknown, stood: unknown): unknown {
  if (!isContainer(parsed)) {
    return parsed;
  }
  return stood === undefined ? share(was, parsed) : share(stood, parsed, was);
}

/**
 * What stood in its place, if a moved one equals that: then the list around it may equal the old one. Or else what it was, which
 * it may have become of parts of the other.
 */
function preferred(made: unknown, before: unknown, stood: unknown): unknown {
  if (stood === undefined) {
    return made;
  }
  if (isEqual(stood, made, 0)) {
    return stood;
  }
  return made !== before && isEqual(before, made, 0) ? before : made;
}

function partOf(value: unknown, name: string): unknown {
  return isContainer(value) ? own(value, name) : undefined;
}

function sizeOf(value: Members): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}
