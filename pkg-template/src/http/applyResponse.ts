import type { QueryFunctionContext } from '@tanstack/query-core';
import { reading } from '../bridge/reading';
import { taskOf } from '../fetchTask';
import type { KeptHeaders } from './validators';

/**
 * Lets the headers of an answer have their say on the query whose fetch this is: how long its data is fresh, whether it may be
 * kept, and its tags. They count once the data is taken.
 *
 * @param sent - When it was asked for, on the clock of `reading()` (ms).
 * @param before - For a 304: those of the answer that still holds. What the 304 doesn't say stays (RFC 9111 §3.2).
 */
export function applyResponse(
  context: QueryFunctionContext,
  response: Response,
  sent: number = reading(),
  before?: KeptHeaders,
): KeptHeaders {
  const { headers } = response;
  const kept = {
    cacheControl: headers.get('cache-control') ?? before?.cacheControl ?? '',
    expires: headers.get('expires') ?? before?.expires ?? '',
    vary: headers.get('vary') ?? before?.vary ?? '',
    cacheTag: headers.get('cache-tag') ?? before?.cacheTag ?? '',
  };
  taskOf(context)?.hear(
    [
      kept.cacheControl,
      headers.get('age') ?? '',
      headers.get('date') ?? '',
      kept.expires,
      kept.vary,
      kept.cacheTag,
    ].join('\n'),
    sent,
  );
  return kept;
}
