import type { FetcherPlan } from '../script/markers.js';
import type { World } from './world.js';

/** What a fetcher may find in the context it is called with. */
interface Context {
  queryKey: readonly unknown[];
  client: object;
  signal: AbortSignal;
  meta?: unknown;
  pageParam?: unknown;
  direction?: unknown;
}

/** A query function that follows `plan` and writes down each call, its context and its abort. */
export function scriptedFetcher(world: World, plan: FetcherPlan) {
  return (context: Context): unknown => {
    const { show } = world.recorder;
    const key = show.plain(context.queryKey);
    const call = world.countFetch(key);
    const label = `fetch ${key} call ${call}`;
    // The names only: to read `signal` is to use it.
    const fields = Object.keys(context).filter((field) => field === 'signal' || context[field as never] !== undefined);
    const page = 'pageParam' in context ? ` page ${show.plain(context.pageParam)} ${context.direction}` : '';
    world.recorder.line(
      `  ${label}:${page} context { ${fields.sort().join(', ')} } client ${show.plain(context.client)} meta ${show.plain(context.meta)}`,
    );
    for (const step of plan.steps ?? []) world.applyInside(step);

    const failing = plan.fail !== undefined && call % (plan.fail + 1) !== plan.fail;
    const answer = () => {
      if (failing) throw new Error(`no answer for ${key} in call ${call}`);
      const data = dataOf(plan.data ?? 'fresh', call, context);
      return plan.pages && !('pageParam' in context) ? { pages: [data], pageParams: [0] } : data;
    };
    const watchAbort = (then?: (error: Error) => void) => {
      const { signal } = context;
      if (signal.aborted) world.recorder.line(`  ${label}: aborted before it began`);
      signal.addEventListener('abort', () => {
        world.recorder.line(`  ${label}: aborted, reason ${show.error(signal.reason)}`);
        then?.(new DOMException('aborted by the signal', 'AbortError'));
      });
    };

    const { delay = 7, signal } = plan;
    const hash = world.core.hashKey(context.queryKey);
    if (delay === 'sync' || delay === 'now') {
      if (signal) {
        // Another try may follow, and until then there is something to stop.
        if (failing) world.stoppable.add(hash);
        watchAbort(() => world.stoppable.delete(hash));
      }
      return delay === 'sync' ? answer() : new Promise((resolve) => resolve(answer()));
    }
    return new Promise((resolve, reject) => {
      if (signal) {
        world.stoppable.add(hash);
        watchAbort((error) => {
          world.stoppable.delete(hash);
          if (signal === 'heed') reject(error);
        });
      }
      if (delay === 'never') return;
      world.clock.answer(delay, () => {
        if (!failing) world.stoppable.delete(hash);
        try {
          resolve(answer());
        } catch (error) {
          reject(error);
        }
      });
    });
  };
}

/** Answers: some new each time, some deep equal to the one before, some only in part. */
function dataOf(kind: NonNullable<FetcherPlan['data']>, call: number, { pageParam }: Context): unknown {
  switch (kind) {
    case 'fresh':
      return { n: call, part: { x: 1, list: [1, 2] }, rows: [{ id: 1 }, { id: 2, call }] };
    case 'same':
      return { n: 1, part: { x: 1 }, rows: [{ id: 1 }] };
    case 'half':
      return { n: Math.floor(call / 2), part: { x: 1 } };
    case 'list':
      return Array.from({ length: 1 + (call % 3) }, (_, id) => ({ id }));
    case 'page':
      return { n: pageParam, rows: [{ id: pageParam }, { call: Math.floor(call / 3) }] };
    case 'scalar':
      return call;
    case 'null':
      return null;
    case 'undefined':
      return undefined;
  }
}
