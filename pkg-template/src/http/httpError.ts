import { bareUrl } from './bareUrl';
import { readStart } from './readStart';

/** So much of an error's body is read (bytes); the rest is not fetched. */
const MAX_BODY = 65_536;
/** So much of a body that isn't JSON is kept (characters). */
const MAX_TEXT = 1000;

/** A server's answer that is no success. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly status: number;
  readonly statusText: string;
  /** Of the answer, without user, password, query and fragment: these may hold secrets, and errors get into logs. */
  readonly url: string;
  readonly headers: Headers;
  /** The body: parsed where it is JSON of up to 64 kB, else its first 1,000 characters; `undefined` where it is empty. */
  readonly body: unknown;
  /** The answer itself; its body has been read. */
  readonly response: Response;

  constructor(response: Response, body?: unknown, url: string = response.url) {
    // A test may make one of less than a Response.
    const { status, statusText = '', headers = new Headers() } = response;
    const bare = bareUrl(url ?? '');
    super(`${status} ${statusText}`.trim() + (bare && ` from ${bare}`) + saying(body));
    this.status = status;
    this.statusText = statusText;
    this.url = bare;
    this.headers = headers;
    this.body = body;
    this.response = response;
  }
}

/** Reads as much of the body as an error shows. Rejects where the fetch is aborted meanwhile. */
export async function httpErrorOf(
  response: Response,
  signal: AbortSignal | undefined,
  url?: string,
): Promise<HttpError> {
  let text = '';
  try {
    text = await readStart(response, MAX_BODY);
  } catch {
    // The status says enough.
  }
  signal?.throwIfAborted();
  return new HttpError(response, bodyOf(text, response.headers.get('content-type') ?? ''), response.url || url || '');
}

function bodyOf(text: string, contentType: string): unknown {
  if (/[/+]json\b/i.test(contentType)) {
    try {
      return JSON.parse(text);
    } catch {
      // As it is.
    }
  }
  return text === '' ? undefined : text.slice(0, MAX_TEXT);
}

/** What a problem (RFC 9457) says of itself. */
function saying(body: unknown): string {
  const { detail, title } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = [detail, title].find((one) => typeof one === 'string' && one !== '') as string | undefined;
  return text ? `: ${text.slice(0, 200)}` : '';
}
