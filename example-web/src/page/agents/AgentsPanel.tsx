import { Button, EmptyState } from '@mantine/core';
import { IconUserSearch } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { agentsQuery } from '../../cache/queries';
import { useQuery, useQueryClient } from '../../core';
import { formatCount } from '../../format';
import { useSettings } from '../../settings';
import { Boundary } from '../../ui/Boundary';
import { Failure } from '../../ui/Failure';
import { Panel } from '../../ui/Panel';
import { AgentFilterBar } from './AgentFilterBar';
import { AgentsPaging } from './AgentsPaging';
import classes from './AgentsPanel.module.css';
import { AgentsTable, AgentsTableSkeleton } from './AgentsTable';
import { useAgentFilters } from './useAgentFilters';

/** Needed with the first click into the table, so it is loaded after the page and not with it. */
const AgentDrawer = lazy(() => import('./AgentDrawer'));

export function AgentsPanel() {
  const { skipCache, fetching } = useSettings();
  const client = useQueryClient();
  const filters = useAgentFilters();
  const { query } = filters;
  const { data, error, isPending, isFetching, isPlaceholderData, refetch } = useQuery(agentsQuery(query, fetching));
  const [openId, setOpenId] = useState<string | null>(null);
  const summary =
    data && !isPlaceholderData
      ? `${formatCount(data.total)} ${filters.filtered ? 'match' : 'in this workspace'}`
      : error
        ? 'How many is not known'
        : 'Counting…';
  const lastPage = data ? Math.max(1, Math.ceil(data.total / query.pageSize)) : 1;

  const hasNext = data !== undefined && !isPlaceholderData && query.page < lastPage;
  useEffect(() => {
    if (hasNext && !skipCache) void client.prefetchQuery(agentsQuery({ ...query, page: query.page + 1 }));
  }, [client, hasNext, skipCache, query]);

  return (
    <Panel
      title="Agents"
      note={summary}
      busy={isFetching && !isPending}
      side={<AgentFilterBar filters={filters} />}
      className={classes.panel}
      flush
    >
      {isPending && <AgentsTableSkeleton />}
      {error && !data && (
        <Failure title="The agents could not be loaded" error={error} onRetry={() => refetch()} retrying={isFetching} />
      )}
      {data && data.rows.length === 0 && (
        <EmptyState
          className={classes.empty}
          icon={<IconUserSearch aria-hidden />}
          title={filters.filtered ? 'No agent matches' : 'No agents yet'}
          description={
            filters.filtered ? 'Try another name, or another status.' : 'Agents appear here once they have been set up.'
          }
        >
          {filters.filtered && (
            <EmptyState.Actions>
              <Button variant="default" onClick={filters.clear}>
                Clear the filters
              </Button>
            </EmptyState.Actions>
          )}
        </EmptyState>
      )}
      {data && data.rows.length > 0 && (
        <>
          <AgentsTable
            rows={data.rows}
            query={query}
            sorting={filters.sorting}
            onSort={filters.setSorting}
            onOpen={setOpenId}
            dimmed={isPlaceholderData}
          />
          <AgentsPaging filters={filters} total={data.total} lastPage={lastPage} />
        </>
      )}
      <Boundary title="The agent could not be shown">
        <Suspense>
          <AgentDrawer agentId={openId} onClose={() => setOpenId(null)} />
        </Suspense>
      </Boundary>
    </Panel>
  );
}
