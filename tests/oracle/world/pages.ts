import type { InfiniteData } from '@tanstack/query-core';
import type { Marker } from '../script/markers.js';
import type { Neighbours, PageUpdates, Persists, StreamPlan } from '../script/pages.js';
import type { World } from './world.js';

/** The functions of pages, streams and persisters; nothing for any other marker. */
export function realisePages(world: World, { marker, args: [first] }: Marker, where: string): unknown {
  switch (marker) {
    case 'neighbour':
      return neighbourOf(world, first as Neighbours, where);
    case 'persist':
      return persister(world, first as Persists);
    case 'pageUpdate':
      return pageUpdater(first as PageUpdates);
    case 'streamer':
      return scriptedStream(world, first as StreamPlan);
    default:
      return undefined;
  }
}

function neighbourOf(world: World, name: Neighbours, where: string) {
  return (page: any, pages: unknown[], param: any, params: unknown[]): unknown => {
    const { show } = world.recorder;
    world.recorder.call(`${where}(${show.plain(page)}, ${pages.length}, ${show.plain(param)}, ${show.plain(params)})`);
    switch (name) {
      case 'up to 3':
        return param < 3 ? param + 1 : undefined;
      case 'down to -2':
        return param > -2 ? param - 1 : undefined;
      case 'ends with null':
        return pages.length < 2 ? Number(param ?? 0) + 1 : null;
      case 'from data':
        return Number(page?.n ?? 0) + 1;
      case 'never':
        return undefined;
      case 'ends on odd steps':
        return world.recorder.step % 2 ? undefined : Number(param) + 1;
    }
  };
}

function persister(world: World, name: Persists) {
  return async (queryFn: (context: any) => unknown, context: any, query: any): Promise<unknown> => {
    const { show } = world.recorder;
    const fields = Object.keys(context).sort().join(', ');
    world.recorder.line(`  persister ${name}: context { ${fields} } of ${query.queryHash} ${query.state.fetchStatus}`);
    switch (name) {
      case 'through':
        break;
      case 'late':
        await new Promise<void>((resolve) => world.clock.answer(5, resolve));
        break;
      case 'twice':
        await queryFn(context);
        break;
      case 'read':
        context.signal.addEventListener('abort', () => world.recorder.line(`  persister ${name}: aborted`));
        break;
      case 'answer':
        return { pages: [{ n: 0, stored: true }], pageParams: [0] };
      case 'raise':
        throw new Error('the persister raised');
      case 'reject':
        return Promise.reject(new Error('the persister rejected'));
      case 'undefined':
        return undefined;
      case 'never':
        return new Promise(() => {});
    }
    try {
      return await queryFn(context);
    } catch (error) {
      world.recorder.line(`  persister ${name}: the query function rejects ${show.error(error)}`);
      throw error;
    }
  };
}

function pageUpdater(name: PageUpdates) {
  return (old: InfiniteData<unknown> | undefined): unknown => {
    const { pages, pageParams } = old ?? { pages: [], pageParams: [] };
    switch (name) {
      case 'drop first':
        return { pages: pages.slice(1), pageParams: pageParams.slice(1) };
      case 'drop last':
        return { pages: pages.slice(0, -1), pageParams: pageParams.slice(0, -1) };
      case 'empty':
        return { pages: [], pageParams: [] };
      case 'copy':
        return structuredClone(old);
      case 'none':
        return undefined;
      case 'add':
        return { pages: [...pages, { n: 9 }], pageParams: [...pageParams, 9] };
    }
  };
}

function scriptedStream(world: World, { chunks, gap, failAt, fails = 0, read, refetchMode, initialValue }: StreamPlan) {
  const streamFn = (context: any): AsyncIterable<unknown> => {
    const { show } = world.recorder;
    const key = show.plain(context.queryKey);
    const call = world.countFetch(key);
    const label = `stream ${key} call ${call}`;
    world.recorder.line(`  ${label}: context { ${Object.keys(context).sort().join(', ')} }`);
    if (read) context.signal.addEventListener('abort', () => world.recorder.line(`  ${label}: aborted`));
    return (async function* () {
      try {
        for (let index = 0; index < chunks; index++) {
          await new Promise<void>((resolve) => world.clock.answer(gap, resolve));
          if (index === failAt && call < fails) throw new Error(`no chunk ${index} in call ${call}`);
          world.recorder.line(`  ${label}: chunk ${index}`);
          yield initialValue === undefined ? { call, index } : index;
        }
      } finally {
        world.recorder.line(`  ${label}: over`);
      }
    })();
  };
  const sum = { reducer: (total: number, chunk: number) => total + chunk, initialValue };
  return world.core.experimental_streamedQuery({
    streamFn,
    ...(refetchMode ? { refetchMode } : {}),
    ...(initialValue === undefined ? {} : sum),
  } as never);
}
