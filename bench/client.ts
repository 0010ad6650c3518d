import { QueryClient, type QueryClientConfig, type QueryFilters } from 'bench-subject';
import { type DashboardKey, figures } from './keys';

/** What ferroquery adds to a client and these cases use. */
export interface LiveClient extends QueryClient {
  emit(event: string, args: Record<string, string>): void;
}

export interface LiveConfig extends QueryClientConfig {
  rules?: Record<string, string[]>;
}

export interface PatternFilters extends QueryFilters {
  /** A Redis glob over the backend key. */
  pattern: string;
}

/** Longer than any round, so that nothing turns stale while it is measured. In milliseconds. */
export const STALE_TIME = 10 * 60_000;

export function newClient(config: LiveConfig = {}): QueryClient {
  return new QueryClient(config);
}

/** Puts an answer under every key. */
export function fill(client: QueryClient, keys: readonly DashboardKey[]): void {
  for (let i = 0; i < keys.length; i++) client.setQueryData(keys[i]!, figures(i));
}

export const hasEmit = (): boolean => typeof (QueryClient.prototype as Partial<LiveClient>).emit === 'function';

/** Asks the library instead of its name: without support the filter is ignored and matches everything. */
export function hasPattern(): boolean {
  const client = newClient();
  client.setQueryData(['a', 'b'], 1);
  client.setQueryData(['a', 'c'], 1);
  const found = client.getQueryCache().findAll({ pattern: 'a:b' } as PatternFilters).length;
  client.clear();
  return found === 1;
}

/** The last result of a case. Exported, so that no compiler can drop the call that made it. */
export let kept: unknown;

export function keep(value: unknown): void {
  kept = value;
}
