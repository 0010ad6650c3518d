import type { LiveOptions } from '#glue';
import type { ConnectOptions } from '../../types/extras';
import { show } from '../show';
import { canShare } from './tabs';

const OPTIONS: ReadonlySet<string> = new Set(['url', 'subscribe', 'token', 'cursor', 'credentials', 'tabs', 'scope']);

/** The options as the engine takes them. Throws a TypeError that names the wrong one and how to mend it. */
export function readOptions(options: ConnectOptions): LiveOptions {
  check(options);
  const { url, subscribe = [], cursor, credentials, token, tabs = true, scope } = options;
  // Tokens don't tell whose they are: only the scope says that another tab's are as good.
  const shares = tabs && canShare() && (token === undefined || scope !== undefined);
  return {
    url: resolveUrl(url),
    subscribe,
    cursor: cursor ?? undefined,
    credentials,
    tabs: shares,
    scope: scope ?? '',
  };
}

function check(options: ConnectOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`connect: got ${show(options)} for its options: give an object with a url.`);
  }
  for (const name of Object.keys(options)) {
    if (!OPTIONS.has(name)) {
      throw new TypeError(`connect: the option ${show(name)} is unknown: there are ${[...OPTIONS].join(', ')}.`);
    }
  }
  const { url, subscribe, token, cursor, tabs, scope } = options;
  if (typeof url !== 'string' || url === '') {
    throw new TypeError(`connect: url is ${show(url)}: give the address of the stream, such as '/inv/v1/stream'.`);
  }
  if (subscribe !== undefined) {
    if (!Array.isArray(subscribe)) {
      throw new TypeError(`connect: subscribe is ${show(subscribe)}: give a list of globs, such as ['exec:*'].`);
    }
    const wrong = subscribe.findIndex((glob) => typeof glob !== 'string');
    if (wrong >= 0) {
      throw new TypeError(`connect: subscribe[${wrong}] is ${show(subscribe[wrong])}: give a glob, such as 'exec:*'.`);
    }
  }
  if (token !== undefined && typeof token !== 'function') {
    throw new TypeError(
      `connect: token is a ${typeof token}: give a function that returns the token, or a promise of it.`,
    );
  }
  if (tabs !== undefined && typeof tabs !== 'boolean') {
    throw new TypeError(`connect: tabs is ${show(tabs)}: give true or false.`);
  }
  if (scope !== undefined && typeof scope !== 'string') {
    throw new TypeError(
      `connect: scope is ${show(scope)}: give a text that names whose data it is, such as a user's id.`,
    );
  }
  if (tabs && token !== undefined && scope === undefined) {
    throw new TypeError("connect: tabs can only share a token's connection if scope names whose it is: give a scope.");
  }
  // A `null` comes from a server that had no cursor, or from an earlier connection's status.
  if (cursor !== undefined && cursor !== null && typeof cursor !== 'string') {
    throw new TypeError(`connect: cursor is ${show(cursor)}: give the text that the server gave, or leave it out.`);
  }
}

/** The absolute address; a relative one starts at the page's. */
function resolveUrl(text: string): string {
  const base = typeof location === 'undefined' ? undefined : location.href;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    const remedy = base ? 'give a path or an absolute address' : 'there is no page here that it could be relative to';
    throw new TypeError(`connect: url ${show(text)} can't be read: ${remedy}.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`connect: url ${show(text)} leads to ${url.protocol}: the stream comes over http: or https:.`);
  }
  if (url.username || url.password) {
    throw new TypeError(
      `connect: the url of ${url.host} holds a user or a password: use the token option or a cookie.`,
    );
  }
  url.hash = '';
  return url.href;
}
