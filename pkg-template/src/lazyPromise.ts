const OPEN = 0;
const RESOLVED = 1;
const REJECTED = 2;

/** A promise that is made when somebody wants it: most fetches are never awaited. Nobody has to catch its rejection. */
export class LazyPromise {
  #promise: Promise<any> | undefined;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((reason: unknown) => void) | undefined;
  #outcome = OPEN;
  /** The value or the reason. */
  #result: unknown;

  get promise(): Promise<any> {
    this.#promise ??= this.#make();
    return this.#promise;
  }

  /** Whether somebody wanted it. */
  get isWanted(): boolean {
    return this.#promise !== undefined;
  }

  resolve(value: unknown): void {
    if (this.#outcome === OPEN) {
      this.#outcome = RESOLVED;
      this.#result = value;
      this.#resolve?.(value);
    }
  }

  reject(reason: unknown): void {
    if (this.#outcome === OPEN) {
      this.#outcome = REJECTED;
      this.#result = reason;
      this.#reject?.(reason);
    }
  }

  #make(): Promise<any> {
    const promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    promise.catch(() => {});
    if (this.#outcome === RESOLVED) {
      this.#resolve!(this.#result);
    } else if (this.#outcome === REJECTED) {
      this.#reject!(this.#result);
    }
    return promise;
  }
}
