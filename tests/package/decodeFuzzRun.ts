import { environmentManager, QueryClient } from 'ferroquery';
import { sequence } from './decodeFuzz.js';

// `npm run fuzz:delta -- <bodies> [seed]` bundles and runs this.

const STEPS = 8;
/** Sequences between two lines of progress. */
const REPORT = 25_000;
/** As many faults are enough. */
const MOST = 10;

environmentManager.setIsServer(() => false);
const [bodies, seed] = process.argv.slice(2).map(Number) as [number, number];
const client = new QueryClient();
const started = Date.now();
let faults = 0;
let done = 0;
while (done * STEPS < bodies && faults < MOST) {
  const found = await sequence(client, seed + done, STEPS);
  done++;
  if (found) {
    faults++;
    console.log(found);
  }
  if (done % REPORT === 0) {
    console.log(`${done * STEPS} bodies, ${faults} faults, ${Math.round((Date.now() - started) / 1000)} s`);
  }
}
console.log(`${done * STEPS} bodies from seed ${seed}: ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
