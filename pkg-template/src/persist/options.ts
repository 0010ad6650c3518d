import type { QueryClient as CoreClient, QueryFilters } from '@tanstack/query-core';
import type { Store } from '../../types/extras';
import type { Query } from '../query';
import type { QueryCache } from '../queryCache';
import type { QueryClient } from '../queryClient';
import { show } from '../show';
import type { KeySource } from './seal';

type Filters = QueryFilters<any> & { pattern?: string; tags?: readonly string[] };

/** What `persist` takes. */
export interface PersistOptions {
  client: CoreClient;
  store: Store;
  scope: string;
  key?: KeySource | Promise<KeySource>;
  maxAge?: number;
  version?: string;
  filter?: Filters | ((query: any) => boolean);
}

export interface Settings {
  client: QueryClient;
  store: Store;
  scope: string;
  key: KeySource | Promise<KeySource> | undefined;
  maxAge: number;
  version: string;
  keeps: (query: Query) => boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const METHODS = ['readIndex', 'readBodies', 'write', 'delete', 'clear'] as const;

/** Throws a TypeError that names the wrong option and how to mend it. */
export function readOptions(options: PersistOptions): Settings {
  const { client, store, scope, key, maxAge = DAY_MS, version = '', filter } = options ?? {};
  if (!(client?.getQueryCache?.() as unknown as QueryCache | undefined)?.host) {
    throw new TypeError(`persist: client must be a QueryClient of ferroquery, but it is ${show(client)}.`);
  }
  const missing = METHODS.find((method) => typeof store?.[method] !== 'function');
  if (missing) {
    throw new TypeError(
      `persist: store must be one such as indexedDb({ name: 'my-app' }), but it has no ${missing}().`,
    );
  }
  if (typeof scope !== 'string' || scope === '') {
    throw new TypeError(
      `persist: scope must say whose data it is, such as a user's id, or 'public' where it is everybody's, but it is ${show(scope)}.`,
    );
  }
  if (typeof maxAge !== 'number' || !(maxAge > 0)) {
    throw new TypeError(`persist: maxAge must be a time in milliseconds above 0, but it is ${show(maxAge)}.`);
  }
  if (typeof version !== 'string') {
    throw new TypeError(`persist: version must be a text such as '2', but it is ${show(version)}.`);
  }
  const keeps = filterOf(client as unknown as QueryClient, filter);
  return { client: client as unknown as QueryClient, store, scope, key, maxAge, version, keeps };
}

function filterOf(client: QueryClient, filter: PersistOptions['filter']): Settings['keeps'] {
  if (filter === undefined) {
    return () => true;
  }
  if (typeof filter === 'function') {
    return filter;
  }
  if (typeof filter !== 'object' || filter === null) {
    throw new TypeError(`persist: filter must be query filters or a function of a query, but it is ${show(filter)}.`);
  }
  const cache = client.getQueryCache() as unknown as QueryCache;
  return (query) => cache.matches(query, filter);
}
