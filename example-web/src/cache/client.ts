import { QueryClient } from 'ferroquery';
import { HttpError } from '../api/http';

/** What the server's events make stale here. The names in braces are the fields of the event. */
const rules = {
  'agent.run.completed': [
    'agent:*:{agent_id}:*',
    'agents:list:{workspace_id}:*',
    'exec:*:{workspace_id}:*',
    'activity:{workspace_id}',
    'budget:{workspace_id}',
  ],
  'agent.renamed': ['agent:*:{agent_id}:*', 'agents:list:{workspace_id}:*', 'activity:{workspace_id}'],
  'credits.spent': [
    'agent:*:{agent_id}:*',
    'agents:list:{workspace_id}:*',
    'exec:*:{workspace_id}:*',
    'activity:{workspace_id}',
    'budget:{workspace_id}',
  ],
};

/**
 * The cache of the page.
 * @throws EngineUnavailableError where the browser forbids WebAssembly
 */
export function createClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A request that the server understood and refused will be refused again.
        retry: (failures, error) =>
          failures < 2 && !(error instanceof HttpError && error.status >= 400 && error.status < 500),
        refetchOnWindowFocus: false,
      },
    },
    rules,
  });
}
