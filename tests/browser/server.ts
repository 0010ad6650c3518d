import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exampleDist, exampleServer } from '../../scripts/example.mjs';
import { freePort } from './port.ts';

const START_MS = 20_000;

/** The real server of the example on a port of its own, with its database in a file so that it survives a restart. */
export class Server {
  readonly url: string;
  #folder = mkdtempSync(join(tmpdir(), 'ferroquery-browser-'));
  #process: ChildProcess | undefined;

  private constructor(private readonly port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<Server> {
    for (const path of [exampleServer, join(exampleDist, 'index.html')]) {
      if (!existsSync(path))
        throw new Error(`${path} is missing: run \`npm start\` or \`npm test\` once, they build it`);
    }
    const server = new Server(await freePort());
    await server.resume();
    return server;
  }

  /** Starts the process (again), with the data it had. */
  async resume(): Promise<void> {
    const db = join(this.#folder, 'example.db');
    const args = ['--port', String(this.port), '--dist', exampleDist, '--db', db, '--generator', 'off'];
    const child = spawn(exampleServer, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#process = child;
    const deadline = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null) throw new Error(`the server ended with exit code ${child.exitCode}`);
      if (Date.now() > deadline) throw new Error(`the server did not answer at ${this.url} within ${START_MS} ms`);
      await sleep(25);
    }
  }

  /** Kills the process without a chance to say goodbye, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || !this.#running) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  get #running(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** After a test that failed between `kill` and `resume`, the next one still finds a server. */
  async resumeIfDead(): Promise<void> {
    if (!this.#running) await this.resume();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Another program's write, past every browser. */
  async send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
  }
}
