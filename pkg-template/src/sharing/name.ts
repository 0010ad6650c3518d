import type { FetchedQuery } from '../fetchedQuery';

/** No hash of a key holds a raw one: it is JSON. */
const END_OF_HASH = '\n';

/**
 * What tabs call an answer: the hash of its key, and with pages, which of them: with as many as another tab shows, or with others,
 * a tab would show what nobody there has asked for.
 */
export function nameOf({ queryHash, queryType, data, options }: FetchedQuery): string {
  if (queryType !== 'infinite') {
    return queryHash;
  }
  const { initialPageParam } = options as { initialPageParam?: unknown };
  const params = data ? data.pageParams : [initialPageParam];
  return `${queryHash}${END_OF_HASH}${JSON.stringify(params)}`;
}

/** The hash that a name begins with. */
export function hashIn(name: string): string {
  const end = name.lastIndexOf(END_OF_HASH);
  return end < 0 ? name : name.slice(0, end);
}
