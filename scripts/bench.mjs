import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openChromium } from '../bench/host/chromium.mjs';
import { catalogue, measure } from '../bench/host/measure.mjs';
import { openNode } from '../bench/host/node.mjs';
import { line, markdown, table } from '../bench/host/table.mjs';

const USAGE = `npm run bench -- [options]
  --only <id,id>             only these results
  --runtime <node|chromium>  only there
  --quick                    few short rounds: for trying out, not for figures
  --ours <module>            what to measure, a package or a path (default: pkg/dist/index.js)
  --out <file>               where to write the results (default: bench/results.json, if everything was measured)
  --docs                     also put the table into docs/performance.md`;

const PEER = '@tanstack/query-core';
/** Milliseconds for one case in one process; a case that waits for ever must not hold up the rest. */
const TIMEOUT_MS = 240_000;
const RUNTIMES = { node: openNode, chromium: openChromium };
const root = fileURLToPath(new URL('..', import.meta.url));

/** Something the caller can put right: reported without a stack. */
class UsageError extends Error {}

function fail(message) {
  throw new UsageError(message);
}

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        only: { type: 'string' },
        runtime: { type: 'string' },
        quick: { type: 'boolean', default: false },
        ours: { type: 'string' },
        out: { type: 'string' },
        docs: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    fail(`${error.message}\n${USAGE}`);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  if (values.runtime && !(values.runtime in RUNTIMES)) {
    fail(`--runtime ${values.runtime}: expected ${Object.keys(RUNTIMES).join(' or ')}`);
  }
  return values;
}

function library(given) {
  if (given) {
    const isPath = given.startsWith('.') || isAbsolute(given);
    if (isPath && !existsSync(given)) fail(`--ours ${given}: there is no such file`);
    return given;
  }
  const built = join(root, 'pkg/dist/index.js');
  if (!existsSync(built)) fail(`${built} is missing: run npm run build first`);
  return built;
}

/** What the figures depend on besides the code. */
async function machine(runtimes) {
  const { version } = JSON.parse(await readFile(join(root, 'node_modules', PEER, 'package.json'), 'utf8'));
  const [{ model }] = cpus();
  return [
    `${PEER} ${version}`,
    ...runtimes.map((runtime) => runtime.version),
    `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${process.arch}`,
  ].join(' · ');
}

function selected(entries, only) {
  if (!only) return entries;
  const wanted = only.split(',').map((id) => id.trim());
  const known = new Set(entries.flatMap(({ rows }) => rows.map(({ id }) => id)));
  const unknown = wanted.filter((id) => !known.has(id));
  if (unknown.length > 0) fail(`--only ${unknown.join(',')}: unknown; there are ${[...known].join(', ')}`);
  return entries.filter(({ rows }) => rows.some(({ id }) => wanted.includes(id)));
}

async function writeDocs(results, where) {
  const file = join(root, 'docs/performance.md');
  const text = await readFile(file, 'utf8');
  const block = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;
  if (!block.test(text)) fail(`${file} has no <!-- results --> … <!-- end of results --> to fill`);
  const filled = `${where}, ${new Date().toISOString().slice(0, 10)}.\n\n${markdown(results)}\n`;
  await writeFile(
    file,
    text.replace(block, (_, begin, end) => begin + filled + end),
  );
}

/** Measures the entries in every runtime. @returns the rows, and whether all of them are there */
async function run(runtimes, entries, quick) {
  const results = [];
  let complete = true;
  for (const runtime of runtimes) {
    for (const entry of entries) {
      const label = `${runtime.name.padEnd(9)}${entry.rows.map(({ id }) => id).join(', ')}`;
      try {
        const { rows, skipped } = await measure(runtime, entry, { quick });
        if (skipped) {
          complete = false;
          console.log(`${label}: skipped, ${skipped}`);
          continue;
        }
        results.push(...rows);
        for (const row of rows) console.log(line(row));
      } catch (error) {
        complete = false;
        process.exitCode = 1;
        console.error(`${label}: failed\n${error.stack}`);
      }
    }
  }
  return { results, complete };
}

async function main() {
  const { only, runtime: onlyRuntime, quick, ours, out, docs } = options();
  const modules = { ours: library(ours), peer: PEER };
  const dir = mkdtempSync(join(tmpdir(), 'ferroquery-bench-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const runtimes = [];
  try {
    for (const name of onlyRuntime ? [onlyRuntime] : Object.keys(RUNTIMES)) {
      console.log(`bundling for ${name}`);
      runtimes.push(await RUNTIMES[name]({ modules, dir, timeoutMs: TIMEOUT_MS }));
    }
    const where = await machine(runtimes);
    console.log(`${where}\n`);
    const entries = selected(await catalogue(runtimes[0]), only);
    const { results, complete } = await run(runtimes, entries, quick);
    console.log(`\n${where}\n${table(results)}\n`);

    const whole = complete && !only && !onlyRuntime && !quick && !ours;
    const file = out ?? (whole ? join(root, 'bench/results.json') : undefined);
    if (file) {
      await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
      console.log(`written to ${file}`);
    } else {
      console.log('not everything was measured: bench/results.json stays as it is (--out <file> writes elsewhere)');
    }
    if (docs) await writeDocs(results, where);
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? `bench: ${error.message}` : error);
  process.exitCode = 2;
}
