import type { QueryClient } from 'ferroquery';

/** Makes the engine panic: it has no query with this id. */
export function trap(client: QueryClient): unknown {
  try {
    (client.getQueryCache() as any).host.engine.load(12345);
  } catch (error) {
    return error;
  }
  throw new Error('The engine took an id that it has never given.');
}
