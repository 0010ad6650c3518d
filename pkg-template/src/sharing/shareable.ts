import { isJsonSafe } from '../memory/jsonSafe';

/** A part of a value takes about so much (bytes). */
const PART = 8;

/** Whether a value is plain data, as JSON is, and no larger than this (bytes, about). Of a value of another tab nothing is known before. */
export function isShareable(value: unknown, maxBytes: number): boolean {
  return value !== undefined && isJsonSafe(value, maxBytes / PART) && textIn(value) <= maxBytes;
}

/** The length of all texts in plain data. */
function textIn(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  let length = 0;
  if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      length += name.length + textIn(part);
    }
  }
  return length;
}
