import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from './archive.js';

/** Whether what takes long and seldom breaks is wanted too: `npm run test:packaging`. */
export const everything = process.env.FERROQUERY_PACKAGING === 'all';

/** What one command of a project may take, in ms. */
const PATIENCE_MS = 120_000;

/** A project below projects/: its own packages by its own lock, and ferroquery as packed now. */
export class Project {
  readonly folder: string;

  private constructor(name: string) {
    this.folder = fileURLToPath(new URL(`projects/${name}`, import.meta.url));
  }

  /** Installs what the lock names, unless it is there, and the packed package in any case. */
  static open(name: string): Project {
    const project = new Project(name);
    project.#installLocked();
    project.#installArchive();
    return project;
  }

  #installLocked(): void {
    const lock = createHash('sha256')
      .update(readFileSync(this.at('package-lock.json')))
      .digest('hex');
    const stamp = this.at('node_modules/.lock-sha256');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
    process.stderr.write(`· npm install in ${this.folder.replace(/.*\/tests\//, 'tests/')}\n`);
    // Not `npm ci`: it refuses a lock that lacks an optional package for some other platform, which a registry may not have.
    rmSync(this.at('node_modules'), { recursive: true, force: true });
    const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
    execFileSync('npm', ['install', ...flags], { cwd: this.folder, stdio: ['ignore', 'ignore', 'inherit'] });
    writeFileSync(stamp, lock);
  }

  /** As npm does with a package that depends on nothing; that npm itself can is tested with empty projects. */
  #installArchive(): void {
    const packed = mkdtempSync(join(tmpdir(), 'ferroquery-packed-'));
    const target = this.at('node_modules/ferroquery');
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', pack(packed), '-C', target, '--strip-components', '1']);
    rmSync(packed, { recursive: true });
  }

  /** An absolute path in the project. */
  at(path: string): string {
    return join(this.folder, path);
  }

  /** Runs one of the project's programs, or `node`, to its end; all that it printed. Throws if it fails. */
  run(program: string, args: string[], env: Record<string, string> = {}): string {
    const command = program === 'node' ? process.execPath : this.at(`node_modules/.bin/${program}`);
    // Of the test run's own environment, these would change how the programs behave.
    const { NODE_ENV: _, VITEST: __, VITEST_MODE: ___, ...inherited } = process.env;
    const { status, signal, stdout, stderr } = spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      env: { ...inherited, NO_COLOR: '1', CI: '1', ...env },
    });
    const printed = [stdout, stderr]
      .join('\n')
      .split('\n')
      .filter((line) => line.length < 2000)
      .join('\n');
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${signal ?? status}\n${printed}`);
    return printed;
  }

  /** All files below a folder of the project, with their bytes. */
  files(folder: string): Array<{ path: string; bytes: Buffer }> {
    return readdirSync(this.at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, bytes: readFileSync(path) }));
  }
}
