import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pkg = fileURLToPath(new URL('../../pkg', import.meta.url));

/** Packs the built package as it would be published; the archive's path. */
export function pack(folder: string): string {
  execFileSync('npm', ['pack', pkg, '--pack-destination', folder, '--silent']);
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
}
