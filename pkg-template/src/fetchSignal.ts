/** Has a signal, and wants to know when somebody reads it: whoever does says that it stops, and is stopped with the last observer. */
export interface SignalSource {
  readonly signal: AbortSignal;
  noteSignalRead(): void;
}

/** Whose signal it is: a copy of a context has the same signal. */
const sources = new WeakMap<AbortSignal, SignalSource>();

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the private field is added to this object.
    return object;
  }
}

/**
 * The source of a context's signal, in a private field that is put on the plain object which the context is. A property
 * would show in copies and comparisons; and descriptors that are the same for each context keep making one fast
 * (properties of its own closures take ten times as long).
 */
class Sourced extends Given {
  readonly #source: SignalSource;

  constructor(context: object, source: SignalSource) {
    super(context);
    this.#source = source;
  }

  static readonly SIGNAL = {
    enumerable: true,
    get(this: Sourced): AbortSignal {
      this.#source.noteSignalRead();
      return this.#source.signal;
    },
  };

  static sourceOf(context: unknown): SignalSource | undefined {
    try {
      return (context as Sourced).#source;
    } catch {
      return undefined;
    }
  }
}

/** Remembers that the signal is that of this fetch. */
export function claimSignal(signal: AbortSignal, by: SignalSource): void {
  sources.set(signal, by);
}

/** Where the signal of a context comes from; nothing where an app made the context. */
export function sourceOf(context: unknown): SignalSource | undefined {
  const own = Sourced.sourceOf(context);
  const { signal } = own ? {} : ((context ?? {}) as { signal?: AbortSignal });
  return own ?? (signal && sources.get(signal));
}

/** Adds the signal of a fetch, as `signal`, which notes that it is read. */
export function carrySignal<T extends object>(context: T, from: SignalSource): T & { readonly signal: AbortSignal } {
  new Sourced(context, from);
  return Object.defineProperty(context, 'signal', Sourced.SIGNAL) as never;
}

/**
 * Adds `signal` as a property that asks for the signal when it is first read, and calls `onAbort` when that aborts, at once
 * if it has. `of`: the context that it is made from.
 */
export function addSignal<T extends object>(
  context: T,
  of: { readonly signal: AbortSignal },
  onAbort: () => void,
): T & { readonly signal: AbortSignal } {
  const source = sourceOf(of);
  if (source) {
    new Sourced(context, source);
  }
  let signal: AbortSignal | undefined;
  return Object.defineProperty(context, 'signal', {
    enumerable: true,
    get: () => {
      if (!signal) {
        signal = of.signal;
        if (signal.aborted) {
          onAbort();
        } else {
          signal.addEventListener('abort', onAbort, { once: true });
        }
      }
      return signal;
    },
  }) as never;
}
