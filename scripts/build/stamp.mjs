import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../command.mjs';

const folder = join(root, 'target', 'stamps');

/**
 * A hash over the content of files and folders (with everything below them), paths relative to the root.
 *
 * @param {string[]} paths what is missing counts as empty
 * @param {string} [salt] anything else the result depends on, such as a tool's version
 * @returns {string}
 */
export function contentHash(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const path of paths) {
    for (const file of filesBelow(path)) {
      hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
    }
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

/**
 * Runs `make` unless it already ran to its end for the same hash and its results are all there.
 *
 * @param {string} name the stamp's name
 * @param {string} hash
 * @param {string[]} results files that must exist, relative to the root
 * @param {() => Promise<void>} make
 * @returns {Promise<boolean>} whether `make` ran
 */
export async function whenChanged(name, hash, results, make) {
  const stamp = join(folder, name);
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (fresh && results.every((file) => existsSync(join(root, file)))) return false;
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}
