import type { MutationCache } from './mutationCache';
import { notifyManager } from './notifyManager';
import type { Query } from './query';
import type { QueryCache } from './queryCache';

/**
 * Ends a user's time on this page. What is watched is shown as pending, without data; the rest is removed. Resolves when the
 * store has nothing of the user either.
 */
export function signOut(cache: QueryCache, mutations: MutationCache): Promise<void> {
  // First: what is removed here isn't to be written any more.
  const kept = cache.keeper?.signOut();
  cache.keptScope = undefined;
  notifyManager.batch(() => {
    for (const companion of [...cache.companions]) {
      companion.signOut?.();
    }
    mutations.drop();
    const observers = cache.host.observers();
    const watched = new Set<Query>(observers.map((observer) => observer.getCurrentQuery() as unknown as Query));
    const stored: Query[] = cache.getAll();
    for (const observer of observers) {
      observer.forget();
    }
    for (const query of stored) {
      if (!watched.has(query)) {
        cache.remove(query);
      }
    }
    for (const query of new Set([...stored, ...watched])) {
      query.forget();
    }
  });
  return kept ?? Promise.resolve();
}
