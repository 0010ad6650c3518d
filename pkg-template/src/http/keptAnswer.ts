import type { Placed } from './validators';

/** What HTTP said of data, as it is kept with a copy of the data: by a server that renders pages, or in storage. JSON. */
export interface KeptAnswer {
  /** ms, from the moment when the data was stored. */
  readonly freshFor: number;
  /** What it can be asked for again with. */
  readonly requests?: readonly Placed[] | undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNone = (value: unknown): boolean => value === null || typeof value === 'string';

/** One that comes from outside, as far as it is one. */
export function readKeptAnswer(value: unknown): KeptAnswer | undefined {
  const { freshFor, requests } = (value ?? {}) as Partial<KeptAnswer>;
  if (typeof freshFor !== 'number' || !Number.isFinite(freshFor)) {
    return undefined;
  }
  return { freshFor, requests: Array.isArray(requests) && requests.every(isRequest) ? requests : undefined };
}

function isRequest(value: any): value is Placed {
  const { cacheControl, expires, vary, cacheTag } = value?.headers ?? {};
  return (
    isText(value?.url) &&
    isTextOrNone(value.etag) &&
    isTextOrNone(value.lastModified) &&
    [cacheControl, expires, vary, cacheTag].every(isText) &&
    Array.isArray(value.selecting) &&
    value.selecting.every((pair: any) => Array.isArray(pair) && isText(pair[0]) && isTextOrNone(pair[1])) &&
    (value.page === undefined || Number.isInteger(value.page))
  );
}
