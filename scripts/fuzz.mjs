import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandError, output, root, run, runMain } from './command.mjs';

// Each libFuzzer target in turn: `npm run fuzz -- [--seconds 60 | --runs 10000000] [--max-len 256] [target …]`, in bytes of input
await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '60' }, runs: { type: 'string' }, 'max-len': { type: 'string' } },
  });
  const limit = values.runs ? ['runs', values.runs] : ['seconds', values.seconds];
  if (!/^\d+$/.test(limit[1])) {
    throw new CommandError('npm run fuzz', `got ${limit[1]} ${limit[0]}: give a whole number`);
  }
  const longest = values['max-len'] ?? '4096';
  if (!/^\d+$/.test(longest)) throw new CommandError('npm run fuzz', `got --max-len ${longest}: give a whole number`);
  if (!output('cargo', ['+nightly', 'fuzz', '--version'])) {
    const remedy = '`rustup toolchain install nightly` and `cargo install cargo-fuzz --locked` bring it';
    throw new CommandError('cargo +nightly fuzz', `is missing: ${remedy}`);
  }
  const all = readdirSync(join(root, 'fuzz', 'fuzz_targets')).map((file) => file.replace('.rs', ''));
  for (const name of positionals.length > 0 ? positionals : all) {
    const flag = values.runs ? `-runs=${limit[1]}` : `-max_total_time=${limit[1]}`;
    // Natively the engine has no unsafe code for a sanitizer to watch, and without one it runs several times as fast. But words that
    // are compared as a whole are then found by chance only, hence the dictionaries.
    const words = join(root, 'fuzz', 'dictionaries', `${name}.dict`);
    const flags = [flag, `-max_len=${longest}`, ...(existsSync(words) ? [`-dict=${words}`] : [])];
    await run('cargo', ['+nightly', 'fuzz', 'run', '-s', 'none', name, '--', ...flags]);
  }
});
