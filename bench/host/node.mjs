import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.mjs';

/**
 * Runs the bundles in fresh Node processes.
 * @param {{modules: {ours: string, peer: string}, dir: string, timeoutMs: number}} options
 */
export async function openNode({ modules, dir, timeoutMs }) {
  const outdir = join(dir, 'node');
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, 'package.json'), '{"type":"module"}');
  await bundle('node', modules, outdir);

  return {
    name: 'node',
    version: `Node ${process.versions.node}`,
    /** Calls a function of the runner in a process of its own. */
    call(name, ...args) {
      return new Promise((resolve, reject) => {
        const child = fork(join(outdir, 'child.js'), { execArgv: ['--expose-gc'] });
        const timer = setTimeout(() => {
          child.kill('SIGKILL');
          reject(new Error(`${name} gave no answer within ${timeoutMs} ms`));
        }, timeoutMs);
        let answered = false;
        child.once('message', (answer) => {
          answered = true;
          if (answer.error) reject(new Error(answer.error));
          else resolve(answer.value);
        });
        child.once('exit', (code, signal) => {
          clearTimeout(timer);
          if (!answered) reject(new Error(`${name}: the process ended with ${signal ?? code} and no answer`));
        });
        child.send({ name, args });
      });
    },
    async close() {},
  };
}
