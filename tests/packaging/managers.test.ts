import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pack } from './archive.js';
import { everything, Project } from './project.js';

let folder: string;
let override: Record<string, string>;
let bin: (path: string) => string;
beforeAll(() => {
  const project = Project.open('managers');
  bin = (path) => project.at(`node_modules/${path}`);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferroquery-managers-'));
  override = { '@tanstack/query-core': `file:./${basename(pack(folder))}` };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dependencies = { '@tanstack/react-query': '5.108.0', react: '19.3.1' };

/** Installs a project with these additions to its package.json, and runs a script there that asks whose client it has. */
function clientOf(additions: object, install: string[], node: string[] = [process.execPath]): string {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'app', private: true, dependencies, ...additions }),
  );
  writeFileSync(
    join(folder, 'main.mjs'),
    `import { createRequire } from 'node:module';
     import { defineKeys, QueryClient } from '@tanstack/react-query';
     const client = new QueryClient();
     client.setQueryData(['post', 1], 'Hello');
     const required = createRequire(import.meta.url)('@tanstack/react-query');
     console.log(client.getQueriesData({ pattern: 'post:*' }).length, client.stats().queries, typeof required.defineKeys);
     client.clear();`,
  );
  const run = ([command, ...args]: string[]) =>
    execFileSync(command!, args, { cwd: folder, encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] });
  run(install);
  return run([...node, 'main.mjs']).trim();
}

/** The other managers take their time, and one that is on every machine shows the principle. */
const others = everything ? it : it.skip;

describe('one line puts ferroquery under the official adapter', () => {
  it('npm: overrides', () => {
    const install = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    expect(clientOf({ overrides: override }, install)).toBe('1 1 function');
  });

  others('pnpm: overrides', () => {
    const [[name, value]] = Object.entries(override) as [[string, string]];
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), `overrides:\n  '${name}': '${value}'\n`);
    const install = [bin('.bin/pnpm'), 'install', '--ignore-scripts', '--prefer-offline'];
    expect(clientOf({}, install)).toBe('1 1 function');
  });

  others('yarn 1: resolutions', () => {
    const install = [
      process.execPath,
      bin('yarn/bin/yarn.js'),
      'install',
      '--ignore-scripts',
      '--non-interactive',
      '--prefer-offline',
    ];
    expect(clientOf({ resolutions: override }, install)).toBe('1 1 function');
  });

  others("yarn 4: resolutions, also with Plug'n'Play", () => {
    const yarn = [process.execPath, bin('@yarnpkg/cli-dist/bin/yarn.js')];
    writeFileSync(join(folder, 'yarn.lock'), '');
    writeFileSync(join(folder, '.yarnrc.yml'), 'enableTelemetry: false\nenableImmutableInstalls: false\n');
    expect(clientOf({ resolutions: override }, [...yarn, 'install'], [...yarn, 'node'])).toBe('1 1 function');
  });
});
