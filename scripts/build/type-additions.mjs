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
    anchor: 'interface QueryClientConfig {\n',
    insert: `  /** ferroquery: which queries an event makes stale, for \`emit\` and for live events. */
  rules?: import('#extras').Rules;
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
  /** ferroquery: this client's counters, from its creation to now. */
  stats(): import('#extras').Stats;
`,
  },
];
