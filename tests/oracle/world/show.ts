import { isCold } from './core.js';

/**
 * Prints values so that two worlds can be compared as text. Objects carry a number given at their first
 * appearance: equal texts then mean equal values AND the same pattern of identity (`===`).
 */
export class Show {
  #numbers = new WeakMap<object, number>();
  #names = new WeakMap<object, string>();
  #count = 0;

  /** Prints `object` as `name` from now on. */
  name<T extends object>(object: T, name: string): T {
    this.#names.set(object, name);
    return object;
  }

  /** Data: values and identities. */
  data(value: unknown): string {
    return this.#print(value, true, 0);
  }

  /** Keys and the like: values only. */
  plain(value: unknown): string {
    return this.#print(value, false, 0);
  }

  /** The fields of a record that the core made (state, result, action): sorted; the record has no number. */
  record(value: object): string {
    const fields: string[] = [];
    for (const key of Object.keys(value).sort()) {
      const field = (value as Record<string, unknown>)[key];
      if (typeof field === 'function') fields.push(`${key}: fn`);
      else if (field !== undefined || key === 'data') fields.push(`${key}: ${this.data(field)}`);
    }
    return `{ ${fields.join(', ')} }`;
  }

  /** The number of an object, which stays its own for life. */
  number(object: object): string {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = ++this.#count;
      this.#numbers.set(object, number);
    }
    return `#${number}`;
  }

  #print(value: unknown, numbered: boolean, depth: number): string {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'function') return 'fn';
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    const name = this.#names.get(value);
    if (name !== undefined) return name;
    const number = numbered && !isCold ? this.number(value) : '';
    if (depth > 6) return `…${number}`;
    if (value instanceof Date) return `Date(${Number.isNaN(+value) ? 'invalid' : value.toISOString()})${number}`;
    if (value instanceof Error) return `${this.error(value)}${number}`;
    if (Array.isArray(value)) return `[${value.map((v) => this.#print(v, numbered, depth + 1)).join(', ')}]${number}`;
    if ('mutationId' in value) return `Mutation(${value.mutationId})${this.number(value)}`;
    // Those of lists have no names.
    if ('getCurrentQuery' in value) return `Observer${this.number(value)}`;
    if ('queryHash' in value && 'observers' in value) return `Query(${String(value.queryHash)})${this.number(value)}`;
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${this.#print(field, numbered, depth + 1)}`);
    return `{${fields.join(', ')}}${number}`;
  }

  /** An error by class, message and the flags that a cancellation carries. */
  error(error: unknown): string {
    if (!(error instanceof Error)) return this.plain(error);
    const flags = ['revert', 'silent'].filter((flag) => (error as unknown as Record<string, unknown>)[flag]);
    return `${error.constructor.name}(${[JSON.stringify(error.message), ...flags].join(', ')})`;
  }
}
