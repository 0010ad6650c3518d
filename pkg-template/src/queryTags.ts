import type { Engine } from '#glue';
import { joinTags, uniteTags } from './tags';

type Tags = readonly string[] | ((data: any) => readonly string[]);

/** The tags of one query, joined: those that its options name, and all of them as the engine was told. */
export class QueryTags {
  #own = '';
  #told = '';
  /** What named them last. */
  #by: Tags | undefined;

  get own(): string {
    return this.#own;
  }

  /** Whether these have had their word: a function is asked once on the same data. */
  isAsked(tags: Tags): boolean {
    return !Array.isArray(tags) && tags === this.#by;
  }

  /**
   * Those of the options with this data. Runs a function of the user: call it before the engine's verdict. Throws a
   * TypeError that names what is no tag.
   */
  of(tags: Tags, data: unknown): string {
    this.#by = tags;
    if (typeof tags !== 'function') {
      return joinTags(tags);
    }
    return joinTags(data === undefined ? [] : (tags(data) ?? []));
  }

  /** Tells the engine of a change, `own` by the options and `answered` by the answers that the data came with. */
  tell(engine: Engine, slot: number, own: string = this.#own, answered = ''): void {
    this.#own = own;
    const all = uniteTags(own, answered);
    if (all !== this.#told) {
      this.#told = all;
      engine.set_tags(slot, all);
    }
  }

  /** The engine knows none of them. */
  forgetTold(): void {
    this.#told = '';
  }

  /** Tells another engine. */
  replay(engine: Engine, slot: number): void {
    if (this.#told) {
      engine.set_tags(slot, this.#told);
    }
  }
}
