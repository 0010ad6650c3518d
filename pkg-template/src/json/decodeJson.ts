import type { QueryFunctionContext } from '@tanstack/query-core';
import type { FetchedQuery } from '../fetchedQuery';
import { taskOf } from '../fetchTask';
import { applyResponse } from '../http/applyResponse';
import { checkResponse, unreadable } from '../http/checkResponse';
import { show } from '../show';
import { type Body, bytesOf, readBody } from './body';
import { parse } from './text';

/**
 * The value of a JSON body. Rejects with the SyntaxError of `JSON.parse` where it isn't JSON, with the signal's reason where
 * the fetch is aborted, and with a TypeError where there is no body to read.
 */
export async function decodeJson(context: QueryFunctionContext, body: Body): Promise<unknown> {
  const bytes = bytesOf((body ?? {}) as Body);
  if (bytes) {
    // A signal isn't needed, and making one takes longer than comparing a small body.
    return decodePieces(context, [bytes]);
  }
  checkBody(body);
  const value = await decodeBody(context, body as Response);
  if (isAnswer(body)) {
    applyResponse(context, body);
  }
  return value;
}

/** The same without the headers' say. `url`: what was asked for, where the answer doesn't tell. */
export async function decodeBody(context: QueryFunctionContext, body: Response, url?: string): Promise<unknown> {
  const signal = signalOf(context);
  const answer = isAnswer(body) ? body : undefined;
  const bodiless = answer && (await checkResponse(context, answer, signal, url));
  if (bodiless) {
    return bodiless.data;
  }
  const pieces = await readBody(body, signal);
  try {
    return decodePieces(context, pieces);
  } catch (error) {
    throw answer ? unreadable(error, answer, pieces) : error;
  }
}

function decodePieces(context: QueryFunctionContext, pieces: readonly Uint8Array[]): unknown {
  return queryOf(context)?.decode(pieces) ?? parse(pieces);
}

/** Whether it has a status and headers. */
function isAnswer(body: Body): body is Response {
  const { headers, status } = body as Response;
  return typeof status === 'number' && typeof headers?.get === 'function';
}

function checkBody(body: unknown): void {
  const { arrayBuffer } = (body ?? {}) as Response;
  if (typeof arrayBuffer !== 'function') {
    throw new TypeError(
      `decodeJson was given ${show(body)} as a body. Give it the Response itself, before anything else has read it, or the body as ArrayBuffer or Uint8Array.`,
    );
  }
}

/** Of a context that isn't ours, the signal that is there. Ours tells it without noting that somebody reads it. */
function signalOf(context: QueryFunctionContext): AbortSignal | undefined {
  return taskOf(context)?.signal ?? context.signal;
}

/** Whose body it is; of a copied context, or one that isn't ours, as its key says. */
function queryOf(context: QueryFunctionContext): Pick<FetchedQuery, 'decode'> | undefined {
  const known = taskOf(context)?.query;
  return known ?? (context?.client?.getQueryCache().find({ queryKey: context.queryKey }) as never);
}
