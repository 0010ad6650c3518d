import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, absolute. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const cargoBin = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin');

/**
 * The environment for child processes: npm's binaries (wasm-opt among them) and cargo's are on PATH,
 * also in a shell that was open before they were installed.
 *
 * @param {Record<string, string>} [more] variables to add
 */
export function environment(more = {}) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH ?? '', cargoBin].join(delimiter);
  return { ...process.env, PATH: path, ...more };
}

/** A command that could not be run, or that ended in failure. */
export class CommandError extends Error {
  /**
   * @param {string} line the command line
   * @param {string} reason what went wrong
   */
  constructor(line, reason) {
    super(`\`${line}\` ${reason}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a command to its end with its output on this terminal.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, onLine?: (line: string) => void }} [options]
 *   `onLine` sees each line of standard output, which is still printed
 * @returns {Promise<void>}
 * @throws {CommandError} when it can't start or exits with a code other than 0
 */
export function run(command, args, { cwd = root, env, onLine } = {}) {
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: environment(env),
      stdio: ['ignore', onLine ? 'pipe' : 'inherit', 'inherit'],
    });
    if (onLine) followLines(child.stdout, onLine);
    child.on('error', (error) => reject(new CommandError(line, `could not start: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new CommandError(line, signal ? `was ended by ${signal}` : `exited with code ${code}`));
    });
  });
}

function followLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    process.stdout.write(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('end', () => rest && onLine(rest));
}

/**
 * What a command prints, trimmed; `null` when it is missing or fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {string | null}
 */
export function output(command, args) {
  const result = spawnSync(command, args, { cwd: root, env: environment(), encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : null;
}

/**
 * The absolute path of a program on PATH, or `null`.
 *
 * @param {string} name
 * @returns {string | null}
 */
export function which(name) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of environment().PATH.split(delimiter)) {
    for (const file of names) {
      if (folder && existsSync(join(folder, file))) return join(folder, file);
    }
  }
  return null;
}

/**
 * Runs a script's main function; a failure is one clear line and exit code 1, not a stack trace.
 *
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    const expected = error instanceof CommandError || error?.name === 'SetupError' || error?.name === 'BuildError';
    console.error(expected ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
