import type { Mutation, MutationFilters } from '@tanstack/query-core';
import { hashKey, partialMatchKey } from './queryKey';

/** Whether a mutation passes the filters. */
export function matchMutation(
  filters: MutationFilters<any, any, any, any>,
  mutation: Mutation<any, any, any, any>,
): boolean {
  const { exact, mutationKey, predicate, status } = filters;
  if (mutationKey) {
    const own = mutation.options.mutationKey;
    if (!own || !(exact ? hashKey(own) === hashKey(mutationKey) : partialMatchKey(own, mutationKey as never))) {
      return false;
    }
  }
  return (!status || mutation.state.status === status) && (!predicate || !!predicate(mutation));
}
