import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { output, root, run, which } from './command.mjs';

const WASM_PACK = '0.15.1';
const WASM_TARGET = 'wasm32-unknown-unknown';

/** A tool that is missing and can't be installed from here; the message says what to do. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** Says what is about to take a while. */
export function progress(text) {
  console.log(`· ${text}`);
}

/**
 * Gets what a build needs: npm's packages, the wasm target, wasm-pack.
 *
 * @throws {SetupError} naming the tool and the remedy
 */
export async function setupBuild() {
  await ensureNodeModules();
  await ensureWasmTarget();
  await ensureWasmPack();
}

/**
 * Gets what the tests need beyond a build. Returns the environment to run them in.
 *
 * @returns {Promise<{ CHROMIUM_PATH: string }>}
 * @throws {SetupError} naming every tool that is missing, one line each
 */
export async function setupTests() {
  await setupBuild();
  await ensureRustComponents();
  const missing = [];
  if (!findChromium()) missing.push({ debian: 'chromium', remedy: 'or set CHROMIUM_PATH to a Chromium or Chrome' });
  const redisRuns = process.env.REDIS_URL ? await answers(process.env.REDIS_URL) : false;
  if (process.env.REDIS_URL && !redisRuns) {
    throw new SetupError(
      `REDIS_URL is ${process.env.REDIS_URL}, but nothing answers there: start it or unset REDIS_URL`,
    );
  }
  if (!redisRuns && !which('redis-server')) {
    missing.push({ debian: 'redis-server', remedy: 'or set REDIS_URL to a running Redis' });
  }
  // The hub's tests of its snippets and examples skip where these can't be had.
  if (output('python3', ['-c', 'import ensurepip, venv']) === null) {
    missing.push({ debian: 'python3-venv', optional: true });
  }
  if (!which('curl')) missing.push({ debian: 'curl', optional: true });
  await installDebian(missing);
  return { CHROMIUM_PATH: findChromium() };
}

/** Runs `npm ci` when node_modules is missing or belongs to another package-lock.json. One that is a link is another checkout's. */
export async function ensureNodeModules() {
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.lock-sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (!matchesLock()) {
    progress('npm ci');
    await run('npm', ['ci', '--no-audit', '--no-fund']);
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, lock);
}

/** npm's own record of what it installed: true after a plain `npm install` or `npm ci` of this very lock file. */
function matchesLock() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.integrity === entry.integrity,
  );
}

function requireRust() {
  if (!which('cargo')) {
    throw new SetupError('cargo is missing: install Rust with rustup (https://rustup.rs), then run this again');
  }
}

async function ensureWasmTarget() {
  requireRust();
  if (hasWasmTarget()) return;
  if (!which('rustup')) {
    throw new SetupError(
      `the Rust target ${WASM_TARGET} is missing: install it, or Rust with rustup (https://rustup.rs)`,
    );
  }
  progress(`rustup target add ${WASM_TARGET}`);
  await run('rustup', ['target', 'add', WASM_TARGET]);
}

function hasWasmTarget() {
  const sysroot = output('rustc', ['--print', 'sysroot']);
  return sysroot !== null && existsSync(join(sysroot, 'lib', 'rustlib', WASM_TARGET, 'lib'));
}

async function ensureWasmPack() {
  if (output('wasm-pack', ['--version']) === `wasm-pack ${WASM_PACK}`) return;
  progress(`cargo install wasm-pack ${WASM_PACK} (about 80 s)`);
  await run('cargo', ['install', 'wasm-pack', '--locked', '--force', '--version', WASM_PACK]);
}

/** rustfmt and clippy: rustup's minimal profile leaves them out. */
async function ensureRustComponents() {
  const missing = ['rustfmt', 'clippy'].filter((name) => {
    return output('cargo', [name === 'rustfmt' ? 'fmt' : 'clippy', '--version']) === null;
  });
  if (missing.length === 0) return;
  if (!which('rustup')) throw new SetupError(`${missing.join(' and ')} missing: install them beside cargo`);
  progress(`rustup component add ${missing.join(' ')}`);
  await run('rustup', ['component', 'add', ...missing]);
}

/**
 * A Chromium to drive: CHROMIUM_PATH, or the first one found on PATH.
 *
 * @returns {string | null}
 * @throws {SetupError} when CHROMIUM_PATH names no file
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new SetupError(`CHROMIUM_PATH is ${named}, but there is no such file`);
    return named;
  }
  return ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].map(which).find(Boolean) ?? null;
}

/** Whether something accepts connections at a redis:// address, within one second. */
function answers(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname || '127.0.0.1', port: Number(port || 6379) });
    const done = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(1000, () => done(false));
    socket.on('connect', () => done(true));
    socket.on('error', () => done(false));
  });
}

async function installDebian(missing) {
  if (missing.length === 0) return;
  const names = missing.map(({ debian }) => debian);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const allowed = asRoot.length === 0 || output('sudo', ['-n', 'true']) !== null;
  if (!which('apt-get') || !allowed) {
    const needed = missing.filter(({ optional }) => !optional);
    if (needed.length === 0) return;
    throw new SetupError(
      needed.map(({ debian, remedy }) => `${debian} is missing: install it, ${remedy}`).join('\nerror: '),
    );
  }
  progress(`apt-get install ${names.join(' ')}`);
  const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  await run(command, [...rest, 'update', '-qq']);
  await run(command, [...rest, 'install', '-y', '-qq', '--no-install-recommends', ...names]);
}
