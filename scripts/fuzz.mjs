import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, output, root, run, runMain } from './command.mjs';

const [seconds = '60', ...names] = process.argv.slice(2);

// Each libFuzzer target in turn. `npm run fuzz -- <seconds for each> [target …]`
await runMain(async () => {
  if (!/^\d+$/.test(seconds)) throw new CommandError('npm run fuzz', `got ${seconds} seconds: give a whole number`);
  if (!output('cargo', ['+nightly', 'fuzz', '--version'])) {
    const remedy = '`rustup toolchain install nightly` and `cargo install cargo-fuzz --locked` bring it';
    throw new CommandError('cargo +nightly fuzz', `is missing: ${remedy}`);
  }
  const all = readdirSync(join(root, 'fuzz', 'fuzz_targets')).map((file) => file.replace('.rs', ''));
  for (const name of names.length > 0 ? names : all) {
    await run('cargo', ['+nightly', 'fuzz', 'run', name, '--', `-max_total_time=${seconds}`]);
  }
});
