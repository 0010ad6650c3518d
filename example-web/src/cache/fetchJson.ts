import type { QueryFunctionContext } from 'ferroquery';
import { request } from '../api/http';
import { core } from '../core';
import { countTurn } from '../costs/mainThread';
import { meter } from '../costs/meter';

/** A query function for what the server has at `path`. */
export const fetchJson =
  <T>(path: string) =>
  async (context: QueryFunctionContext): Promise<T> => {
    countTurn('other');
    meter.asked();
    try {
      // Asks the server, too, to pass its own cache.
      const skip = context.skipCache ?? context.meta?.skipCache;
      const body = await request(path, { signal: context.signal, headers: skip ? { 'x-skip-cache': '1' } : {} });
      // Decoding, and what the cache makes of the value, are one turn.
      countTurn('data');
      meter.received(body.byteLength);
      return (await core.decode(context, body)) as T;
    } finally {
      meter.settled();
    }
  };
