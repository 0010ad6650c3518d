import type { MutationOptions } from '@tanstack/query-core';
import type { Engine } from '#glue';
import { environment } from './bridge/environment';
import { type Host, NONE } from './bridge/host';
import type { RunPort } from './bridge/ports';
import { reading } from './bridge/reading';
import { answerRetry, networkCode, retryDelayNumber, retryNumber } from './bridge/retryOptions';
import type { CancelledError } from './cancelledError';
import type { EngineTrapError } from './errors';
import { noop } from './markers';
import { microtask } from './microtask';

/** What an execution needs of its mutation. */
export interface RunningMutation {
  readonly host: Host<any, any>;
  readonly state: { readonly isPaused: boolean };
  /** Asks the engine; if that traps, once more in the one that takes its place. */
  ask<T>(question: (engine: Engine, slot: number) => T): T;
  pause(): void;
  goOn(): void;
  tellFailure(failureCount: number, error: unknown): void;
  /** Gives the slot back if the engine has nothing to do for it. */
  release(): void;
}

/** One execution of a mutation: its promises. When it runs, sleeps and goes on is the engine's word. */
export class MutationRun implements RunPort {
  /** Its id in the engine. */
  #id = NONE;
  /** What comes of the tries: data, or the error after which no further try follows. */
  readonly promise: Promise<any>;
  readonly #mutation: RunningMutation;
  readonly #call: () => unknown;
  readonly #retry: MutationOptions['retry'];
  readonly #retryDelay: MutationOptions['retryDelay'];
  readonly #network: number;
  #failures = 0;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;
  #wake: (() => void) | undefined;
  #goOn: (() => void) | undefined;

  constructor(mutation: RunningMutation, call: () => unknown, options: MutationOptions<any, any, any, any>) {
    this.#mutation = mutation;
    this.#call = call;
    // Those of this moment: the mutation's options may change while it runs.
    this.#retry = options.retry ?? 0;
    this.#retryDelay = options.retryDelay;
    this.#network = networkCode(options.networkMode);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.register();
  }

  /** Tells the engine of it, where it stands. */
  register(): void {
    const { host } = this.#mutation;
    this.#id = this.#mutation.ask((engine, slot) => engine.begin_run(slot, this.#network, this.#failures));
    host.setRun(this.#id, this);
    if (this.#goOn) {
      host.engine.restore_run(this.#id, true);
    }
  }

  /** Takes it out of the engine; there may be something to drain. */
  unregister(engine: Engine): boolean {
    if (this.#id === NONE) {
      return false;
    }
    const pending = engine.end_run(this.#id);
    this.#mutation.host.setRun(this.#id, undefined);
    this.#id = NONE;
    return pending;
  }

  /** Whether the engine holds a deadline for it. */
  get isSleeping(): boolean {
    return this.#wake !== undefined;
  }

  get canStart(): boolean {
    return this.#mutation.ask((engine) => engine.can_start_run(this.#id, environment()));
  }

  start(): Promise<any> {
    if (this.#mutation.ask((engine) => engine.start_run(this.#id, environment()))) {
      if (this.#mutation.state.isPaused) {
        this.#mutation.goOn();
      }
      this.#try();
    } else {
      this.#wait().then(() => this.#try());
    }
    return this.promise;
  }

  /** Takes it up if it waits and may go on. */
  continue(): Promise<any> {
    if (this.#goOn && this.#mutation.ask((engine) => engine.continue_run(this.#id, environment()))) {
      this.#goOn();
    }
    return this.promise;
  }

  end(): void {
    this.#mutation.host.drain(this.#mutation.ask((engine) => this.unregister(engine)));
  }

  // For the engine

  wake(): void {
    this.#wake?.();
  }

  // After a trap

  leaveEngine(): void {
    this.#id = NONE;
  }

  /** The deadline of its sleep has gone with the engine. */
  resume(): void {
    this.#wake?.();
  }

  stop(error: EngineTrapError | CancelledError): void {
    this.promise.catch(noop);
    this.#reject(error);
  }

  #try(): void {
    let answer: unknown;
    try {
      answer = this.#call();
    } catch (error) {
      answer = Promise.reject(error);
    }
    // A failure counts one microtask later than an answer, as where one handler follows the other.
    Promise.resolve(answer).then(this.#resolve, (error) => microtask(() => this.#failed(error)));
  }

  #failed(error: unknown): void {
    let again: boolean;
    try {
      again = this.#decide(error);
    } catch (thrown) {
      this.#reject(thrown);
      return;
    }
    if (!again) {
      this.#reject(error);
      return;
    }
    this.#sleep()
      .then(() => {
        if (!this.#mutation.ask((engine) => engine.wake_run(this.#id, environment()))) {
          return this.#wait();
        }
        this.#mutation.release();
        return undefined;
      })
      .then(() => this.#try());
    outlive(() => this.#mutation.tellFailure(this.#failures, error));
    // Only now: what listeners have put off by a timer of their own comes before the next try, if that is due as soon.
    outlive(() => this.#mutation.host.drain(this.#mutation.ask((engine) => engine.sleep_run(this.#id))));
  }

  /** Whether another try follows; the engine then knows its time. */
  #decide(error: unknown): boolean {
    const failures = this.#failures;
    const retry = this.#retry;
    const retryDelay = this.#retryDelay;
    const { host } = this.#mutation;
    const again = this.#mutation.ask(
      (engine) =>
        host.decide(
          engine.run_failed(
            this.#id,
            retryNumber(retry),
            typeof retry === 'function',
            retryDelayNumber(retryDelay),
            typeof retryDelay === 'function',
            environment(),
            reading(),
          ),
          (topic) => answerRetry(topic, retry, retryDelay, failures, error),
        ) === 1,
    );
    if (again) {
      this.#failures = this.#mutation.ask((engine) => engine.run_failures(this.#id));
    }
    return again;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** Waits for the network, the focus or the scope. A listener that throws doesn't keep it from going on. */
  #wait(): Promise<void> {
    const paused = new Promise<void>((resolve) => {
      this.#goOn = resolve;
    });
    outlive(() => this.#mutation.pause());
    this.#mutation.release();
    // Only now: where a listener takes it up at once, what the listener began before comes first.
    return paused.then(() => {
      this.#goOn = undefined;
      outlive(() => this.#mutation.goOn());
    });
  }
}

/** What a listener throws here has no caller: it is an unhandled rejection. */
function outlive(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    void Promise.reject(error);
  }
}
