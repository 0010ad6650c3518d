import { Show } from './show.js';

/** Lines after which a run ends: retries without delay and short intervals would else go on for hours. */
export const MOST_LINES = 2000;

/**
 * Writes down what a world shows. Lines keep their order; two things are sorted within a step, because
 * their order is not part of the promise: settlements of promises the scenario holds (microtask counts are
 * free) and calls of option functions (only how often they are asked, and on which state, is).
 */
export class Recorder {
  readonly lines: string[] = [];
  readonly show = new Show();
  #calls = new Map<string, number>();
  #promises = 0;

  line(text: string): void {
    this.lines.push(text);
  }

  /** In which step the world is, from 0. */
  step = 0;

  get full(): boolean {
    return this.lines.length > MOST_LINES;
  }

  call(what: string): void {
    this.#calls.set(what, (this.#calls.get(what) ?? 0) + 1);
  }

  /** Watches a promise that a step made; its outcome is written when it settles. */
  watch(promise: PromiseLike<unknown>): void {
    const label = `promise ${this.#promises++}`;
    this.line(`  → ${label}`);
    promise.then(
      (value) => this.line(`  ${label} resolves ${this.show.data(value)}`),
      (error) => this.line(`  ${label} rejects ${this.show.error(error)}`),
    );
  }

  endStep(): void {
    for (const what of [...this.#calls.keys()].sort()) {
      this.line(`  ${what} × ${this.#calls.get(what)}`);
    }
    this.#calls.clear();
    this.step++;
  }
}
