/** A request that the server refused or that never arrived; `status` is 0 when there was no answer. */
export class HttpError extends Error {
  override name = 'HttpError';
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new HttpError('The server did not answer. Check the connection and try again.', 0);
  }
  if (!response.ok) throw new HttpError(await reason(response), response.status);
  return (await response.json()) as T;
}

/** The server explains itself as `{ error: { code, message } }`; a proxy in between may not. */
async function reason(response: Response): Promise<string> {
  const body = await response.json().catch(() => null);
  const message: unknown = body?.error?.message;
  return typeof message === 'string' ? message : `The server answered with status ${response.status}.`;
}

export interface GetOptions {
  signal?: AbortSignal;
  /** Asks the server, too, to pass its own cache. */
  skipCache?: boolean;
}

export function getJson<T>(path: string, { signal, skipCache = false }: GetOptions = {}): Promise<T> {
  return request<T>(path, { signal, headers: skipCache ? { 'x-skip-cache': '1' } : {} });
}

export function sendJson<T>(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<T> {
  return request<T>(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
