import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../command.mjs';

/** What is read with the package: the front page, the licences and the documentation, relative to the root. */
export function packageTexts() {
  const docs = readdirSync(join(root, 'docs')).filter((name) => /\.(md|svg|jpg)$/.test(name));
  const texts = ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', ...docs.map((name) => `docs/${name}`)];
  return texts.filter((path) => existsSync(join(root, path)));
}

/** Writes the texts into the package. Links to what isn't in it, such as the sources, become plain text. */
export function writeTexts(pkg) {
  const texts = packageTexts();
  for (const path of texts) {
    mkdirSync(dirname(join(pkg, path)), { recursive: true });
    const content = readFileSync(join(root, path));
    const isThere = (target) => texts.includes(target) || existsSync(join(pkg, target));
    writeFileSync(join(pkg, path), path.endsWith('.md') ? withoutDeadLinks(`${content}`, path, isThere) : content);
  }
}

/**
 * A Markdown text whose relative links all lead somewhere.
 *
 * @param {string} text
 * @param {string} path the text's own, relative to the package
 * @param {(target: string) => boolean} isThere whether a path, relative to the package, is in it
 * @returns {string}
 */
export function withoutDeadLinks(text, path, isThere) {
  return text.replaceAll(/\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)/g, (link, label, target) => {
    return isThere(normalize(join(dirname(path), target))) ? link : label;
  });
}
