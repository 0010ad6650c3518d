import { SEPARATOR } from '../tags';
import type { Placed } from './validators';

/** What HTTP said of data, as it is kept with a copy of the data: by a server that renders pages, or in storage. JSON. */
export interface KeptAnswer {
  /** ms, from the moment when the data was stored; nothing where it no longer is what an answer gave. */
  readonly freshFor?: number;
  readonly tags?: readonly string[];
  /** What it can be asked for again with. */
  readonly requests?: readonly Placed[];
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNone = (value: unknown): boolean => value === null || isText(value);

/** What may be sent: anything else would make each request fail. */
const isHeaderOrNone = (value: unknown): boolean =>
  value === null || (isText(value) && /^[\x20-\x7e\x80-\xff]{1,8192}$/.test(value));

/** One that comes from outside, as far as it is one. */
export function readKeptAnswer(value: unknown): KeptAnswer | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { freshFor, tags, requests } = value as Partial<KeptAnswer>;
  return {
    ...(typeof freshFor === 'number' && Number.isFinite(freshFor) && { freshFor }),
    ...(Array.isArray(tags) && { tags: tags.filter((tag) => isText(tag) && !tag.includes(SEPARATOR)) }),
    ...(Array.isArray(requests) && requests.every(isRequest) && { requests }),
  };
}

function isRequest(value: any): value is Placed {
  const { cacheControl, expires, vary, cacheTag } = value?.headers ?? {};
  return (
    isText(value?.url) &&
    isHeaderOrNone(value.etag) &&
    isHeaderOrNone(value.lastModified) &&
    [cacheControl, expires, vary, cacheTag].every(isText) &&
    Array.isArray(value.selecting) &&
    value.selecting.every((pair: any) => Array.isArray(pair) && isText(pair[0]) && isTextOrNone(pair[1])) &&
    (value.page === undefined || Number.isInteger(value.page))
  );
}
