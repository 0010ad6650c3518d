import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pack } from './archive.js';
import { Project } from './project.js';

let project: Project;
let folder: string;
let archive: string;
beforeAll(() => {
  project = Project.open('lint');
  folder = mkdtempSync(join(tmpdir(), 'ferroquery-lint-'));
  archive = pack(folder);
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe('the packed package', () => {
  it('is as publint wants it', () => {
    expect(project.run('publint', ['run', archive, '--strict'])).toContain('All good!');
  });

  it('has the right types under every entry and every kind of resolution', () => {
    // What runs only in bundlers and at the edge has no CommonJS: a require of it gets the ES module.
    const ignored = ['--ignore-rules', 'cjs-resolves-to-esm'];
    const printed = project.run('attw', [archive, '--format', 'ascii', '--no-emoji', ...ignored]);
    expect(printed).toContain('No problems found');
    for (const entry of ['react', 'vue', 'solid', 'svelte', 'preact', 'lit', 'angular', 'slim', 'edge', 'vite']) {
      expect(printed).toContain(`ferroquery/${entry}`);
    }
  });
});
