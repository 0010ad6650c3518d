import type { QueryFunctionContext } from '@tanstack/query-core';
import { taskOf } from '../fetchTask';
import { httpErrorOf } from './httpError';
import { startOf } from './readStart';

/** So much of a body that can't be read is shown (bytes). */
const SHOWN = 120;

/** Data that an answer stands for without a body. */
export interface Bodiless {
  readonly data: unknown;
}

/**
 * What an answer without a body stands for: `null` for 204 and 205, the query's data for 304. Nothing where the body is to be
 * read. Rejects with an HttpError where it is no success.
 */
export async function checkResponse(
  context: QueryFunctionContext,
  response: Response,
  signal: AbortSignal | undefined,
  url?: string,
): Promise<Bodiless | undefined> {
  const { status, type } = response;
  if (type === 'opaque' || type === 'opaqueredirect') {
    throw new TypeError(
      type === 'opaque'
        ? "The answer is opaque: with mode 'no-cors' nobody can read it. Leave that mode out, and let the server allow this origin (CORS)."
        : "The answer is a redirect that nobody can follow here: leave out redirect: 'manual'.",
    );
  }
  if (status === 204 || status === 205) {
    return { data: null };
  }
  if (status === 304) {
    // The app has asked with a validator of its own.
    const query = taskOf(context)?.query;
    if (query && query.queryType !== 'infinite' && query.data !== undefined) {
      return { data: query.data };
    }
  }
  if (!response.ok) {
    throw await httpErrorOf(response, signal, url);
  }
  return undefined;
}

/** What is wrong with a body that `JSON.parse` refuses: its own error where the answer is meant as JSON, or as nothing special. */
export function unreadable(error: unknown, response: Response, pieces: readonly Uint8Array[]): unknown {
  const contentType = response.headers.get('content-type');
  if (!contentType || /[/+]json\b|^text\/plain\b/i.test(contentType)) {
    return error;
  }
  const start = JSON.stringify(startOf(pieces, SHOWN));
  return new SyntaxError(
    `Expected JSON, but the answer (status ${response.status}) is ${contentType.slice(0, 100)} and begins with ${start}`,
    { cause: error },
  );
}
