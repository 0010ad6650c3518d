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

/** The body of an answer, as it came. */
export async function request(path: string, init: RequestInit): Promise<ArrayBuffer> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new HttpError('The server did not answer. Check the connection and try again.', 0);
  }
  if (!response.ok) throw new HttpError(await reason(response), response.status);
  return response.arrayBuffer();
}

/** The server explains itself as `{ error: { code, message } }`; a proxy in between may not. */
async function reason(response: Response): Promise<string> {
  const body = await response.json().catch(() => null);
  const message: unknown = body?.error?.message;
  return typeof message === 'string' ? message : `The server answered with status ${response.status}.`;
}

export async function sendJson<T>(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await request(path, { method, headers, body: JSON.stringify(body) });
  return JSON.parse(new TextDecoder().decode(answer)) as T;
}
