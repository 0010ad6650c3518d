/** A name that no life of a scope has had. */
export function newEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');
}
