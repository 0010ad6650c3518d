import type { Engine } from '#glue';
import { SEPARATOR, uniteTags } from '../tags';
import type { Answers } from './answers';
import type { KeptAnswer } from './keptAnswer';
import { type AnsweredWith, Validators } from './validators';

/** What HTTP has said of a query's data: the tags of its answers, and what it can be asked for again with. */
export class Provenance {
  /** Joined. */
  tags = '';
  #validators: Validators | undefined;

  /**
   * @param answers what the fetch has heard
   * @param value what the query function gave
   * @param isKept whether the data equals that
   * @param before the data that it adds to, as long as that still is what was answered
   */
  take(
    answers: Answers | undefined,
    value: unknown,
    isKept: boolean,
    isInfinite: boolean,
    before: (() => unknown) | undefined,
  ): void {
    this.tags = answers?.adds ? uniteTags(this.tags, answers.tags) : (answers?.tags ?? '');
    const known = before && this.#validators;
    this.#validators =
      answers && isKept ? Validators.of(answers.requests, value, isInfinite, known, known && before()) : undefined;
  }

  /** The answer to the same request as this one, and what of the data it gave. */
  find(
    url: string,
    credentials: RequestCredentials | undefined,
    headers: Headers,
    data: () => unknown,
  ): AnsweredWith | undefined {
    return this.#validators?.find(url, credentials, headers, data());
  }

  /** For a copy of the data that is kept elsewhere; nothing where HTTP has said nothing. */
  kept(engine: Engine, slot: number): KeptAnswer | undefined {
    const freshFor = engine.fresh_for(slot);
    const isAnswer = !Number.isNaN(freshFor);
    if (!isAnswer && !this.tags) {
      return undefined;
    }
    return {
      ...(isAnswer && { freshFor }),
      ...(this.tags && { tags: this.tags.split(SEPARATOR) }),
      ...(isAnswer && this.#validators && { requests: this.#validators.kept }),
    };
  }

  /** The data is a copy, of which this was kept. */
  restore({ freshFor, tags, requests }: KeptAnswer, engine: Engine, slot: number): void {
    if (freshFor !== undefined) {
      engine.restore_answer(slot, freshFor);
      this.#validators = requests && Validators.restore(requests);
    }
    this.tags = tags ? tags.join(SEPARATOR) : '';
  }
}
