/** What a tab is told of the others. */
export interface Hearing {
  hear(text: string, value: unknown, hasValue: boolean): void;
  /** Which tabs there are, this one among them. */
  meet(names: readonly string[]): void;
  mourn(name: string): void;
}

/** Whether tabs can share here: in a page, where the browser has locks and channels. */
export function canShare(): boolean {
  return typeof document !== 'undefined' && typeof BroadcastChannel === 'function' && !!globalThis.navigator?.locks;
}

/** Carries words to all tabs and values to one, and knows by their locks which tabs live. */
export class TabChannel {
  readonly #name: string;
  readonly #own: string;
  readonly #to: Hearing;
  /** All listen here. */
  #common: BroadcastChannel | undefined;
  /** Only this tab listens here: a value isn't copied into tabs that don't want it. */
  #private: BroadcastChannel | undefined;
  readonly #watched = new Map<string, AbortController>();
  #leave: (() => void) | undefined;

  constructor(name: string, own: string, to: Hearing) {
    this.#name = name;
    this.#own = own;
    this.#to = to;
  }

  open(): void {
    this.close();
    this.#common = this.#listen(this.#name);
    this.#private = this.#listen(this.#of(this.#own));
    const waiting = new AbortController();
    this.#leave = () => waiting.abort();
    const hold = async () => {
      const held = new Promise<void>((resolve) => {
        this.#leave = resolve;
      });
      // Whoever comes later sees this lock: of two tabs that come at once, at least one knows of the other.
      const locks = await navigator.locks.query();
      const prefix = this.#of('');
      const names = locks.held?.map(({ name }) => name ?? '').filter((name) => name.startsWith(prefix)) ?? [];
      this.#to.meet(names.map((name) => name.slice(prefix.length)));
      return held;
    };
    // Refused in some embedded pages: then there are no others, as far as this one knows.
    navigator.locks.request(this.#of(this.#own), { signal: waiting.signal }, hold).catch(() => {});
  }

  close(): void {
    this.#common?.close();
    this.#private?.close();
    this.#common = undefined;
    this.#private = undefined;
    this.#leave?.();
    this.#leave = undefined;
    for (const name of [...this.#watched.keys()]) {
      this.watch(name, false);
    }
  }

  send(text: string): void {
    this.#common?.postMessage([text]);
  }

  /** Throws a DataCloneError for what can't be copied. */
  sendValue(to: string, text: string, value: unknown): void {
    const channel = new BroadcastChannel(this.#of(to));
    try {
      channel.postMessage([text, value]);
    } finally {
      channel.close();
    }
  }

  /** Tells as soon as a tab has let go of its lock, or no longer. */
  watch(name: string, watches: boolean): void {
    this.#watched.get(name)?.abort();
    this.#watched.delete(name);
    if (!watches) {
      return;
    }
    const watching = new AbortController();
    this.#watched.set(name, watching);
    const tell = () => {
      if (!watching.signal.aborted) {
        this.#to.mourn(name);
      }
    };
    navigator.locks.request(this.#of(name), { signal: watching.signal, mode: 'shared' }, tell).catch(() => {});
  }

  #of(tab: string): string {
    return `${this.#name}:${tab}`;
  }

  #listen(name: string): BroadcastChannel {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => {
      const isWord = Array.isArray(data) && typeof data[0] === 'string';
      this.#to.hear(isWord ? data[0] : '', isWord ? data[1] : undefined, isWord && data.length === 2);
    };
    return channel;
  }
}
