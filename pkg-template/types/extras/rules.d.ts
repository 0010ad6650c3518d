/**
 * One consequence of an event: a Redis glob over backend keys, a tag, or another event. `{field}` placeholders stand
 * for the event's arguments, which are always taken literally.
 */
export type Rule =
  | string
  | { readonly tag: string }
  | { readonly event: string; readonly args?: Readonly<Record<string, string>> };

/**
 * What each event makes stale, by the event's name. Rules may name other events; a cycle is an error when the client
 * is made.
 * @example
 * ```ts
 * new QueryClient({
 *   rules: {
 *     'agent.run.completed': ['agent:*:{agent_id}:*', { tag: 'workspace:{workspace_id}' }],
 *   },
 * })
 * ```
 */
export type Rules = Record<string, ReadonlyArray<Rule>>;
