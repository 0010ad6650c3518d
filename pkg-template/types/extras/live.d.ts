/** Options of `queryClient.connect`. */
export interface ConnectOptions {
  /** The server's stream, such as `'/inv/v1/stream'`; absolute, or relative to the page. */
  url: string;
  /**
   * Redis globs over what to listen to; within what the token allows.
   * @defaultValue everything that the token allows
   */
  subscribe?: ReadonlyArray<string>;
  /**
   * Called before each connect; its answer is sent as a bearer token, in a header. `refused`: the last one was answered with
   * 401 or is about to expire (`exp` in the server's `hello`), so give another one. What it throws, and an answer that takes
   * more than 30 seconds, counts as a failed attempt.
   */
  token?: (refused: boolean) => string | Promise<string>;
  /** Where to start: for server-rendered data, the cursor taken before the data was loaded. */
  cursor?: string;
  /**
   * Whether cookies are sent, as in `fetch`.
   * @defaultValue 'same-origin'
   */
  credentials?: RequestCredentials;
  /**
   * Whether the tabs of this origin share one connection. Only those share that agree in `url`, `subscribe`, `credentials` and
   * `scope`. Where the browser has no Web Locks or no BroadcastChannel, each tab connects for itself.
   * @defaultValue true; with a `token`, only if there is a `scope`
   */
  tabs?: boolean;
  /** Whose data it is, such as a user's id: tabs of different scopes never share. Give it wherever users can change. */
  scope?: string;
}

/** The state of a live connection. */
export interface LiveStatus {
  /**
   * - `connecting`: a request is on its way
   * - `replaying`: connected, what was missed is being caught up
   * - `live`: nothing was missed, and what the server invalidates arrives as it happens
   * - `offline`: not connected, waiting for the next attempt
   * - `stopped`: closed, or refused by the server; no further attempts
   */
  state: 'connecting' | 'replaying' | 'live' | 'offline' | 'stopped';
  /** When this state began, in milliseconds since the epoch. */
  since: number;
  /** The position up to which everything was applied, `null` before the first. Opaque. */
  cursor: string | null;
  /**
   * For how long, in milliseconds, nothing had been known of the server when this state began: what is cached may be so much
   * behind. 0 while live, `null` before the connection was live for the first time.
   */
  lag: number | null;
  /** Attempts to connect since the connection was last live. */
  attempts: number;
  /** Why it is offline or stopped. */
  reason?: string;
}

/** A live connection, as opened by `queryClient.connect`. */
export interface LiveConnection {
  /** The status now; its cursor is that of this moment. */
  readonly status: LiveStatus;
  /** The status that listeners were told of last: the same object until the next change, as `useSyncExternalStore` wants it. */
  readonly getStatus: () => LiveStatus;
  /**
   * Calls the listener on each change of the status.
   * @returns Stops calling it.
   */
  readonly subscribe: (listener: (status: LiveStatus) => void) => () => void;
  /** Names this connection among all clients: 16 letters and digits. */
  readonly id: string;
  /**
   * A new name for a mutation of one's own, `<id>.<number>`. Send it along with the mutation, in a header of your choice; the
   * server puts it into the `src` of what it publishes.
   */
  source(): string;
  /**
   * Writes the answer of an own mutation into the cache: what `write` sets with `setQueryData` is not fetched again when the
   * server's word about this very mutation arrives.
   * @param source - What `source()` gave for the mutation.
   * @param write - Called at once; not a Promise.
   * @throws {TypeError} when the source is no text or `write` no function
   * @example
   * ```ts
   * const source = live.source()
   * const agent = await rename(id, name, { headers: { 'x-live-source': source } })
   * live.write(source, () => client.setQueryData(['agent', id], agent))
   * ```
   */
  write<T>(source: string, write: () => T): T;
  /** Closes the connection for good. */
  close(): void;
}
