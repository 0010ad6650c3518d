/** A promise that is made when somebody wants it: most fetches are never awaited. Nobody has to catch its rejection. */
export class LazyPromise {
  #promise: Promise<any> | undefined;
  #settle: ((outcome: { value: unknown } | { reason: unknown }) => void) | undefined;
  #outcome: { value: unknown } | { reason: unknown } | undefined;

  get promise(): Promise<any> {
    this.#promise ??= this.#make();
    return this.#promise;
  }

  /** Whether somebody wanted it. */
  get isWanted(): boolean {
    return this.#promise !== undefined;
  }

  resolve(value: unknown): void {
    this.#end({ value });
  }

  reject(reason: unknown): void {
    this.#end({ reason });
  }

  #end(outcome: { value: unknown } | { reason: unknown }): void {
    this.#outcome ??= outcome;
    this.#settle?.(this.#outcome);
  }

  #make(): Promise<any> {
    const promise = new Promise((resolve, reject) => {
      this.#settle = (outcome) => ('value' in outcome ? resolve(outcome.value) : reject(outcome.reason));
    });
    promise.catch(() => {});
    if (this.#outcome) {
      this.#settle!(this.#outcome);
    }
    return promise;
  }
}
