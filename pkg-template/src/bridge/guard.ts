/** What a method of the glue looks like. */
type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * What makes an engine, and what ends it; and what every read, write, mount and fetch goes through: guarding these too makes an
 * observer's cycle measurably slower. A trap in one of them reaches the caller as it is, and the next guarded command finds out.
 */
const UNGUARDED: ReadonlySet<string> = new Set([
  'constructor',
  'free',
  'find',
  'load',
  'version',
  'result',
  'on_mount',
  'watch',
  'unwatch',
  'timers',
  'observer_count',
  'schedule_gc',
  'wish_gc_time',
  'is_unused',
  'write',
  'wish_fetch',
  'start_fetch',
  'succeed',
  'fetch_ended',
  'timer_pending',
]);

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
