import { Subscribable } from './subscribable';

type Cleanup = (() => void) | undefined;

/**
 * A switch that listens to the host as long as somebody listens to it: focus and network.
 * `set` is handed to the function that registers with the host.
 */
export abstract class ManagedEvents<TValue> extends Subscribable<(value: boolean) => void> {
  #setup: (set: TValue) => Cleanup;
  #cleanup: Cleanup;

  constructor(setup: (set: TValue) => Cleanup) {
    super();
    this.#setup = setup;
  }

  protected override onSubscribe(): void {
    if (!this.#cleanup) {
      this.setEventListener(this.#setup);
    }
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) {
      this.#cleanup?.();
      this.#cleanup = undefined;
    }
  }

  /** Replaces the function that registers with the host; it may return a function that undoes it. */
  setEventListener(setup: (set: TValue) => Cleanup): void {
    this.#setup = setup;
    this.#cleanup?.();
    this.#cleanup = setup(this.setter());
  }

  protected abstract setter(): TValue;

  protected tell(value: boolean): void {
    this.listeners.forEach((listener) => {
      listener(value);
    });
  }
}
