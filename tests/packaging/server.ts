import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../browser/port.ts';
import type { Project } from './project.js';

const START_MS = 30_000;

/** A program of a project that serves, on a port of its own. */
export class ProjectServer {
  private constructor(
    readonly url: string,
    readonly child: ChildProcess,
    private readonly printed: string[],
  ) {}

  /** Starts it and waits until it answers. `args` are made of the port. */
  static async start(project: Project, program: string, args: (port: number) => string[]): Promise<ProjectServer> {
    const port = await freePort();
    const { NODE_ENV: _, VITEST: __, ...env } = process.env;
    const child = spawn(project.at(`node_modules/.bin/${program}`), args(port), {
      cwd: project.folder,
      env: { ...env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' },
    });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => printed.push(String(text)));
    const server = new ProjectServer(`http://127.0.0.1:${port}`, child, printed);
    const deadline = Date.now() + START_MS;
    while (!(await server.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await server.stop();
        throw new Error(`${program} did not answer at ${server.url}\n${server.output}`);
      }
      await sleep(50);
    }
    return server;
  }

  /** All that it has printed. */
  get output(): string {
    return this.printed.join('');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  #answers(): Promise<boolean> {
    return fetch(`${this.url}/favicon.ico`).then(
      () => true,
      () => false,
    );
  }
}
