/**
 * JSON by columns: what lists of records say again and again (the names) is said once, and what is alike stands together. That
 * packs better than rows do, and there is less to parse. Each array begins with what it stands for.
 */

/** The items. */
const LIST = 0;
/** Names, then a column for each: a list of objects with these names in this order. */
const ROWS = 1;
/** Columns: a list of arrays of one length. */
const TUPLES = 2;
/** Names, then the values: an object with many values of one kind. */
const TABLE = 3;

/** Fewer aren't worth it. */
const MIN_ROWS = 4;

type Json = unknown;
type Record_ = Record<string, Json>;

/** A value that survives JSON, by columns. */
export function toColumns(value: Json): Json {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    const names = commonNames(value);
    if (names) {
      return [ROWS, names, ...names.map((name) => toColumns(value.map((row) => row[name])))];
    }
    const width = commonWidth(value);
    if (width > 0) {
      return [TUPLES, ...Array.from({ length: width }, (_, at) => toColumns(value.map((row) => row[at])))];
    }
    return [LIST, ...value.map(toColumns)];
  }
  const parts = Object.values(value);
  const names = Object.keys(value);
  return commonNames(parts) && !names.includes('__proto__')
    ? [TABLE, names, toColumns(parts)]
    : Object.fromEntries(names.map((name, at) => [name, toColumns(parts[at])]));
}

/** The value of which these are the columns. Takes them apart. */
export function fromColumns(value: Json): Json {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (!Array.isArray(value)) {
    const record = value as Record_;
    for (const name of Object.keys(record)) {
      if (typeof record[name] === 'object') {
        record[name] = fromColumns(record[name]);
      }
    }
    return record;
  }
  switch (value[0]) {
    case ROWS:
      return rows(value[1], itemsFrom(value, 2) as Json[][]);
    case TUPLES:
      return tuples(itemsFrom(value, 1) as Json[][]);
    case TABLE:
      return table(value[1], fromColumns(value[2]) as Json[]);
    default:
      return itemsFrom(value, 1);
  }
}

/** The names that all of a list have, in one order; nothing where they aren't all such objects. */
function commonNames(list: any[]): string[] | undefined {
  if (list.length < MIN_ROWS || !isRecord(list[0])) {
    return undefined;
  }
  const names = Object.keys(list[0]);
  const { length } = names;
  if (length === 0 || names.includes('__proto__')) {
    return undefined;
  }
  for (const row of list) {
    if (!isRecord(row)) {
      return undefined;
    }
    let at = 0;
    for (const name in row) {
      if (name !== names[at]) {
        return undefined;
      }
      at++;
    }
    if (at !== length) {
      return undefined;
    }
  }
  return names;
}

/** The length that all arrays of a list have; 0 where they aren't all such arrays. */
function commonWidth(list: any[]): number {
  const width = list.length < MIN_ROWS || !Array.isArray(list[0]) ? 0 : list[0].length;
  return width <= list.length && list.every((row) => Array.isArray(row) && row.length === width) ? width : 0;
}

function isRecord(value: Json): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function itemsFrom(list: Json[], start: number): Json[] {
  const items = list.slice(start);
  for (let at = 0; at < items.length; at++) {
    if (typeof items[at] === 'object') {
      items[at] = fromColumns(items[at]);
    }
  }
  return items;
}

function rows(names: string[], columns: Json[][]): Record_[] {
  // As JSON.parse makes objects: all of one shape, with room for these names and no more.
  const shape: Record_ = JSON.parse(`{${names.map((name) => `${JSON.stringify(name)}:null`).join()}}`);
  const { length } = columns[0]!;
  const list = new Array<Record_>(length);
  for (let row = 0; row < length; row++) {
    const record = { ...shape };
    for (let at = 0; at < names.length; at++) {
      record[names[at]!] = columns[at]![row];
    }
    list[row] = record;
  }
  return list;
}

function tuples(columns: Json[][]): Json[][] {
  const { length } = columns[0]!;
  const list = new Array<Json[]>(length);
  for (let row = 0; row < length; row++) {
    list[row] = columns.map((column) => column[row]);
  }
  return list;
}

function table(names: string[], values: Json[]): Record_ {
  const record: Record_ = {};
  for (let at = 0; at < names.length; at++) {
    record[names[at]!] = values[at];
  }
  return record;
}
