import {
  type FetcherPlan,
  Marker,
  type Predicates,
  type Selects,
  type Shares,
  type Updates,
} from '../script/markers.js';
import type { CallbackPlan, MutatorPlan } from '../script/mutationMarkers.js';
import { scriptedFetcher } from './fetcher.js';
import { scriptedCallback, scriptedMutator } from './mutating.js';
import { realisePages } from './pages.js';
import type { World } from './world.js';

/** Turns the markers of a scenario into functions of one world; leaves other values as they are. */
export function realise(world: World, value: unknown, where: string): any {
  if (!(value instanceof Marker)) return value;
  const [first, second] = value.args;
  switch (value.marker) {
    case 'fetcher':
      return scriptedFetcher(world, first as FetcherPlan);
    case 'fn':
      return scripted(world, first as unknown[], where);
    case 'backoff':
      return (count: number) => (first as number) * 2 ** count;
    case 'update':
      return updater(first as Updates);
    case 'select':
      return second
        ? selector(world, first as Selects)
        : world.once(`select ${first}`, () => selector(world, first as Selects));
    case 'predicate':
      return predicateOf(world, first as Predicates);
    case 'share':
      return sharing(world, first as Shares);
    case 'keepPrevious':
      return world.core.keepPreviousData;
    case 'shared':
      return world.once(`shared ${first}`, () => ({ n: 1, name: first, part: { x: 1 } }));
    case 'mutationFn':
      return scriptedMutator(world, first as MutatorPlan);
    case 'callback':
      return scriptedCallback(world, first as CallbackPlan, where);
    case 'skip':
      return world.core.skipToken;
    default: {
      const made = realisePages(world, value, where);
      if (made === undefined) throw new Error(`no function is known for the marker "${value.marker}"`);
      return made;
    }
  }
}

/** A record of options or filters with its markers realised. */
export function realiseAll<T extends object>(world: World, record: T | undefined, where: string): any {
  if (record === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, realise(world, value, `${where}${name}`)]),
  );
}

function scripted(world: World, answers: readonly unknown[], where: string) {
  let call = 0;
  return (...args: unknown[]) => {
    world.recorder.call(`${where}(${args.map((arg) => brief(world, arg)).join(', ')})`);
    const answer = answers[Math.min(call++, answers.length - 1)];
    if (answer === 'raise') throw new Error(`${where} raised`);
    return answer;
  };
}

/** An argument in short: a query by its hash and the state it is asked in. */
function brief(world: World, arg: unknown): string {
  if (arg instanceof Error) return world.recorder.show.error(arg);
  const { mutationId, state } = (arg ?? {}) as { mutationId?: number; state?: { status: string } };
  if (mutationId !== undefined) return `mutation ${mutationId} ${state?.status}`;
  const query = arg as {
    queryHash?: string;
    state?: { status: string; fetchStatus: string; isInvalidated: boolean };
  } | null;
  if (query?.queryHash === undefined || !query.state) return world.recorder.show.plain(arg);
  const { status, fetchStatus, isInvalidated } = query.state;
  return `${query.queryHash} ${status}/${fetchStatus}${isInvalidated ? '/invalidated' : ''}`;
}

function updater(name: Updates) {
  return (old: any): unknown => {
    switch (name) {
      case 'increment':
        return {
          ...(old !== null && typeof old === 'object' && !Array.isArray(old) ? old : {}),
          n: Number(old?.n ?? 0) + 1,
        };
      case 'same':
        return old;
      case 'copy':
        return structuredClone(old);
      case 'none':
        return undefined;
      case 'raise':
        throw new Error('the updater raised');
    }
  };
}

function selector(world: World, name: Selects) {
  return (data: any): unknown => {
    world.recorder.call(`select ${name}(${world.recorder.show.plain(data)})`);
    switch (name) {
      case 'n':
        return data?.n;
      case 'wrap':
        return { inner: data, half: { n: Math.floor(Number(data?.n ?? 0) / 2) } };
      case 'same':
        return data;
      case 'raise':
        throw new Error('select raised');
      case 'raise on odd':
        if (Number(data?.n ?? 0) % 2 === 1) throw new Error(`select raised on ${data.n}`);
        return data;
    }
  };
}

function predicateOf(world: World, name: Predicates) {
  return (query: any): boolean => {
    world.recorder.call(`predicate ${name}(${brief(world, query)})`);
    switch (name) {
      case 'has data':
        return query.state.data !== undefined;
      case 'active':
        return query.isActive();
      case 'never':
        return false;
      case 'short key':
        return query.queryKey.length < 2;
      case 'raise':
        throw new Error('the predicate raised');
    }
  };
}

function sharing(world: World, name: Shares) {
  return (old: any, next: any): unknown => {
    world.recorder.call(`share ${name}(${world.recorder.show.plain(old)}, ${world.recorder.show.plain(next)})`);
    if (name === 'keep old') return old ?? next;
    if (name === 'take new') return next;
    return { ...(typeof old === 'object' ? old : {}), ...(typeof next === 'object' ? next : { next }) };
  };
}
