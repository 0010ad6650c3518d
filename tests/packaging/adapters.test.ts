import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript
import * as build from '../../scripts/build/adapters.mjs';
import { Consumer } from './consumer.js';

const { adapters, withOurImports } = build as {
  adapters: Array<{ entry: string; from: string; peers: string[] }>;
  withOurImports(text: string, path: string, adapter: object): string;
};

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('a published file of an adapter', () => {
  const vue = adapters.find(({ entry }) => entry === 'vue')!;

  it('is led to ferroquery, and keeps its directive', () => {
    const text =
      '"use client";\nimport { hashKey } from"@tanstack/query-core";\nexport * from "./a.js";\n\n//# sourceMappingURL=b.js.map';
    expect(withOurImports(text, 'b.js', vue)).toBe(
      '"use client";\nimport { hashKey } from"ferroquery";\nexport * from "./a.js";\n',
    );
  });

  it('finds the modules that come along, from whichever folder it is in', () => {
    const from = (path: string) => withOurImports(`require("@vue/devtools-api")`, path, vue);
    expect(from('a.cjs')).toBe('require("./vendor/vue-devtools-api.cjs")');
    expect(from('devtools/a.js')).toBe('require("../vendor/vue-devtools-api.js")');
  });

  it('shows its own examples under the name that it has here', () => {
    const text = "/** `import { useQuery } from '@tanstack/vue-query'`, not of `@tanstack/query-core` */";
    expect(withOurImports(text, 'a.d.ts', vue)).toBe(
      "/** `import { useQuery } from 'ferroquery/vue'`, not of `@tanstack/query-core` */",
    );
  });
});

describe('the adapters in the package', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = new Consumer();
  });
  afterAll(() => consumer?.dispose());

  it.each(adapters)('$entry carries its licence and imports what is there', ({ entry, peers }) => {
    const files = consumer.files(`node_modules/ferroquery/dist/${entry}`);
    expect(files.some(({ path, bytes }) => path.endsWith(`${entry}/LICENSE`) && bytes.includes('Tanner Linsley'))).toBe(
      true,
    );
    const sources = files.filter(({ path }) => /\.([cm]?[jt]s|svelte)$/.test(path));
    // Examples in comments import what they like.
    const texts = sources.map(({ bytes }) => bytes.toString().replaceAll(/\/\*[\s\S]*?\*\//g, ''));
    const specifiers = texts.flatMap((text) =>
      [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\()(['"])([^'".][^'"]*)\1/g)].map(
        (match) => match[2]!,
      ),
    );
    const packages = new Set(specifiers.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]));
    expect([...packages].sort()).toEqual(['ferroquery', ...peers].sort());
  });

  it('keep the directives for React server components', () => {
    const scripts = consumer.files('node_modules/ferroquery/dist/react').filter(({ path }) => path.endsWith('.js'));
    const marked = scripts.filter(({ bytes }) => bytes.toString().startsWith('"use client"'));
    expect(marked.length).toBeGreaterThan(10);
  });

  it('are of the versions that the documentation names', () => {
    const { dependencies } = JSON.parse(read('adapters/package.json'));
    const rows = [...read('docs/adopting.md').matchAll(/^\| `ferroquery\/(\w+)` \| `([^`]+)` (\S+) \|/gm)];
    expect(rows.map(([, entry, name, version]) => ({ entry, name, version }))).toEqual(
      adapters.map(({ entry, from }) => ({ entry, name: from, version: dependencies[from] })),
    );
  });
});
