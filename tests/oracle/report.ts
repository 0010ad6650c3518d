import type { Difference } from './difference.js';
import { print } from './scenario.js';

/** The scenario, then what both sides showed around the first line that differs. */
export function report({ scenario, line, expected, actual }: Difference): string {
  const theirs = brief(expected);
  const ours = brief(actual);
  let from = line;
  while (from > 0 && !expected[from]?.startsWith('>')) from--;
  const [their, our] = apart(expected[line] ?? '(nothing more)', actual[line] ?? '(nothing more)');
  const next = (lines: string[]) => lines.slice(line + 1, line + 6).map((text) => `    ${text}`);
  return [
    print(scenario),
    '',
    ...theirs.slice(Math.max(from, line - 20), line).map((text) => `  ${text}`),
    `- query-core  ${their}`,
    `+ ours        ${our}`,
    '  then query-core:',
    ...next(theirs),
    '  then ours:',
    ...next(ours),
  ].join('\n');
}

/** Splits `who { fields } rest`. */
const split = (text: string) => /^(.*?)\{ (.*) \}(.*)$/.exec(text);

/** Lines with each record cut down to the fields that changed since the last one of the same kind. */
function brief(lines: readonly string[]): string[] {
  const last = new Map<string, string[]>();
  return lines.map((text) => {
    const parts =
      text.startsWith('>') || text.includes(' (inside) ') || text.includes(' action ') ? undefined : split(text);
    if (!parts) return text;
    const who = parts[1]!.replace(/result#\d+/, 'result');
    const now = fields(parts[2]!);
    const before = last.get(who);
    last.set(who, now);
    return before ? `${parts[1]}{ …, ${now.filter((field) => !before.includes(field)).join(', ')} }${parts[3]}` : text;
  });
}

/** Two lines with the fields of records that are equal left out, so that what differs is seen. */
function apart(left: string, right: string): [string, string] {
  const [a, b] = [split(left), split(right)];
  if (!a || !b || a[1] !== b[1] || a[3] !== b[3]) return [left, right];
  const [as, bs] = [fields(a[2]!), fields(b[2]!)];
  const only = (mine: string[], other: string[]) => mine.filter((field) => !other.includes(field)).join(', ');
  return [`${a[1]}{ …, ${only(as, bs)} }${a[3]}`, `${b[1]}{ …, ${only(bs, as)} }${b[3]}`];
}

/** Splits a record's text at the commas of its outermost level. */
function fields(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if ('{[('.includes(text[i]!)) depth++;
    else if ('}])'.includes(text[i]!)) depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}
