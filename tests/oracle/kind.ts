import type { Difference } from './difference.js';

/** What sort of difference it is: how both lines begin, without keys and numbers. Equal kinds mostly have one cause. */
export function kind({ line, expected, actual }: Difference): string {
  const [theirs, ours] = [beginning(expected[line]), beginning(actual[line])];
  return theirs === ours ? `other fields in: ${theirs}` : `${theirs} | ${ours}`;
}

function beginning(text = 'nothing more'): string {
  const action = /action .*type: "(\w+)"/.exec(text)?.[1] ?? '';
  return `${text
    .trim()
    .split(/[[{("#]/)[0]!
    .replace(/\d+/g, '')} ${action}`.trim();
}
