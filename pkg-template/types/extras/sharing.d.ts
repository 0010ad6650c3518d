/** Options of `shareAnswers`. */
export interface ShareOptions {
  /** Whose answers they are, such as a user's id: tabs of different scopes never share. */
  scope: string;
  /**
   * Tells apps of one origin apart.
   * @defaultValue ''
   */
  channel?: string;
  /**
   * Larger answers aren't shared (bytes, about).
   * @defaultValue 1 MiB
   */
  maxBytes?: number;
}
