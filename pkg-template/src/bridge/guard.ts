/** What a method of the glue looks like. */
type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * What makes an engine, and what ends it; and what only reads and stands beside guarded commands in every cycle of an observer:
 * guarding it too makes that cycle measurably slower.
 */
const UNGUARDED: ReadonlySet<string> = new Set(['constructor', 'free', 'load', 'version']);

/**
 * Wraps the methods of a class of the glue: `onTrap` turns a trap that was no panic (no memory left, the stack full) into the
 * error that the caller gets. A panic doesn't come this way: its hook has thrown already.
 */
export function guard(prototype: object, onTrap: (error: Error) => Error): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const method = (prototype as Record<string, unknown>)[name];
    if (typeof method === 'function' && !UNGUARDED.has(name) && !name.startsWith('__')) {
      Object.defineProperty(prototype, name, {
        value: guarded(method as Method, onTrap),
        configurable: true,
        writable: true,
      });
    }
  }
}

function guarded(method: Method, onTrap: (error: Error) => Error): Method {
  return function (...args) {
    try {
      return method.apply(this, args);
    } catch (error) {
      throw isTrap(error) ? onTrap(error) : error;
    }
  };
}

/** A trap of WebAssembly, or the refusal of an engine in whose midst an earlier one has struck. */
function isTrap(error: unknown): error is Error {
  return (
    error instanceof WebAssembly.RuntimeError ||
    (error instanceof Error && /recursive use of an object/.test(error.message))
  );
}
