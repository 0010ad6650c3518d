import type { QueryCache } from './queryCache';

export interface ConnectOptions {
  url: string;
  subscribe?: readonly string[];
  token?: () => string | Promise<string>;
  cursor?: string;
  credentials?: RequestCredentials;
}

export class LiveConnection {
  constructor(_cache: QueryCache, _options: ConnectOptions) {
    throw new Error('connect');
  }
}
