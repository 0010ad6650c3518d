import { dirname, join } from 'node:path';
import * as queryCore from '@tanstack/query-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = new Consumer();
});
afterAll(() => consumer?.dispose());

const useClient = `
const client = new QueryClient();
client.setQueryData(['post', 1], { title: 'Hello' });
console.log(client.getQueryData(['post', 1]).title, client.constructor.name);
client.clear();
`;

describe('the installed package', () => {
  it('runs as an ES module', () => {
    consumer.write({ 'main.mjs': `import { QueryClient } from 'ferroquery';${useClient}` });
    expect(consumer.node('main.mjs')).toBe('Hello QueryClient');
  });

  it('runs as CommonJS', () => {
    consumer.write({ 'main.cjs': `const { QueryClient } = require('ferroquery');${useClient}` });
    expect(consumer.node('main.cjs')).toBe('Hello QueryClient');
  });

  it('exports the same names from both', () => {
    consumer.write({
      'names.mjs': `
        import { createRequire } from 'node:module';
        import * as esm from 'ferroquery';
        const cjs = createRequire(import.meta.url)('ferroquery');
        const names = (api) => Object.keys(api).filter((name) => name !== 'default').sort().join();
        console.log(names(esm) === names(cjs));`,
    });
    expect(consumer.node('names.mjs')).toBe('true');
  });

  it('carries its licences and those of the types that it includes', () => {
    const paths = consumer.files('node_modules/ferroquery').map(({ path }) => path.split('/ferroquery/')[1]);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE-MIT', 'LICENSE-APACHE', 'types/query-core/LICENSE']));
  });

  it('has no link in its texts that leads nowhere', () => {
    const files = consumer.files('node_modules/ferroquery');
    const paths = files.map(({ path }) => path);
    const texts = files.filter(({ path }) => path.endsWith('.md'));
    const links = texts.flatMap(({ path, bytes }) =>
      [...bytes.toString().matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, target]) => join(dirname(path), target!)),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !paths.includes(link))).toEqual([]);
  });

  it('never asks a bundler to find the wasm file beside a script', () => {
    // Pre-bundling moves scripts and leaves the files beside them behind.
    const scripts = consumer.files('node_modules/ferroquery/dist').filter(({ path }) => /\.c?js$/.test(path));
    expect(scripts.length).toBeGreaterThan(0);
    for (const { path, bytes } of scripts) expect(bytes.includes('import.meta'), path).toBe(false);
  });
});

describe('the declarations', () => {
  const useTypes = `
    import { QueryClient, type QueryFilters } from 'ferroquery';
    const filters: QueryFilters = { pattern: 'post:*' };
    export const matches: number = new QueryClient().isFetching(filters);`;
  const libraries = ['--target', 'es2022', '--lib', 'es2022,dom'];
  const nodeNext = ['--module', 'nodenext', '--moduleResolution', 'nodenext', ...libraries];

  it('type-check for import, for require and for bundlers', () => {
    consumer.write({ 'types.mts': useTypes, 'types.cts': useTypes, 'types.ts': useTypes });
    expect(consumer.tsc(...nodeNext, 'types.mts', 'types.cts')).toBe('');
    expect(consumer.tsc('--module', 'esnext', '--moduleResolution', 'bundler', ...libraries, 'types.ts')).toBe('');
  });

  it.each(['ferroquery', 'ferroquery/slim'])('name the values of %s, no others', (entry) => {
    consumer.write({
      'list.mjs': `
        import * as api from '${entry}';
        console.log(JSON.stringify(Object.keys(api)));`,
    });
    const there: string[] = JSON.parse(consumer.node('list.mjs')).sort();
    const candidates = [...new Set([...there, ...Object.keys(queryCore), ...declaredExtras()])].sort();
    const uses = candidates.map((name) => `api.${name};`);
    consumer.write({ 'uses.mts': [`import * as api from '${entry}';`, ...uses].join('\n') });
    const complaints = consumer.tsc(...nodeNext, 'uses.mts');
    const unknown = [...complaints.matchAll(/^uses\.mts\((\d+),/gm)].map(([, line]) => candidates[Number(line) - 2]);
    expect(candidates.filter((name) => !unknown.includes(name))).toEqual(there);
  });
});

/** The values that ferroquery's own declarations add to query-core's. */
function declaredExtras(): string[] {
  const files = consumer.files('node_modules/ferroquery/types').filter(({ path }) => /types\/\w+\.d\.ts$/.test(path));
  const text = files.map(({ bytes }) => bytes.toString()).join('');
  return [...text.matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(([, name]) => name!);
}
