import type { QueryFunction, QueryFunctionContext, QueryKey } from '@tanstack/query-core';
import type { ContextExtras } from './contextExtras';
import { addSignal } from './fetchSignal';
import { taskOf } from './fetchTask';

interface StreamedQueryParams {
  streamFn: (context: QueryFunctionContext<any>) => AsyncIterable<any> | Promise<AsyncIterable<any>>;
  /** What a refetch does with the data before: `reset` (the default) drops it, `append` adds to it, `replace` keeps it to the end. */
  refetchMode?: 'append' | 'reset' | 'replace';
  /** Adds a chunk to the data; by default the data are a list of chunks. */
  reducer?: (data: any, chunk: any) => any;
  initialValue?: any;
}

/** A query function that writes what has come of a stream into the cache with every chunk. */
export function streamedQuery({
  streamFn,
  refetchMode = 'reset',
  reducer = (items: unknown[], chunk: unknown) => [...items, chunk],
  initialValue = [],
}: StreamedQueryParams): QueryFunction<any, any> {
  return async (context: QueryFunctionContext<QueryKey>) => {
    const { client, queryKey } = context;
    const { skipCache } = context as ContextExtras;
    const task = taskOf(context);
    const signal = task?.signal;
    if (signal?.aborted) {
      return initialValue;
    }
    let isAborted = false;
    const onAbort = () => {
      isAborted = true;
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    // Nobody could find it: it isn't stored.
    const hidden = task?.query.isPrivate ? task.query : undefined;
    const query = hidden ?? client.getQueryCache().find({ queryKey, exact: true });
    const isRefetch = !!query && query.isFetched();
    if (isRefetch && refetchMode === 'reset') {
      query.setState({ ...query.resetState, fetchStatus: 'fetching' });
    }
    const streamContext = addSignal(
      {
        client,
        meta: context.meta,
        queryKey,
        pageParam: context.pageParam,
        direction: context.direction,
        ...(skipCache ? { skipCache } : {}),
      },
      context,
      onAbort,
    );
    const write = (update: (data: unknown) => unknown): void => {
      if (hidden) {
        hidden.setData(update(hidden.data), { manual: true });
      } else {
        client.setQueryData(queryKey, update);
      }
    };
    const stream = await streamFn(streamContext as QueryFunctionContext<QueryKey>);
    const isHeldBack = isRefetch && refetchMode === 'replace';
    let held = initialValue;
    for await (const chunk of stream) {
      if (isAborted) {
        break;
      }
      if (isHeldBack) {
        held = reducer(held, chunk);
      } else {
        write((data) => reducer(data === undefined ? initialValue : data, chunk));
      }
    }
    if (isHeldBack && !isAborted) {
      write(() => held);
    }
    const data = hidden ? hidden.data : client.getQueryData(queryKey);
    return data === undefined ? initialValue : data;
  };
}
