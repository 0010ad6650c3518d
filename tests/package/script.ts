import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../pkg/dist/index.js', import.meta.url));

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** ms */
  readonly took: number;
}

/** Runs a module in a Node process of its own; `before` runs ahead of the package, which is then `ferroquery`. */
export function runScript(
  script: string,
  { before = '', flags = [] }: { before?: string; flags?: string[] } = {},
): Run {
  const text = `${before}\nconst ferroquery = await import(${JSON.stringify(entry)});\n${script}`;
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', text], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return { status, stdout: stdout.trim(), stderr, took: performance.now() - started };
}
