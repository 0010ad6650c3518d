import { QueryClient } from 'ferroquery';
import { expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { sequence } from './decodeFuzz.js';

behaveAsPage();

const STEPS = 8;
/** Bodies in all; `DELTA_SEED` is where the seeds begin. `npm run fuzz:delta -- <bodies> [seed]` sets both. */
const BODIES = Number(process.env.DELTA_BODIES ?? 4_000);
const SEED = Number(process.env.DELTA_SEED ?? 1);

it(`${BODIES} bodies come to what JSON.parse gives, and keep what can be kept`, {
  timeout: 60_000 + BODIES,
}, async () => {
  const client = new QueryClient();
  const faults: string[] = [];
  const started = Date.now();
  for (let i = 0; i < BODIES / STEPS && faults.length < 10; i++) {
    const found = await sequence(client, SEED + i, STEPS);
    if (found) {
      faults.push(found);
    }
    if (i % 12_500 === 12_499) {
      console.log(`${(i + 1) * STEPS} bodies, ${Math.round((Date.now() - started) / 1000)} s`);
    }
  }
  client.clear();
  expect(faults).toEqual([]);
});
