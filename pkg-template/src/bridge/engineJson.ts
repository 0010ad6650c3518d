/** A value as JSON that the engine takes: its texts are UTF-8, so a half of a surrogate pair becomes U+FFFD, as in every text. */
export function engineJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(ud[89a-f]..|.)/g, (whole, what: string) =>
    what.length > 1 ? '\ufffd' : whole,
  );
}
