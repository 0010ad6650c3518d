import type { Engine } from '#glue';
import { notifyManager } from '../notifyManager';
import { DONE, endsTransition, isToldTogether } from './effect';

/** The bits of an effect's code. */
const CODE = 31;
/** The engine is still to be asked for the next effect. */
const NONE_YET = -1;

/** Who carries out effects. */
export interface Port<TCommand> {
  /** Another one after a trap: the effects that were left belong to an engine that is gone. */
  readonly engine: Engine;
  carryOut(code: number, id: number, command: TCommand): void;
}

/** The carrying out of one command's effects, one after the other, until the engine has no more. */
export class Drain<TCommand> {
  readonly #engine: Engine;
  readonly #port: Port<TCommand>;
  readonly #command: TCommand;
  /** The effect that is to be carried out. */
  #next = NONE_YET;
  #hasFailed = false;
  /** What was thrown first. */
  #failure: unknown;

  constructor(engine: Engine, port: Port<TCommand>, command: TCommand) {
    this.#engine = engine;
    this.#port = port;
    this.#command = command;
  }

  run(): void {
    while (this.#goesOn) {
      const code = this.#code;
      if (code === DONE) {
        return;
      }
      if (isToldTogether(code)) {
        this.#tellTogether();
      } else {
        this.#step();
      }
    }
  }

  /** Throws what was thrown first. */
  throwFailure(): void {
    if (this.#hasFailed) {
      throw this.#failure;
    }
  }

  get #goesOn(): boolean {
    return this.#port.engine === this.#engine;
  }

  /** The code of the next effect. */
  get #code(): number {
    if (this.#next === NONE_YET) {
      this.#next = this.#engine.next();
    }
    return this.#next & CODE;
  }

  /** One transition, or what else is told together: one batch, which is over before the next query function runs. */
  #tellTogether(): void {
    try {
      notifyManager.batch(() => {
        for (let code = this.#code; isToldTogether(code); code = this.#code) {
          this.#step();
          if (endsTransition(code) || !this.#goesOn) {
            return;
          }
        }
      });
    } catch (error) {
      // Of a scheduler that doesn't wait.
      this.#fail(error);
    }
  }

  #step(): void {
    const code = this.#code;
    const id = (this.#next - code) / 32;
    this.#next = NONE_YET;
    try {
      this.#port.carryOut(code, id, this.#command);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) {
      this.#hasFailed = true;
      this.#failure = error;
    }
    if (this.#goesOn) {
      this.#engine.abandon();
    }
  }
}
