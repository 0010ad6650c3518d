import type { ManagedTimerId, TimeoutCallback, TimeoutProvider } from '@tanstack/query-core';
import { shared } from './copies';
import { isDevelopment } from './development';

const host: TimeoutProvider = {
  // Looked up at each call, so that fake timers take hold whenever they are installed.
  setTimeout: (callback, delay) => setTimeout(callback as () => void, delay) as unknown as ManagedTimerId,
  clearTimeout: (id) => clearTimeout(id as never),
  setInterval: (callback, delay) => setInterval(callback as () => void, delay) as unknown as ManagedTimerId,
  clearInterval: (id) => clearInterval(id as never),
};

/** All timers of the package go through here, so that an application can bring its own. */
export class TimeoutManager {
  #provider: TimeoutProvider<any> = host;
  #used = false;

  /** Replaces the timers. Set it before the first timer is: ids of one provider mean nothing to another. */
  setTimeoutProvider<TTimerId extends ManagedTimerId>(provider: TimeoutProvider<TTimerId>): void {
    if (isDevelopment && this.#used && provider !== this.#provider) {
      console.error(
        '[timeoutManager]: Switching provider after calls to previous provider might result in unexpected behavior.',
        { previous: this.#provider, provider },
      );
    }
    this.#provider = provider;
    this.#used = false;
  }

  setTimeout(callback: TimeoutCallback, delay: number): ManagedTimerId {
    this.#used = true;
    return this.#provider.setTimeout(callback, delay);
  }

  clearTimeout(timeoutId: ManagedTimerId | undefined): void {
    this.#provider.clearTimeout(timeoutId);
  }

  setInterval(callback: TimeoutCallback, delay: number): ManagedTimerId {
    this.#used = true;
    return this.#provider.setInterval(callback, delay);
  }

  clearInterval(intervalId: ManagedTimerId | undefined): void {
    this.#provider.clearInterval(intervalId);
  }
}

export const timeoutManager = shared('timeoutManager', () => new TimeoutManager());
