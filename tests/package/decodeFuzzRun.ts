import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { environmentManager, QueryClient } from 'ferroquery';
import { sequence } from './decodeFuzz.js';

// `npm run fuzz:delta -- <bodies> [seed] [threads]` bundles and runs this.

const STEPS = 8;
/** Sequences that a thread tries between two of its reports. */
const TURN = 250;
/** Between two lines of progress, in milliseconds. */
const PROGRESS = 10_000;
/** With the room that a thread has by default, a seventh of the time went into collecting (megabytes). */
const YOUNG = 96;
/** As many differences are enough. */
const MOST = 10;

/** Every `by`th sequence from `from` up to `to`, by their seeds. */
interface Share {
  from: number;
  to: number;
  by: number;
}

/** What a thread has tried since its last report. */
interface Report {
  bodies: number;
  edits: number;
  differences: string[];
}

async function tryShare({ from, to, by }: Share): Promise<void> {
  environmentManager.setIsServer(() => false);
  const client = new QueryClient();
  for (let seed = from; seed < to; ) {
    const report: Report = { bodies: 0, edits: 0, differences: [] };
    for (let turn = 0; turn < TURN && seed < to; turn++, seed += by) {
      const found = await sequence(client, seed, STEPS, report);
      if (found) {
        report.differences.push(found);
      }
    }
    parentPort!.postMessage(report);
  }
  client.clear();
}

async function tryAll(bodies: number, seed: number, threads: number): Promise<number> {
  const started = Date.now();
  const all: Report = { bodies: 0, edits: 0, differences: [] };
  const say = (what: string) =>
    console.log(
      `${what}${all.bodies} bodies, ${all.edits} edits, ${all.differences.length} differences, ${Math.round((Date.now() - started) / 1000)} s`,
    );
  const progress = setInterval(say, PROGRESS, '');
  const to = seed + Math.ceil(bodies / STEPS);
  const workers = Array.from({ length: threads }, (_, i) => {
    const share: Share = { from: seed + i, to, by: threads };
    return new Worker(new URL(import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
  });
  const stop = () => workers.forEach((worker) => void worker.terminate());
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on('message', ({ bodies, edits, differences }: Report) => {
            all.bodies += bodies;
            all.edits += edits;
            all.differences.push(...differences);
            for (const difference of differences) {
              console.log(difference);
            }
            if (all.differences.length >= MOST) {
              stop();
            }
          });
          worker.on('error', reject);
          worker.on('exit', () => resolve());
        }),
    ),
  );
  clearInterval(progress);
  say(`from seed ${seed}: `);
  return all.differences.length;
}

if (isMainThread) {
  const [bodies, seed, threads] = process.argv.slice(2).map(Number) as [number, number, number];
  process.exitCode = (await tryAll(bodies, seed, threads)) > 0 ? 1 : 0;
} else {
  await tryShare(workerData as Share);
  process.exit(0);
}
