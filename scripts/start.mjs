import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { environment, root, runMain } from './command.mjs';
import { buildExample, exampleDist, exampleServer } from './example.mjs';
import { progress, SetupError, setupBuild } from './setup.mjs';

const FIRST_PORT = 4173;

await runMain(async () => {
  await setupBuild();
  const { buildPackage } = await import('./build/package.mjs');
  await buildPackage();
  await buildExample();
  const flags = process.argv.slice(2);
  if (!flags.some((flag) => /^--port(=|$)/.test(flag))) flags.push('--port', String(await choosePort()));
  const server = spawn(exampleServer, ['--dist', exampleDist, ...flags], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // A terminal sends SIGINT to the server as well; a process manager sends signals only here.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
  await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code) => {
      process.exitCode = code ?? 0;
      resolve();
    });
  });
});

/** The first free port from 4173 on. */
async function choosePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + 20; port += 1) {
    if (await isFree(port)) {
      if (port !== FIRST_PORT)
        progress(`port ${FIRST_PORT} is taken, using ${port}; \`npm start -- --port <port>\` chooses`);
      return port;
    }
  }
  throw new SetupError(
    `ports ${FIRST_PORT} to ${FIRST_PORT + 19} are taken: choose one, \`npm start -- --port <port>\``,
  );
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
