import { type Conditions, type Figures, minus, nothing, type Run } from './run';
import { visibleTime } from './visibleTime';

/** A page that has nothing under way for so long has loaded. */
const LOADED_AFTER_MS = 1_000;

/** Counts what this page costs, from when it was opened or since the conditions changed. */
class Meter {
  #figures = { ...nothing };
  #conditions: Conditions | undefined;
  #loaded: { at: number; figures: Figures } | undefined;
  #underWay = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #parsed = () => 0;
  #parsedBefore = 0;

  /** Where to read how many bytes were parsed, of all that the page ever received. */
  readParsed(parsed: () => number): void {
    this.#parsed = parsed;
  }

  start(conditions: Conditions): void {
    const { pageSize, refetchInterval } = this.#conditions ?? {};
    if (pageSize === conditions.pageSize && refetchInterval === conditions.refetchInterval) return;
    // What came before the first start belongs to it: the page asks before it is shown.
    if (this.#conditions) {
      this.#figures = { ...nothing };
      this.#parsedBefore = this.#parsed();
    }
    this.#conditions = conditions;
    this.#loaded = undefined;
    this.#awaitLoaded();
  }

  busy(ms: number, withData: boolean): void {
    this.#figures.busyMs += ms;
    if (withData) this.#figures.dataMs += ms;
  }

  asked(): void {
    this.#underWay += 1;
    clearTimeout(this.#timer);
  }

  received(bytes: number): void {
    this.#figures.answers += 1;
    this.#figures.bytesReceived += bytes;
  }

  /** A request has come to its end, with an answer or without. */
  settled(): void {
    this.#underWay -= 1;
    this.#awaitLoaded();
  }

  rowRendered(): void {
    this.#figures.rowsRendered += 1;
  }

  /** The run so far; `null` before it has started. */
  read(): Run | null {
    if (!this.#conditions) return null;
    const total = this.#read();
    const loaded = this.#loaded;
    const since = loaded ? { ms: visibleTime() - loaded.at, figures: minus(total, loaded.figures) } : null;
    return { conditions: this.#conditions, at: Date.now(), total, since };
  }

  #read(): Figures {
    return { ...this.#figures, bytesParsed: this.#parsed() - this.#parsedBefore };
  }

  #awaitLoaded(): void {
    clearTimeout(this.#timer);
    if (this.#loaded || this.#underWay > 0) return;
    this.#timer = setTimeout(() => {
      this.#loaded = { at: visibleTime(), figures: this.#read() };
    }, LOADED_AFTER_MS);
  }
}

export const meter = new Meter();
