import { type Core, judge } from './world/core.js';

/** Copies of the judge with one small fault each in its mutations. The oracle must find every one of them. */
export const plantedMutations: Record<string, Core> = {
  'a scope lets all run': withCache(
    class extends judge.MutationCache {
      override canRun() {
        return true;
      }
    },
  ),
  'a scope stops at its first failure': withCache(
    class extends judge.MutationCache {
      override runNext(mutation: any) {
        return mutation.state.status === 'error' ? Promise.resolve() : super.runNext(mutation);
      }
    },
  ),
  'paused ones are taken up in the wrong order': withCache(
    class extends judge.MutationCache {
      override resumePausedMutations() {
        const paused = this.getAll().filter((mutation) => mutation.state.isPaused);
        return Promise.all(paused.reverse().map((mutation) => mutation.continue().catch(() => {})));
      }
    },
  ),
  'callbacks of a call are called without listeners too': withObserver(
    class extends judge.MutationObserver<any, any, any, any> {
      override hasListeners() {
        return true;
      }
    },
  ),
  'a reset is not told': withObserver(
    class extends judge.MutationObserver<any, any, any, any> {
      override reset() {
        const { listeners } = this;
        this.listeners = new Set();
        super.reset();
        this.listeners = listeners;
      }
    },
  ),
  'another key does not reset': withObserver(
    class extends judge.MutationObserver<any, any, any, any> {
      override setOptions(options: any) {
        super.setOptions({ ...options, mutationKey: this.options?.mutationKey ?? options.mutationKey });
      }
    },
  ),
  'a default wins over an option': withClient(
    class extends judge.QueryClient {
      override defaultMutationOptions(options?: any): any {
        const defaulted = super.defaultMutationOptions(options);
        return { ...defaulted, ...this.getDefaultOptions().mutations };
      }
    },
  ),
  'all mutations count': withClient(
    class extends judge.QueryClient {
      override isMutating(filters?: any) {
        return this.getMutationCache().findAll(filters).length;
      }
    },
  ),
  'what waits is taken up offline': withClient(
    class extends judge.QueryClient {
      override resumePausedMutations() {
        return this.getMutationCache().resumePausedMutations();
      }
    },
  ),
  'mutations are collected a moment late': withClient(
    class extends judge.QueryClient {
      override defaultMutationOptions(options?: any): any {
        const { gcTime, ...rest } = super.defaultMutationOptions(options) as any;
        return { ...rest, gcTime: typeof gcTime === 'number' && !options?._defaulted ? gcTime + 2 : gcTime };
      }
    },
  ),
};

function withCache(MutationCache: typeof judge.MutationCache): Core {
  return { ...judge, MutationCache };
}

function withClient(QueryClient: typeof judge.QueryClient): Core {
  return { ...judge, QueryClient };
}

function withObserver(MutationObserver: unknown): Core {
  return { ...judge, MutationObserver: MutationObserver as Core['MutationObserver'] };
}
