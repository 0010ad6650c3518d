import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../command.mjs';
import { progress } from '../setup.mjs';
import { adapters, installAdapters, writeAdapters } from './adapters.mjs';
import { bundleEntries } from './bundle.mjs';
import { buildEngine } from './engine.mjs';
import { contentHash, whenChanged } from './stamp.mjs';
import { packageTexts, writeTexts } from './texts.mjs';
import { typesFolder, writeTypes } from './types.mjs';

const pkg = join(root, 'pkg');
const next = join(root, 'target', 'pkg-next');

/** Builds the declarations, the engine and then, unless nothing changed, the publishable package in pkg/. */
export async function buildPackage() {
  writeTypes();
  await installAdapters();
  await buildEngine();
  const locks = ['package-lock.json', 'adapters/package-lock.json'];
  const inputs = ['pkg-template', 'scripts/build', 'target/glue', ...locks, ...packageTexts()];
  const { files } = JSON.parse(readFileSync(join(root, 'pkg-template', 'package.json'), 'utf8'));
  const scripts = ['index.js', 'slim.js', 'core.js', ...adapters.map(({ entry }) => `${entry}/LICENSE`)];
  const results = ['package.json', ...scripts.map((name) => `dist/${name}`), ...files].map((name) => join('pkg', name));
  const ran = await whenChanged('package', contentHash(inputs), results, async () => {
    rmSync(next, { recursive: true, force: true });
    mkdirSync(next, { recursive: true });
    await bundleEntries(next);
    await writeAdapters(join(next, 'dist'));
    cpSync(typesFolder, join(next, 'types'), { recursive: true });
    copyFileSync(join(root, 'pkg-template', 'package.json'), join(next, 'package.json'));
    writeTexts(next);
    // Only now: a build that fails leaves the package as it was.
    rmSync(pkg, { recursive: true, force: true });
    renameSync(next, pkg);
  });
  progress(ran ? 'package: built in pkg/' : 'package: unchanged, in pkg/');
}
