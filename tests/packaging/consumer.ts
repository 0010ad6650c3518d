import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './archive.js';

const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

/** An empty project, outside of the repository, into which the packed package is installed as a user would. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'ferroquery-consumer-'));

  constructor() {
    const archive = pack(this.folder);
    this.write({ 'package.json': JSON.stringify({ name: 'consumer', private: true }) });
    // Offline: the package may not depend on anything.
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', archive], {
      cwd: this.folder,
    });
  }

  /** Writes files by their path in the project. */
  write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  /** Runs a file of the project under Node; what it prints. */
  node(path: string): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { cwd: this.folder, encoding: 'utf8' });
    // Node shows the line that threw; of a minified script, that is all of it.
    const shown = stderr.split('\n').filter((line) => line.length < 500);
    if (status !== 0) throw new Error(`node ${path} exited with code ${status}\n${shown.join('\n')}`);
    return stdout.trim();
  }

  /** Type-checks files of the project; the compiler's complaints, '' if there are none. */
  tsc(...args: string[]): string {
    try {
      return execFileSync(join(bin, 'tsc'), ['--noEmit', '--strict', ...args], { cwd: this.folder, encoding: 'utf8' });
    } catch (error) {
      return (error as { stdout: string }).stdout || String(error);
    }
  }

  /** All files below a folder of the project, with their bytes. */
  files(folder: string): Array<{ path: string; bytes: Buffer }> {
    return readdirSync(join(this.folder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, bytes: readFileSync(path) }));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How often an engine occurs in a bundle: as a wasm module, or as text. Source maps don't count. */
export function countWasm(files: ReadonlyArray<{ path: string; bytes: Buffer }>): { raw: number; text: number } {
  const magic = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const count = (needle: string | Buffer) =>
    files
      .filter(({ path }) => !path.endsWith('.map'))
      .reduce((total, { bytes }) => total + occurrences(bytes, needle), 0);
  // The characters of the text stand before it (scripts/build/engineText.mjs).
  return { raw: count(magic), text: count('#%&()*+,-./0123456789:;=>?@ABC') };
}

function occurrences(bytes: Buffer, needle: string | Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) count += 1;
  return count;
}
