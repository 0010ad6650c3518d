import type { QueryFunction, QueryFunctionContext } from '@tanstack/query-core';
import { reading } from '../bridge/reading';
import { taskOf } from '../fetchTask';
import { decodeBody } from '../json/decodeJson';
import { show } from '../show';
import { applyResponse } from './applyResponse';
import { eitherSignal } from './eitherSignal';
import { type AnsweredWith, selectingHeaders } from './validators';

type Context = QueryFunctionContext<any, any> & { skipCache?: boolean | 'no-store' };
type Init = RequestInit & { fetch?: typeof fetch };
type Given<T> = T | ((context: Context) => T | Promise<T>);

/** With one of these the app asks for itself. */
const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range'];

/** A query function that fetches JSON. */
export function jsonQuery(url: Given<string | URL>, init?: Given<Init | undefined>): QueryFunction<any, any, any> {
  return async (context: Context) => {
    const target = typeof url === 'function' ? await url(context) : url;
    if (typeof target !== 'string' && !(target instanceof URL)) {
      throw new TypeError(
        `jsonQuery was given ${show(target)} as URL: give it a string or a URL, or a function that does.`,
      );
    }
    const { fetch: ownFetch, ...options } = (typeof init === 'function' ? await init(context) : init) ?? {};
    const ask = ownFetch ?? globalThis.fetch;
    if (typeof ask !== 'function') {
      throw new TypeError('jsonQuery found no fetch here: give it one, as in jsonQuery(url, { fetch }).');
    }
    const href = String(target);
    const headers = new Headers(options.headers);
    if (!headers.has('accept')) {
      headers.set('accept', 'application/json');
    }
    const signal = eitherSignal(context.signal, options.signal);
    const known = context.skipCache ? undefined : knownAnswer(context, href, options, headers);
    const plain: RequestInit = { ...options, ...cacheMode(options, context.skipCache), headers, signal };
    if (context.skipCache && !headers.has('cache-control')) {
      headers.set('cache-control', 'no-cache');
    }
    const sent = reading();
    let response: Response;
    if (known) {
      countHttp(context, false);
      response = await askAgain(ask, href, plain, known);
      if (response.status === 304) {
        countHttp(context, true);
        const kept = applyResponse(context, response, sent, known.headers);
        note(context, {
          ...known,
          etag: response.headers.get('etag') ?? known.etag,
          lastModified: response.headers.get('last-modified') ?? known.lastModified,
          headers: kept,
        });
        return known.value;
      }
    } else {
      response = await ask(href, plain);
    }
    const value = await decodeBody(context, response, href);
    const kept = applyResponse(context, response, sent);
    const selecting = selectingHeaders(headers, kept.vary);
    const etag = response.headers.get('etag');
    const lastModified = response.headers.get('last-modified');
    if (response.status === 200 && isGet(options) && selecting && (etag || lastModified)) {
      note(context, {
        url: href,
        credentials: options.credentials,
        selecting,
        etag,
        lastModified,
        isCors: response.type === 'cors',
        headers: kept,
        value,
      });
    }
    return value;
  };
}

/** The answer to the same request that the query's data came from, if it can be asked whether it still holds. */
function knownAnswer(context: Context, url: string, options: RequestInit, headers: Headers): AnsweredWith | undefined {
  const isOwn = CONDITIONS.some((name) => headers.has(name));
  // With any other mode the browser's cache is to answer.
  const isAsked = options.cache === undefined || options.cache === 'no-store';
  if (isOwn || !isAsked || !isGet(options)) {
    return undefined;
  }
  const known = taskOf(context)?.query.answerTo(url, options.credentials, headers);
  // Another origin that doesn't show its ETag hasn't been made for this: the request would need a permission of its own.
  return known?.isCors && !known.etag ? undefined : known;
}

/** Asks whether an answer still holds. */
async function askAgain(ask: typeof fetch, url: string, plain: RequestInit, known: AnsweredWith): Promise<Response> {
  const headers = new Headers(plain.headers);
  if (known.etag) {
    headers.set('if-none-match', known.etag);
  }
  if (known.lastModified) {
    headers.set('if-modified-since', known.lastModified);
  }
  if (!headers.has('cache-control')) {
    // Or fetch would say `no-cache`, which tells the server's own cache not to answer.
    headers.set('cache-control', 'max-age=0');
  }
  try {
    // Only so a browser hands on a 304 and doesn't answer from its own cache.
    return await ask(url, { ...plain, ...cacheMode(plain, 'no-store'), headers });
  } catch (error) {
    if (!known.isCors || plain.signal?.aborted) {
      throw error;
    }
    // Another origin may forbid these headers, which looks like any failure of the network.
    return ask(url, plain);
  }
}

/**
 * How a browser's cache takes part where the app doesn't say. The engine has decided to ask the server: an answer from that
 * cache would be as old as the one that is to be replaced, so it may answer only after asking (`no-cache`).
 */
function cacheMode(options: RequestInit, skip: boolean | 'no-store' | undefined): Pick<RequestInit, 'cache'> {
  if (options.cache !== undefined && options.cache !== 'no-cache') {
    return { cache: options.cache };
  }
  // Only browsers have one; some other hosts refuse the option.
  if (typeof location === 'undefined') {
    return {};
  }
  return { cache: skip === 'no-store' ? 'no-store' : skip ? 'reload' : 'no-cache' };
}

const isGet = (options: RequestInit): boolean => (options.method ?? 'GET').toUpperCase() === 'GET';

function note(context: Context, answered: AnsweredWith): void {
  taskOf(context)?.note(answered);
}

function countHttp(context: Context, answered: boolean): void {
  taskOf(context)?.query.cache.host.engine.count_http(answered);
}
