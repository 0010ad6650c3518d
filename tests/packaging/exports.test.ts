import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as queryCore from '@tanstack/query-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

// Nothing of query-core may be missing, and what is there beyond it is listed here.

const VALUES_BEYOND = [
  'EngineTrapError',
  'EngineUnavailableError',
  'HttpError',
  'TTL',
  'decodeJson',
  'defineKeys',
  'indexedDb',
  'jsonQuery',
  'memoryStore',
  'persist',
];
const TYPES_BEYOND = [
  'ConnectOptions',
  'DecodeStats',
  'EvictionReason',
  'IndexPage',
  'JsonQueryContext',
  'JsonQueryFunction',
  'JsonQueryInit',
  'Key',
  'KeyOptions',
  'KeyParam',
  'KeyTemplate',
  'Keys',
  'LiveConnection',
  'LiveStatus',
  'MemoryOptions',
  'MemoryStats',
  'PagesOptions',
  'ParamNames',
  'PersistOptions',
  'PersistStats',
  'Persistence',
  'PrefixStats',
  'Rule',
  'Rules',
  'Schedule',
  'ScheduleOptions',
  'ScheduledQuery',
  'ShareOptions',
  'Stats',
  'Store',
  'StoredRecord',
  'TemplateParamNames',
  'TemplateQueryKey',
  'WarmOptions',
  'WarmProgress',
];
/** Of classes and of single objects, by name: methods and accessors that query-core has not. */
const MEMBERS_BEYOND: Record<string, string[]> = { QueryClient: ['connect', 'emit', 'stats'] };
/** Protected ones of query-core, about what is the engine's here: the time to collection. */
const PROTECTED = ['clearGcTimeout', 'optionalRemove', 'scheduleGc', 'updateGcTime'];

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => consumer?.dispose());

describe.each(['ferroquery', 'ferroquery/slim'])('%s', (entry) => {
  const beyond = entry === 'ferroquery/slim' ? [...VALUES_BEYOND, 'init'].sort() : VALUES_BEYOND;

  it('has the values of query-core, of the same kinds, and these besides', () => {
    consumer.write({
      'kinds.mjs': `
        import * as api from '${entry}';
        console.log(JSON.stringify(Object.fromEntries(Object.keys(api).map((name) => [name, typeof api[name]]))));`,
    });
    const kinds: Record<string, string> = JSON.parse(consumer.node('kinds.mjs'));
    const expected = Object.entries(queryCore).map(([name, value]) => [name, typeof value]);
    expect(kinds).toMatchObject(Object.fromEntries(expected));
    expect(
      Object.keys(kinds)
        .filter((name) => !(name in queryCore))
        .sort(),
    ).toEqual(beyond);
  });

  it('has the members of each class and object of query-core', () => {
    consumer.write({
      'members.mjs': `
        import * as api from '${entry}';
        const members = ${membersOf};
        console.log(JSON.stringify(Object.fromEntries(Object.keys(api).map((name) => [name, members(api[name])]))));`,
    });
    const members: Record<string, string[]> = JSON.parse(consumer.node('members.mjs'));
    for (const [name, value] of Object.entries(queryCore)) {
      const wanted = membersOf(value).filter((member) => !PROTECTED.includes(member));
      const missing = wanted.filter((member) => !members[name]!.includes(member));
      expect(missing, `members of ${name}`).toEqual([]);
    }
    for (const [name, added] of Object.entries(MEMBERS_BEYOND)) {
      expect(members[name]).toEqual(expect.arrayContaining(added));
    }
  });

  it('declares the types of query-core, and these besides', () => {
    const names = typesOf(declarations);
    expect(names.length).toBeGreaterThan(100);
    const list = [...names, ...TYPES_BEYOND].join(', ');
    consumer.write({ 'types.mts': `export type { ${list} } from '${entry}';` });
    expect(consumer.tsc(...nodeNext, 'types.mts')).toBe('');
    // A name that isn't there is noticed.
    consumer.write({ 'none.mts': `export type { QueryKeys } from '${entry}';` });
    expect(consumer.tsc(...nodeNext, 'none.mts')).toContain("'QueryKeys'");
  });
});

it('all that is declared beyond query-core is listed here', () => {
  const text = consumer
    .files('node_modules/ferroquery/types')
    .filter(({ path }) => /types\/extras\/\w+\.d\.ts$/.test(path))
    .map(({ bytes }) => bytes.toString())
    .join('');
  const declared = [...text.matchAll(/^export (?:declare )?(const|function|class|interface|type) (\w+)/gm)];
  const named = (isType: boolean) =>
    declared.filter(([, kind]) => /interface|type/.test(kind!) === isType).map(([, , name]) => name!);
  expect(named(true).sort()).toEqual(TYPES_BEYOND);
  expect(named(false).sort()).toEqual(VALUES_BEYOND);
});

const nodeNext = '--module nodenext --moduleResolution nodenext --target es2022 --lib es2022,dom'.split(' ');

const declarations = readFileSync(
  fileURLToPath(new URL('index.d.ts', import.meta.resolve('@tanstack/query-core'))),
  'utf8',
);

/** The names of types that a module's declarations export. */
function typesOf(text: string): string[] {
  const list = /^export \{([^}]*)\}/m.exec(text)?.[1] ?? '';
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name.startsWith('type '))
    .map((name) => name.slice('type '.length));
}

/** The methods and accessors of a class or of a single object, inherited ones too; of other values none. */
function membersOf(value: unknown): string[] {
  const isClass = typeof value === 'function' && /^class/.test(String(value));
  const start = isClass ? value.prototype : typeof value === 'object' ? value : null;
  const names = new Set<string>();
  for (let at = start; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  return [...names];
}
