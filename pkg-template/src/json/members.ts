export type Members = Record<string, unknown>;

/** The values don't fit the plan: the body is to be parsed as a whole. */
export class Misfit extends Error {}

/** From so many members on an object is a dictionary for V8, which a spread copies at a tenth of the speed of a loop. */
const WIDE = 100;

/** The names of wide objects that were made here: asking such an object takes longer than copying it. */
const namesOfWide = new WeakMap<Members, readonly string[]>();

/** An object that is made from another one. */
export class Builder {
  readonly #before: Members;
  readonly #old: readonly string[];
  #names: string[] = [];
  #made: Members;
  #isSame = true;

  /** `count`: how many members the old one's text has. Throws a Misfit where some of these came twice. */
  constructor(before: Members, count: number) {
    this.#before = before;
    this.#old = namesOfWide.get(before) ?? Object.keys(before);
    if (this.#old.length !== count) {
      throw new Misfit();
    }
    // Without a prototype it is a dictionary from the beginning.
    this.#made = count < WIDE ? {} : Object.create(null);
  }

  /** Takes all members but these. */
  copyAll(but: readonly string[]): void {
    const before = this.#before;
    if (this.#old.length < WIDE && but.length === 0) {
      this.#made = { ...before };
      this.#names = this.#old.slice();
      return;
    }
    const left = but.length > 0 ? new Set(but) : undefined;
    this.#names = left ? this.#old.filter((name) => !left.has(name)) : this.#old.slice();
    for (const name of this.#names) {
      define(this.#made, name, before[name]);
    }
  }

  /** Takes so many members from this one on, in the order in which they are. */
  copy(from: number, count: number): void {
    const before = this.#before;
    const made = this.#made;
    const old = this.#old;
    for (let i = from; i < from + count; i++) {
      const name = old[i]!;
      this.#names.push(name);
      define(made, name, before[name]);
    }
  }

  /** A member that isn't in the old object. Throws a Misfit where it is: then one of the text's came twice. */
  add(name: string, value: unknown): void {
    if (Object.hasOwn(this.#before, name)) {
      throw new Misfit();
    }
    this.put(name, value);
  }

  put(name: string, value: unknown): void {
    this.#isSame &&= Object.is(own(this.#before, name), value);
    if (!Object.hasOwn(this.#made, name)) {
      this.#names.push(name);
    }
    define(this.#made, name, value);
  }

  /** The object: the old one, if it has the same members. Throws a Misfit where there are fewer: some came twice. */
  finish(count: number): Members {
    if (this.#names.length !== count) {
      throw new Misfit();
    }
    if (this.#isSame && count === this.#old.length) {
      return this.#before;
    }
    if (count >= WIDE) {
      namesOfWide.set(this.#made, this.#names);
    }
    return this.#old.length < WIDE ? this.#made : Object.setPrototypeOf(this.#made, Object.prototype);
  }
}

/** The value of an own member. */
export function own(members: Members, name: string): unknown {
  return name !== '__proto__' || Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Gives an object a member, whatever its name. */
export function define(members: Members, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    members[name] = value;
  }
}
