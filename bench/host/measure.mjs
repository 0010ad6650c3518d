import { spread } from './spread.mjs';

/** See `Plan` in the runner, for each of two processes; `startups` are fresh processes for each side. Milliseconds. */
const PLANS = {
  full: { rounds: 15, minRounds: 5, roundMs: 100, warmMs: 500, budgetMs: 10_000, startups: 21 },
  quick: { rounds: 4, minRounds: 2, roundMs: 20, warmMs: 200, budgetMs: 1_500, startups: 5 },
};

const STARTUP = {
  kind: 'startup',
  rows: [{ id: 'startup', what: 'import to the first new QueryClient(), minified bundle', unit: 'ms' }],
};

/** All that can be measured: the runner's cases, then the start, which needs the library unloaded. */
export async function catalogue(runtime) {
  const cases = await runtime.call('catalogue');
  return [...cases.map((entry, index) => ({ ...entry, index })), STARTUP];
}

/**
 * Measures one entry of the catalogue in one runtime.
 * @returns {Promise<{skipped: string} | {rows: object[]}>} the rows of `bench/results.json`
 */
export async function measure(runtime, entry, { quick }) {
  const series = await collect(runtime, entry, quick ? PLANS.quick : PLANS.full, quick);
  if (series.skipped) return series;
  return { rows: entry.rows.map((row) => result(row, series, runtime.name)) };
}

async function collect(runtime, entry, plan, quick) {
  switch (entry.kind) {
    case 'paired':
      return pairTwice(runtime, entry.index, plan);
    case 'solo':
      return alternate(quick ? 1 : entry.repeats, (side) => runtime.call('solo', entry.index, side));
    case 'startup':
      return alternate(plan.startups, (side) => runtime.call('startup', side));
    default:
      throw new Error(`unknown kind of case: ${entry.kind}`);
  }
}

/** Two processes, because the side that is set up first gets another heap layout and is compiled at other times. */
async function pairTwice(runtime, index, plan) {
  const one = await runtime.call('pair', index, 'ours', plan);
  if (one.skipped) return one;
  const two = await runtime.call('pair', index, 'peer', plan);
  return { ours: [...one.ours, ...two.ours], peer: [...one.peer, ...two.peer] };
}

async function alternate(rounds, sample) {
  const series = { ours: [], peer: [] };
  for (let i = 0; i < rounds; i++) {
    for (const side of i % 2 === 0 ? ['ours', 'peer'] : ['peer', 'ours']) {
      const taken = await sample(side);
      if (taken.skipped) return taken;
      series[side].push(taken);
    }
  }
  return series;
}

function result({ id, what, unit, noRatio }, series, runtime) {
  const ours = series.ours.map((sample) => sample[id]);
  const peer = series.peer.map((sample) => sample[id]);
  const a = spread(ours);
  const b = spread(peer);
  const hasRatio = !noRatio && a.median > 0;
  return {
    id,
    what,
    ours: rounded(a.median),
    peer: rounded(b.median),
    unit,
    ratio: hasRatio ? rounded(b.median / a.median) : null,
    runtime,
    rounds: ours.length,
    spread: {
      ours: quartiles(a),
      peer: quartiles(b),
      ratio: hasRatio ? quartiles(spread(peer.map((value, i) => value / ours[i]))) : null,
    },
  };
}

const quartiles = ({ p25, p75 }) => [rounded(p25), rounded(p75)];

/** Four significant digits: more would be noise. */
const rounded = (value) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);
