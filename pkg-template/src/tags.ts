/** Parts texts where one string crosses the boundary. */
export const SEPARATOR = '\u001f';

/** Tags as one string. Throws a TypeError that names what is no tag. */
export function joinTags(tags: readonly string[]): string {
  if (!Array.isArray(tags)) {
    throw new TypeError(
      `tags must be a list of strings, but it is ${JSON.stringify(tags)}: write tags: ['workspace:ws1'].`,
    );
  }
  for (const tag of tags) {
    if (typeof tag !== 'string' || tag.includes(SEPARATOR)) {
      throw new TypeError(
        `tags must be strings without control characters, but one of them is ${JSON.stringify(tag)}.`,
      );
    }
  }
  return tags.join(SEPARATOR);
}

/** The tags of both, joined. */
export function uniteTags(a: string, b: string): string {
  return a && b ? [...new Set([...a.split(SEPARATOR), ...b.split(SEPARATOR)])].join(SEPARATOR) : a || b;
}
