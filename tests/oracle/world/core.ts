import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as peer from '@tanstack/query-core';

// A reset query starts its time anew in ours, and stays for ever there: differences.md, 5.
const queries = peer.Query.prototype as unknown as { reset(): void; scheduleGc(): void };
const { reset } = queries;
queries.reset = function () {
  reset.call(this);
  this.scheduleGc();
};

/** `ORACLE_COLD=1`: in ours, all data that nobody watches is packed as soon as time passes; identities aren't compared. */
export const isCold = process.env['ORACLE_COLD'] !== undefined;

/** What makes everything cold, and drops nothing. query-core doesn't know it. */
export const COLD = { memory: { maxBytes: 1e9, coldAfter: 0, coldFrom: 0 } };

/** Collects garbage: packed data comes back as it was for as long as the collector leaves that where it is. */
export const collect: () => void = isCold ? exposed() : () => {};

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** The public surface that both packages must share. */
export type Core = typeof peer;

/** The judge: the pinned `@tanstack/query-core`. */
export const judge: Core = peer;

/**
 * The core under test. `ORACLE_OURS=query-core` puts the judge in its own place: the oracle must then
 * report no difference, whatever the seed, or it is the oracle that is not deterministic.
 */
export async function loadOurs(): Promise<Core> {
  const which = process.env['ORACLE_OURS'] ?? 'ferroquery';
  if (which === 'query-core') return peer;
  if (which !== 'ferroquery') throw new Error(`ORACLE_OURS is "${which}"; use "ferroquery" or "query-core"`);
  return (await import('ferroquery')) as unknown as Core;
}
