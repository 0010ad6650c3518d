import type {
  MutateOptions,
  MutationFunctionContext,
  MutationObserverOptions,
  MutationObserverResult,
} from '@tanstack/query-core';
import type { Mutation } from './mutation';
import { idleState } from './mutationState';
import { notifyManager } from './notifyManager';
import type { QueryClient } from './queryClient';
import { hashKey } from './queryKey';
import { shallowEqualObjects } from './structuralSharing';
import { Subscribable } from './subscribable';

type Options = MutationObserverOptions<any, any, any, any>;
type Result = MutationObserverResult<any, any, any, any>;
type CallOptions = MutateOptions<any, any, any, any>;
type State = Mutation['state'];
type Action = { type: string; data?: any; error?: any };

const IDLE: State = idleState();

/** Starts mutations with the same options, and shows the state of the last one. */
export class MutationObserver extends Subscribable<(result: Result) => void> {
  options!: Options;
  readonly #client: QueryClient;
  /** The state that is shown; that of the mutation may be a later one. */
  #state: State = IDLE;
  /** Made when somebody wants it. */
  #result: Result | undefined;
  #mutation: Mutation | undefined;
  #callOptions: CallOptions | undefined;

  constructor(client: QueryClient, options: Options) {
    super();
    this.#client = client;
    this.setOptions(options);
    this.bindMethods();
    this.#updateResult();
  }

  protected bindMethods(): void {
    this.mutate = this.mutate.bind(this);
    this.reset = this.reset.bind(this);
  }

  setOptions(options: Options): void {
    const previous = this.options as Options | undefined;
    this.options = this.#client.defaultMutationOptions(options);
    if (!shallowEqualObjects(this.options, previous)) {
      this.#client.getMutationCache().notify({
        type: 'observerOptionsUpdated',
        mutation: this.#mutation as never,
        observer: this as never,
      });
    }
    const { mutationKey } = this.options;
    if (previous?.mutationKey && mutationKey && hashKey(previous.mutationKey) !== hashKey(mutationKey)) {
      this.reset();
    } else if (this.#mutation?.state.status === 'pending') {
      this.#mutation.setOptions(this.options);
    }
  }

  protected override onSubscribe(): void {
    if (this.listeners.size === 1 && this.#mutation) {
      this.#mutation.addObserver(this as never);
      this.#updateResult();
    }
  }

  protected override onUnsubscribe(): void {
    if (!this.hasListeners()) {
      this.#mutation?.removeObserver(this as never);
    }
  }

  onMutationUpdate(action: Action): void {
    this.#updateResult();
    this.#notify(action);
  }

  getCurrentResult(): Result {
    this.#result ??= this.#resultOf(this.#state);
    return this.#result;
  }

  /** Lets go of the mutation, which runs on, and shows nothing again. */
  reset(): void {
    this.#mutation?.removeObserver(this as never);
    this.#mutation = undefined;
    this.#updateResult();
    this.#notify();
  }

  mutate(variables?: any, options?: CallOptions): Promise<any> {
    this.#callOptions = options;
    this.#mutation?.removeObserver(this as never);
    this.#mutation = this.#client.getMutationCache().build(this.#client as never, this.options) as unknown as Mutation;
    this.#mutation.addObserver(this as never);
    return this.#mutation.execute(variables);
  }

  #updateResult(): void {
    this.#state = this.#mutation?.state ?? IDLE;
    this.#result = undefined;
  }

  #resultOf(state: State): Result {
    const { status } = state;
    // One literal, as copying is slow.
    return {
      context: state.context,
      data: state.data,
      error: state.error,
      failureCount: state.failureCount,
      failureReason: state.failureReason,
      isPaused: state.isPaused,
      status,
      variables: state.variables,
      submittedAt: state.submittedAt,
      isPending: status === 'pending',
      isSuccess: status === 'success',
      isError: status === 'error',
      isIdle: status === 'idle',
      mutate: this.mutate,
      reset: this.reset,
    } as Result;
  }

  #notify(action?: Action): void {
    if (!this.hasListeners()) {
      return;
    }
    notifyManager.batch(() => {
      if (this.#callOptions) {
        this.#tellCaller(this.#callOptions, action);
      }
      this.listeners.forEach((listener) => {
        listener(this.getCurrentResult());
      });
    });
  }

  /** Calls what the last `mutate` was given; what that throws is an unhandled rejection, and stops nobody else. */
  #tellCaller(options: CallOptions, action: Action | undefined): void {
    const { variables, context: onMutateResult } = this.#state;
    const context = {
      client: this.#client,
      meta: this.options.meta,
      mutationKey: this.options.mutationKey,
    } as unknown as MutationFunctionContext;
    if (action?.type === 'success') {
      outlive(() => options.onSuccess?.(action.data, variables, onMutateResult, context));
      outlive(() => options.onSettled?.(action.data, null, variables, onMutateResult, context));
    } else if (action?.type === 'error') {
      outlive(() => options.onError?.(action.error, variables, onMutateResult, context));
      outlive(() => options.onSettled?.(undefined, action.error, variables, onMutateResult, context));
    }
  }
}

function outlive(call: () => void): void {
  try {
    call();
  } catch (error) {
    void Promise.reject(error);
  }
}
