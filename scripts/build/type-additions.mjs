/**
 * What ferroquery's declarations have beyond query-core's: `insert` goes right after `anchor`, which must occur exactly
 * once in all of query-core's declarations. `#extras` stands for the path of our own declarations.
 *
 * @type {ReadonlyArray<{ anchor: string, insert: string }>}
 */
export const additions = [
  {
    anchor: 'type StaleTime = number',
    insert: " | 'http'",
  },
  {
    anchor: 'interface QueryFilters<TQueryKey extends QueryKey = QueryKey> {\n',
    insert: `  /**
   * ferroquery: a Redis glob over the backend key, which is the key's parts joined by ':'. Combines with the other
   * filters as "and".
   */
  pattern?: string;
  /**
   * ferroquery: queries that carry at least one of these tags. Combines with the other filters as "and".
   */
  tags?: ReadonlyArray<string>;
`,
  },
  {
    anchor:
      'interface QueryOptions<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, ' +
      'TQueryKey extends QueryKey = QueryKey, TPageParam = never> {\n',
    insert: `  /**
   * ferroquery: the tags under which the query can be invalidated, a list or a function of its data.
   */
  tags?: ReadonlyArray<string> | ((data: any) => ReadonlyArray<string>);
  /**
   * ferroquery: \`true\` never answers from the cache: it always fetches and stores the answer. \`'no-store'\` does not
   * store it either. The query function finds it in its context.
   * @defaultValue false
   */
  skipCache?: boolean | 'no-store';
  /**
   * ferroquery: refreshes in the background a little before \`staleTime\` ends, at a random moment (XFetch), so that pages which
   * fetched together don't fetch together again. The longer the last fetch took, the earlier; a number is how eager (β), \`true\`
   * is 1. Only what is watched is refreshed.
   * @defaultValue false
   */
  earlyRefresh?: number | boolean;
  /**
   * ferroquery: \`false\` keeps this query out of what tabs share (\`shareAnswers\` of the client).
   * @defaultValue true
   */
  shareAnswers?: boolean;
  /**
   * ferroquery: \`persist()\` never keeps the data unencrypted.
   * @defaultValue false
   */
  sensitive?: boolean;
`,
  },
  {
    anchor:
      '= [TPageParam] extends [never] ? {\n  client: QueryClient;\n  queryKey: TQueryKey;\n  signal: AbortSignal;\n',
    insert: `  /** ferroquery: the query's \`skipCache\`, for the fetcher to pass on. */
  skipCache?: boolean | 'no-store';
`,
  },
  {
    anchor: '} : {\n  client: QueryClient;\n  queryKey: TQueryKey;\n  signal: AbortSignal;\n',
    insert: `  /** ferroquery: the query's \`skipCache\`, for the fetcher to pass on. */
  skipCache?: boolean | 'no-store';
`,
  },
  {
    anchor: "interface NotifyEventQueryRemoved extends NotifyEvent {\n  type: 'removed';\n",
    insert: `  /** ferroquery: set where the query was removed to save memory. */
  reason?: import('#extras').EvictionReason;
`,
  },
  {
    anchor: 'interface QueryClientConfig {\n',
    insert: `  /** ferroquery: which queries an event makes stale, for \`emit\` and for live events. */
  rules?: import('#extras').Rules;
  /** ferroquery: how much memory cached data may take. Without it, nothing bounds it. */
  memory?: import('#extras').MemoryOptions;
  /** ferroquery: shares answers with the tabs of this origin. Without it, each tab fetches for itself. */
  shareAnswers?: import('#extras').ShareOptions;
`,
  },
  {
    anchor: 'declare class QueryClient {\n  #private;\n  constructor(config?: QueryClientConfig);\n',
    insert: `  /**
   * ferroquery: runs this client's rules for a domain event. An event without a rule is ignored and counted.
   * @param event - The event's name, as in \`rules\`.
   * @param args - What the rules' \`{field}\` placeholders stand for. Always taken literally: \`*\` matches a star.
   * @returns Settles when the active queries that it made stale have been fetched again; their errors don't reject it.
   * @example
   * \`\`\`ts
   * await queryClient.emit('agent.run.completed', { agent_id: 'a1', workspace_id: 'ws123' })
   * \`\`\`
   */
  emit(event: string, args?: Record<string, string | number | boolean>): Promise<void>;
  /**
   * ferroquery: opens the live connection, over which a server tells what is stale.
   * @param options - Where the server is and what to listen to.
   * @returns The connection; it reconnects by itself until it is closed.
   */
  connect(options: import('#extras').ConnectOptions): import('#extras').LiveConnection;
  /**
   * ferroquery: fetches what isn't fresh of a list of queries, a few at a time. What is in flight already is joined; errors are
   * counted and not retried (\`retry\` is \`false\` by default, as in \`prefetchQuery\`).
   * @param queries - Query options, of pages too.
   * @returns The counts when nothing is left. It rejects with the reason of an aborted signal, and with the first error if
   * \`stopOnError\`; what is under way is then finished, and nothing else begun.
   * @throws {TypeError} when the list or an option is wrong
   */
  warm(
    queries: ReadonlyArray<Omit<FetchQueryOptions<any, any, any, any, any>, 'initialPageParam'> & import('#extras').PagesOptions>,
    options?: import('#extras').WarmOptions,
  ): Promise<import('#extras').WarmProgress>;
  /**
   * ferroquery: fetches named queries again and again, whether somebody watches them or not, and keeps their data meanwhile.
   * A query without data, or with data older than \`every\`, is fetched at once. Paused without a network (by \`networkMode\`)
   * and while the page is hidden; then, and after a sleep, it is fetched once.
   * @throws {TypeError} when a name's options are wrong; then nothing is scheduled
   */
  schedule(
    queries: Record<
      string,
      Omit<FetchQueryOptions<any, any, any, any, any>, 'initialPageParam'> & import('#extras').PagesOptions & import('#extras').ScheduleOptions
    >,
  ): import('#extras').Schedule;
  /**
   * ferroquery: ends a user's time. At once nothing of theirs is in memory or on screen any more: queries and mutations are gone,
   * what is in flight is aborted and its answers are dropped, observers show \`pending\`, live connections are closed. Then
   * nothing of theirs is in the store of \`persist()\`, and other tabs of the same scope do the same. What is mounted is fetched
   * again when somebody asks for it: \`refetch\`, \`invalidateQueries\`, another key, a new mount.
   * @returns Resolves when the store is empty; rejects where it failed to delete.
   */
  signOut(): Promise<void>;
  /**
   * ferroquery: shares answers with the tabs of this origin that name the same scope: one of them fetches a key at a time, and
   * what a tab has is taken instead of fetched. \`signOut\` ends it.
   * @param options - Whose answers they are; \`false\` ends it.
   * @throws {TypeError} when an option is wrong
   */
  shareAnswers(options: import('#extras').ShareOptions | false): void;
  /** ferroquery: this client's counters, from its creation to now. */
  stats(): import('#extras').Stats;
`,
  },
];
