// Runs random scenarios in several processes: `ORACLE_RUNS=100000 node tests/oracle/shards.mjs [lists.test.ts]`.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const file = process.argv[2] ?? 'oracle.test.ts';
const shards = Number(process.env.ORACLE_SHARDS ?? availableParallelism());
const runs = Math.ceil(Number(process.env.ORACLE_RUNS ?? 100_000) / shards);
const seed = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 29));
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const shard = (index) =>
  new Promise((resolve) => {
    // Seeds of one shard follow one another, so shards start far apart.
    const env = { ...process.env, ORACLE_RUNS: String(runs), ORACLE_SEED: String(seed + index * 1_000_000) };
    const args = ['run', '--config', at('vitest.config.ts'), file];
    const child = spawn(at('../../node_modules/.bin/vitest'), args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('exit', (code) => resolve(code ?? 1));
  });

const codes = await Promise.all(Array.from({ length: shards }, (_, index) => shard(index)));
process.exitCode = Math.max(...codes);
