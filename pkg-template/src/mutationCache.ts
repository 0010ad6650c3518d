import type {
  Mutation as CoreMutation,
  MutationCacheConfig,
  MutationCacheNotifyEvent,
  MutationFilters,
  MutationOptions,
  MutationState,
  QueryClient,
} from '@tanstack/query-core';
import type { Host } from './bridge/host';
import type { Companion } from './companion';
import type { EngineTrapError } from './errors';
import { noop } from './markers';
import { matchMutation } from './matchMutation';
import { Mutation, type MutationHome } from './mutation';
import { notifyManager } from './notifyManager';
import type { QueryCache } from './queryCache';
import { Subscribable } from './subscribable';

type Filters = MutationFilters<any, any, any, any>;
type AnyMutation = CoreMutation<any, any, any, any>;

/** All mutations, by identity; which of them are pending, wait, or may run is in the engine of the client's query cache. */
export class MutationCache
  extends Subscribable<(event: MutationCacheNotifyEvent) => void>
  implements Companion, MutationHome
{
  config: MutationCacheConfig;
  readonly #mutations = new Set<Mutation>();
  /** Those with a slot in the engine that it doesn't list: removed, and not done. */
  readonly #unlisted = new Set<Mutation>();
  /** How many have a slot. */
  #attached = 0;
  #lastId = 0;
  /** That of the first client: a cache of several clients stays in one engine. */
  #queryCache: QueryCache | undefined;
  /** Its id in the engine, as long as a mutation has a slot there. */
  #slot: number | undefined;

  constructor(config: MutationCacheConfig = {}) {
    super();
    this.config = config;
  }

  build(
    client: QueryClient,
    options: MutationOptions<any, any, any, any>,
    state?: MutationState<any, any, any, any>,
  ): AnyMutation {
    const mutation = new Mutation({
      client,
      mutationCache: this,
      mutationId: ++this.#lastId,
      options: client.defaultMutationOptions(options),
      state,
    });
    this.add(mutation as never);
    return mutation as never;
  }

  add(coreMutation: AnyMutation): void {
    const mutation = coreMutation as unknown as Mutation;
    this.#mutations.add(mutation);
    this.#unlisted.delete(mutation);
    mutation.host.drain(mutation.store());
    this.notify({ type: 'added', mutation: coreMutation });
  }

  remove(coreMutation: AnyMutation): void {
    const mutation = coreMutation as unknown as Mutation;
    if (this.#mutations.delete(mutation)) {
      this.#unlist(mutation, false);
    }
    this.notify({ type: 'removed', mutation: coreMutation });
  }

  /** Whether a mutation's scope lets it run now. */
  canRun(coreMutation: AnyMutation): boolean {
    return (coreMutation as unknown as Mutation).canRun;
  }

  /** Takes up the mutation of the same scope that waits longest. */
  runNext(coreMutation: AnyMutation): Promise<unknown> {
    return (coreMutation as unknown as Mutation).nextInScope?.continue() ?? Promise.resolve();
  }

  clear(): void {
    const mutations = [...this.#mutations];
    const known = this.#known();
    this.#mutations.clear();
    for (const mutation of known) {
      this.#unlist(mutation, true);
    }
    notifyManager.batch(() => {
      for (const mutation of mutations) {
        this.notify({ type: 'removed', mutation: mutation as never });
      }
    });
  }

  getAll(): AnyMutation[] {
    return [...this.#mutations] as never;
  }

  find(filters: Filters): any {
    const exact = { exact: true, ...filters };
    return this.#candidates(exact).find((mutation) => matchMutation(exact, mutation));
  }

  findAll(filters: Filters = {}): AnyMutation[] {
    return this.#candidates(filters).filter((mutation) => matchMutation(filters, mutation));
  }

  notify(event: MutationCacheNotifyEvent): void {
    if (this.listeners.size > 0) {
      notifyManager.batch(() => {
        this.listeners.forEach((listener) => {
          listener(event);
        });
      });
    }
  }

  /** Takes up all that wait, in the order in which they came; resolves when they have settled. */
  resumePausedMutations(): Promise<unknown> {
    const paused = this.#selected((host, slot) => host.engine.select_paused(slot));
    return notifyManager.batch(() => Promise.all(paused.map((mutation) => mutation.continue().catch(noop))));
  }

  // For its mutations

  /** Where its mutations are known. */
  hostFor(client: QueryClient): Host<any, any> {
    this.#queryCache ??= client.getQueryCache() as unknown as QueryCache;
    return this.#queryCache.host;
  }

  /** A mutation gets a slot; the cache's own id in the engine. */
  enter(mutation: Mutation): number {
    this.#attached++;
    if (!mutation.isStored) {
      this.#unlisted.add(mutation);
    }
    if (this.#slot === undefined) {
      this.#slot = this.#queryCache!.host.engine.open_mutations();
      this.#queryCache!.companions.add(this);
    }
    return this.#slot;
  }

  /** A mutation has given its slot back. */
  leave(mutation: Mutation): void {
    this.#attached--;
    this.#unlisted.delete(mutation);
    if (this.#attached === 0 && this.#slot !== undefined) {
      this.#queryCache!.companions.delete(this);
      this.#queryCache!.host.engine.close_mutations(this.#slot);
      this.#slot = undefined;
    }
  }

  /** Its user has signed out: what runs is cut off, and forgotten with the rest. */
  drop(): void {
    const known = this.#known();
    this.clear();
    for (const mutation of known) {
      mutation.drop();
    }
  }

  // After a trap

  leaveEngine(): void {
    this.#slot = undefined;
    this.#attached = 0;
    for (const mutation of this.#known()) {
      mutation.leaveEngine();
    }
  }

  replay(): void {
    // The order in which they came is that of their scopes.
    for (const mutation of this.#known()) {
      mutation.replay();
    }
  }

  resume(): void {
    for (const mutation of this.#known()) {
      mutation.resume();
    }
  }

  stop(error: EngineTrapError): void {
    for (const mutation of this.#known()) {
      mutation.stop(error);
    }
  }

  #unlist(mutation: Mutation, isClear: boolean): void {
    this.#unlisted.add(mutation);
    mutation.unstore(isClear);
  }

  /** All that have a slot. */
  #known(): Mutation[] {
    return [...this.#mutations, ...this.#unlisted];
  }

  /** What may pass the filters; the pending ones are known without a look at all others. */
  #candidates({ status }: Filters): AnyMutation[] {
    return status === 'pending'
      ? (this.#selected((host, slot) => host.engine.select_pending(slot)) as never)
      : this.getAll();
  }

  #selected(select: (host: Host<any, any>, slot: number) => number): Mutation[] {
    if (this.#slot === undefined) {
      return [];
    }
    const { host } = this.#queryCache!;
    return select(host, this.#slot) > 0 ? Array.from(host.selection(), (id) => host.mutation(id) as Mutation) : [];
  }
}
