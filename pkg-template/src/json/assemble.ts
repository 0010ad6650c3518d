import { Builder, define, type Members, Misfit, own } from './members';
import { FEW, isEqual, isSameRow, share, shareRun, takeWhatMoved } from './share';

/** The words of a plan: src/engine/delta/plan.rs has their meaning. */
const COPY = 0;
const NEW = 1;
const ARRAY = 0;
const PATCHED = 1;

/** Makes the new value from the old one, and from what was parsed. What equals its old counterpart is that one. */
export function assemble(words: Uint32Array, values: readonly unknown[], old: unknown): unknown {
  let at = 0;
  let next = 0;
  /** Containers that were made here: no old ones, they can still be changed. */
  const ours = new Set<unknown>();

  const container = (before: unknown): unknown => {
    const kind = words[at++]!;
    if (typeof before !== 'object' || before === null || Array.isArray(before) !== (kind === ARRAY)) {
      throw new Misfit();
    }
    const made =
      kind === ARRAY
        ? array(before as unknown[])
        : kind === PATCHED
          ? patched(before as Members)
          : rebuilt(before as Members);
    if (made !== before) {
      ours.add(made);
    }
    return made;
  };

  /** Takes the parts that equal those of what stood in a moved container's place, as sharing by index would. */
  const takeWhatStood = (there: any, made: any): void => {
    if (typeof there !== 'object' || there === null || Array.isArray(there) !== Array.isArray(made)) {
      return;
    }
    for (const name of Object.keys(made)) {
      const stood = own(there, name);
      const value = own(made, name);
      if (typeof value === 'object' && value !== null && value !== stood) {
        if (isEqual(stood, value, 0)) {
          define(made, name, stood);
        } else if (ours.has(value)) {
          takeWhatStood(stood, value);
        }
      }
    }
  };

  const array = (before: unknown[]): unknown[] => {
    const count = words[at++]!;
    const made = new Array(count);
    let same = count === before.length;
    let filled = 0;
    let hasKids = false;
    // What was found by its text needn't be looked for; so much is looked for in any case.
    const unequal: number[] | undefined = count <= FEW && before.length <= FEW ? [] : undefined;
    for (let left = words[at++]!; left > 0; left--) {
      const word = words[at++]!;
      if (word === COPY) {
        const from = words[at++]!;
        const length = words[at++]!;
        same &&= from === filled;
        for (let i = 0; i < length; i++) {
          made[filled + i] = before[from + i];
        }
        filled += length;
      } else if (word === NEW) {
        const length = words[at++]!;
        const from = words[at++]!;
        const stood = words[at++]!;
        // Mostly it is a single one in the place of another.
        const isOne = length === 1 && stood === 1;
        const run = isOne ? [share(before[filled], values[next], before[from])] : values.slice(next, next + length);
        next += length;
        if (!isOne) {
          shareRun(before, from, stood, run, filled);
        }
        for (const value of run) {
          same &&= Object.is(value, before[filled]);
          unequal?.push(filled);
          made[filled++] = value;
        }
      } else {
        const ordinal = words[at++]!;
        hasKids = true;
        let kid = container(before[ordinal]);
        if (ordinal !== filled && ours.has(kid)) {
          if (isEqual(before[filled], kid, 0)) {
            kid = before[filled];
          } else {
            takeWhatStood(before[filled], kid);
          }
        }
        same &&= kid === before[filled];
        unequal?.push(filled);
        made[filled++] = kid;
      }
    }
    if (!same && unequal?.length && (hasKids || mayHaveMoved(before, made, unequal))) {
      const known = new Set(before);
      const fresh = unequal.filter((i) => !known.has(made[i]));
      takeWhatMoved(before, 0, before.length, made, fresh);
      same = count === before.length && made.every((value, i) => Object.is(value, before[i]));
    }
    return same ? before : made;
  };

  const patched = (before: Members): Members => {
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
          builder.put(name, share(own(before, name), members[name]));
        }
      } else {
        const name = values[next++] as string;
        builder.put(name, container(own(before, name)));
      }
    }
    return builder.finish(count);
  };

  const rebuilt = (before: Members): Members => {
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
          builder.put(names[named]!, share(own(before, names[named]!), own(members, names[named]!)));
        }
      } else {
        next++;
        const name = names[named++]!;
        builder.put(name, container(own(before, name)));
      }
    }
    return builder.finish(count);
  };

  const value = container(old);
  if (next !== values.length) {
    throw new Misfit();
  }
  return value;
}

/** Whether new elements may be old ones of other places: not where rows with ids were changed where they stand. */
function mayHaveMoved(before: unknown[], made: unknown[], unequal: number[]): boolean {
  return (
    unequal.some((i) => !isSameRow(before[i], made[i])) ||
    before.some((row, i) => i > 0 && isSameRow(before[i - 1], row))
  );
}
