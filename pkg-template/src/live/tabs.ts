/** What the engine is told of the other tabs. */
export interface Listening {
  hear(text: string): void;
  lock(event: 'granted' | 'lost' | 'unavailable'): void;
}

/** Whether tabs can share here: in a page, where the browser has locks and channels. */
export function canShare(): boolean {
  return typeof document !== 'undefined' && typeof BroadcastChannel === 'function' && !!globalThis.navigator?.locks;
}

/** Carries what the tabs of an origin say to each other, and their lock. What to do with either is the engine's. */
export class Tabs {
  readonly #name: string;
  readonly #to: Listening;
  #channel: BroadcastChannel | undefined;
  /** Counts the wishes for the lock: what comes of an earlier one is over. */
  #turn = 0;
  #leaveLock: (() => void) | undefined;

  constructor(name: string, to: Listening) {
    this.#name = name;
    this.#to = to;
  }

  open(): void {
    this.#channel ??= new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => {
      if (typeof data === 'string') {
        this.#to.hear(data);
      }
    };
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  send(text: string): void {
    this.#channel?.postMessage(text);
  }

  /** Waits in the lock's queue, or takes it at once from whoever has it. */
  request(steal: boolean): void {
    this.release();
    const turn = this.#turn;
    const waiting = new AbortController();
    this.#leaveLock = () => waiting.abort();
    let isGranted = false;
    const hold = () => {
      if (turn !== this.#turn) {
        return;
      }
      isGranted = true;
      this.#to.lock('granted');
      return new Promise<void>((resolve) => {
        this.#leaveLock = resolve;
      });
    };
    // The two options exclude each other.
    const options = steal ? { steal } : { signal: waiting.signal };
    navigator.locks.request(this.#name, options, hold).catch(() => {
      if (turn === this.#turn) {
        this.#leaveLock = undefined;
        this.#to.lock(isGranted ? 'lost' : 'unavailable');
      }
    });
  }

  release(): void {
    this.#turn++;
    this.#leaveLock?.();
    this.#leaveLock = undefined;
  }

  end(): void {
    this.release();
    this.close();
  }
}
