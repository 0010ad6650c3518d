import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Project } from './project.js';

const types = fileURLToPath(new URL('../types', import.meta.url));

// tests/types compiles with the workspace's own TypeScript in `npm test`; here the oldest one that the pinned
// react-query is checked with by its authors (its package.json, "test:types:ts57").
describe('the declarations, under the oldest TypeScript', () => {
  let project: Project;
  beforeAll(() => {
    project = Project.open('types');
  });

  it('carry an application of the official adapter', () => {
    expect(project.run('tsc', ['--version'])).toContain('5.7.');
    expect(project.run('tsc', ['-p', types]).trim()).toBe('');
  });

  it('are really looked at: a wrong type is noticed', () => {
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
    expect(() => project.run('tsc', [...flags, 'wrong.ts'])).toThrow(/Type 'QueryCache' is not assignable/);
  });
});

it('the application uses every name that the adapter exports of its own', () => {
  const adapter = createRequire(import.meta.url).resolve('@tanstack/react-query/package.json');
  const declarations = readFileSync(join(dirname(adapter), 'build/modern/index.d.ts'), 'utf8');
  const lists = [...declarations.matchAll(/export \{([^}]*)\}/g)].map(([, list]) => list!.split(','));
  const names = lists.flat().map((name) => name.replace(/^\s*(type )?/, '').trim());
  expect(names.length).toBeGreaterThan(60);
  const text = readFileSync(join(types, 'react.tsx'), 'utf8');
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});
