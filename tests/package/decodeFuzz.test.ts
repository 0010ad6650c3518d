import { QueryClient } from 'ferroquery';
import { expect, it } from 'vitest';
import { behaveAsPage } from './browserLike.js';
import { sequence } from './decodeFuzz.js';

behaveAsPage();

const STEPS = 8;
/** `npm run fuzz:delta` tries more of them. */
const BODIES = 4_000;

it(`${BODIES} bodies come to what JSON.parse gives, and keep what can be kept`, { timeout: 60_000 }, async () => {
  const client = new QueryClient();
  const faults: string[] = [];
  for (let i = 0; i < BODIES / STEPS; i++) {
    const found = await sequence(client, 1 + i, STEPS, { bodies: 0, edits: 0 });
    if (found) {
      faults.push(found);
    }
  }
  client.clear();
  expect(faults).toEqual([]);
});
