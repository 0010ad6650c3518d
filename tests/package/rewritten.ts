import type { Json, Random } from './decodeFuzz.js';

/** A text of a value in which one of `often` names, texts, numbers and orders of members is written otherwise than JSON.stringify does. */
export function rewritten(random: Random, value: Json, often: number): string {
  const isOdd = () => random(often) === 0;
  if (typeof value === 'string') {
    return isOdd() ? escaped(random, value) : JSON.stringify(value);
  }
  if (typeof value === 'number') {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return isOdd() && !text.includes('e') ? `${text}${text.includes('.') ? '0' : '.0'}` : text;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const space = isOdd() ? ' ' : '';
  if (Array.isArray(value)) {
    return `[${space}${value.map((element) => rewritten(random, element, often))}]`;
  }
  const names = Object.keys(value);
  if (isOdd()) {
    names.push(...names.splice(0, random(names.length + 1)));
  }
  const nameOf = (name: string) => `${rewritten(random, name, often)}:`;
  const members = names.map((name) => {
    const member = Object.getOwnPropertyDescriptor(value, name)!.value as Json;
    return nameOf(name) + rewritten(random, member, often);
  });
  if (names.length > 0 && random(8 * often) === 0) {
    // The last one counts.
    members.unshift(`${nameOf(names[random(names.length)]!)}[{}]`);
  }
  return `{${members.join(`,${space}`)}}`;
}

/** The text with one of its characters as an escape. */
function escaped(random: Random, text: string): string {
  if (text === '') {
    return '""';
  }
  const at = random(text.length);
  const plain = (part: string) => JSON.stringify(part).slice(1, -1);
  const other = `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return `"${plain(text.slice(0, at))}${other}${plain(text.slice(at + 1))}"`;
}
