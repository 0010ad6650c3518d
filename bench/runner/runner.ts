import type { Case, Fixture, PairedCase, Row, Sample, SoloCase, TimeUnit } from '../case';
import { now } from '../clock';
import { settle } from '../memory';

export type Side = 'ours' | 'peer';

/** How long to measure one case. */
export interface Plan {
  /** Rounds for each side, unless the budget ends before. */
  rounds: number;
  minRounds: number;
  /** Measured time that a round collects, in milliseconds. */
  roundMs: number;
  warmMs: number;
  /** Wall time for all rounds, in milliseconds. */
  budgetMs: number;
}

/** One sample a round, in the units of the rows. */
export type Series = Record<Side, Sample[]>;

const PER_MS: Record<TimeUnit, number> = { ns: 1e6, us: 1e3, ms: 1 };
const isTime = (unit: string): unit is TimeUnit => unit in PER_MS;

/** A round that is mostly preparation ends when it took this many times the time it should collect. */
const MAX_PREPARATION = 10;

async function load(side: Side): Promise<Case[]> {
  const url = new URL(`./${side}.js`, import.meta.url).href;
  return ((await import(url)) as { cases: Case[] }).cases;
}

/** All cases by index, for the host. */
export async function catalogue(): Promise<{ kind: Case['kind']; rows: Row[]; repeats: number }[]> {
  return (await load('peer')).map((c) => ({ kind: c.kind, rows: c.rows, repeats: c.kind === 'solo' ? c.repeats : 1 }));
}

/** Runs one case on both sides in alternating rounds: A B, B A, A B, … `first` is set up first and begins. */
export async function pair(index: number, first: Side, plan: Plan): Promise<Series | { skipped: string }> {
  const ours = (await load('ours'))[index] as PairedCase;
  const peer = (await load('peer'))[index] as PairedCase;
  const skipped = ours.missing?.() ?? peer.missing?.();
  if (skipped) return { skipped };

  const cases = { ours, peer };
  const order: Side[] = first === 'ours' ? ['ours', 'peer'] : ['peer', 'ours'];
  const fixtures = {} as Record<Side, Fixture>;
  for (const side of order) fixtures[side] = await cases[side].setup();
  for (const side of order) await warmUp(fixtures[side], plan);

  const series: Series = { ours: [], peer: [] };
  const start = now();
  let rounds = 0;
  while (rounds < plan.rounds && (rounds < plan.minRounds || now() - start < plan.budgetMs)) {
    for (const side of order) series[side].push(await round(fixtures[side], peer.rows, plan.roundMs));
    order.reverse();
    rounds++;
  }
  return series;
}

/** Runs one case on one side, once. */
export async function solo(index: number, side: Side): Promise<Sample | { skipped: string }> {
  const { rows, measure, missing } = (await load(side))[index] as SoloCase;
  const skipped = missing?.();
  if (skipped) return { skipped };
  return perOperation(rows, await measure(), 1);
}

/** Milliseconds from the import to the first client, in a process or page that has not loaded the library before. */
export async function startup(side: Side): Promise<Sample> {
  const url = new URL(`./${side}.lib.js`, import.meta.url).href;
  const start = now();
  const { QueryClient } = (await import(url)) as typeof import('@tanstack/query-core');
  new QueryClient();
  return { startup: now() - start };
}

async function warmUp(fixture: Fixture, plan: Plan): Promise<void> {
  const start = now();
  do {
    await fixture.batch();
  } while (now() - start < plan.warmMs);
}

async function round(fixture: Fixture, rows: readonly Row[], roundMs: number): Promise<Sample> {
  const sums: Sample = Object.fromEntries(rows.map(({ id }) => [id, 0]));
  // What the other side left, in timers too, belongs to no round.
  await settle();
  let measured = 0;
  let batches = 0;
  const start = now();
  while (measured < roundMs && now() - start < MAX_PREPARATION * roundMs) {
    const result = fixture.batch();
    const sample = result instanceof Promise ? await result : result;
    for (const { id, unit } of rows) {
      const value = sample[id]!;
      sums[id]! += value;
      if (isTime(unit)) measured += value;
    }
    batches++;
  }
  return perOperation(rows, sums, batches);
}

function perOperation(rows: readonly Row[], sums: Sample, batches: number): Sample {
  return Object.fromEntries(
    rows.map(({ id, unit, ops = 1 }) => {
      const scale = isTime(unit) ? PER_MS[unit] : 1;
      const value = (sums[id]! * scale) / (batches * ops);
      if (!Number.isFinite(value)) throw new Error(`${id}: the case reported ${sums[id]}, expected a number`);
      return [id, value];
    }),
  );
}
