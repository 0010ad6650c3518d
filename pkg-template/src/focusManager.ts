import { shared } from './copies';
import { ManagedEvents } from './managedEvents';

type SetFocused = (focused?: boolean) => void;

/** Knows whether somebody looks at the page: by the page's visibility, unless `setFocused` says otherwise. */
export class FocusManager extends ManagedEvents<SetFocused> {
  #focused: boolean | undefined;

  constructor() {
    super((set) => {
      if (typeof window === 'undefined' || !window.addEventListener) {
        return;
      }
      const listener = () => set();
      window.addEventListener('visibilitychange', listener, false);
      return () => window.removeEventListener('visibilitychange', listener);
    });
  }

  /** Overrides the page's visibility; `undefined` gives the word back to it. */
  setFocused(focused?: boolean): void {
    if (this.#focused !== focused) {
      this.#focused = focused;
      this.onFocus();
    }
  }

  /** Tells the listeners how things stand. */
  onFocus(): void {
    this.tell(this.isFocused());
  }

  isFocused(): boolean {
    if (typeof this.#focused === 'boolean') {
      return this.#focused;
    }
    return globalThis.document?.visibilityState !== 'hidden';
  }

  protected setter(): SetFocused {
    return (focused) => {
      if (typeof focused === 'boolean') {
        this.setFocused(focused);
      } else {
        this.onFocus();
      }
    };
  }
}

export const focusManager = shared('focusManager', () => new FocusManager());
