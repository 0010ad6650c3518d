import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../command.mjs';
import { BuildError } from './error.mjs';
import { additions } from './type-additions.mjs';

const queryCore = join(root, 'node_modules', '@tanstack', 'query-core');
const handWritten = join(root, 'pkg-template', 'types');

/** Where the declarations are written, absolute; the package's own source is checked against them too. */
export const typesFolder = join(root, 'target', 'types');

/**
 * Writes the declarations: query-core's (MIT) with our additions, and beside them our own.
 * Each file comes twice, for `import` (.d.ts) and for `require` (.d.cts).
 *
 * @throws {BuildError} when an addition finds no place, or more than one
 */
export function writeTypes() {
  rmSync(typesFolder, { recursive: true, force: true });
  const core = join(typesFolder, 'query-core');
  mkdirSync(core, { recursive: true });
  copyFileSync(join(queryCore, 'LICENSE'), join(core, 'LICENSE'));
  for (const extension of ['.d.ts', '.d.cts']) {
    for (const [name, text] of withAdditions(readDeclarations(extension), extension, additions)) {
      writeFileSync(join(core, name), text);
    }
    for (const name of readdirSync(handWritten, { recursive: true }).filter((file) => file.endsWith('.d.ts'))) {
      const text = readFileSync(join(handWritten, name), 'utf8');
      const written = extension === '.d.cts' ? text.replaceAll(/(from '\.[^']*)\.js'/g, "$1.cjs'") : text;
      const file = join(typesFolder, name.replace('.d.ts', extension));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, written);
    }
  }
}

function readDeclarations(extension) {
  const folder = join(queryCore, 'build', 'modern');
  const names = readdirSync(folder).filter((name) => name.endsWith(extension));
  if (names.length === 0) throw new BuildError(`no ${extension} files in ${folder}: run \`npm ci\``);
  // The maps lead to sources that are not in our package.
  const withoutMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n');
  return new Map(names.map((name) => [name, withoutMap(readFileSync(join(folder, name), 'utf8'))]));
}

/**
 * Inserts each addition after its anchor. Which file holds the anchor changes with query-core's build.
 *
 * @param {Map<string, string>} declarations texts by file name; not changed
 * @param {'.d.ts' | '.d.cts'} extension
 * @param {ReadonlyArray<{ anchor: string, insert: string }>} list
 * @returns {Map<string, string>}
 * @throws {BuildError} when an anchor does not occur exactly once in all texts together
 */
export function withAdditions(declarations, extension, list) {
  const extras = `../extras${extension.replace('.d.', '.').replace('ts', 'js')}`;
  const result = new Map(declarations);
  for (const { anchor, insert } of list) {
    const places = [...declarations].flatMap(([name, text]) => Array(text.split(anchor).length - 1).fill(name));
    if (places.length !== 1) {
      const found = places.length === 0 ? 'nowhere' : `${places.length} times (${places.join(', ')})`;
      throw new BuildError(
        `query-core's ${extension} files have ${JSON.stringify(anchor)} ${found}, not once: ` +
          'adapt scripts/build/type-additions.mjs to this version of query-core',
      );
    }
    const text = result.get(places[0]);
    result.set(
      places[0],
      text.replace(anchor, () => anchor + insert.replaceAll('#extras', extras)),
    );
  }
  return result;
}
