import type { QueryFunctionContext } from 'ferroquery';
import { HttpError } from '../api/http';
import type {
  ActivityEntry,
  AgentDetail,
  AgentPage,
  AgentQuery,
  Dashboard,
  Series,
  Timeframe,
  Workspace,
} from '../api/types';
import { core, keepPreviousData } from '../core';
import { fetchJson } from './fetchJson';
import { keys } from './keys';

interface Scope {
  workspaceId: string;
  timeframe: Timeframe;
}

/** How queries are fetched, whichever they are. */
export interface FetchChoice {
  /** Pass every cache, here and on the server. */
  skipCache?: boolean;
  /** ms; `false` for never. */
  refetchInterval?: number | false;
}

const choose = ({ skipCache = false, refetchInterval = false }: FetchChoice) => ({
  ...core.skipping(skipCache),
  refetchInterval,
});

const id = encodeURIComponent;

export const workspacesQuery = () => ({
  ...keys.workspaces(),
  queryFn: fetchJson<Workspace[]>('/api/workspaces'),
});

export const budgetQuery = (workspaceId: string, choice: FetchChoice = {}) => ({
  ...keys.budget({ workspaceId }),
  queryFn: async (context: QueryFunctionContext): Promise<Workspace> => {
    const all = await fetchJson<Workspace[]>('/api/workspaces')(context);
    const workspace = all.find(({ id }) => id === workspaceId);
    if (!workspace) throw new HttpError(`There is no workspace “${workspaceId}”.`, 404);
    return workspace;
  },
  ...choose(choice),
});

export const dashboardQuery = ({ workspaceId, timeframe }: Scope, choice: FetchChoice = {}) => ({
  ...keys.dashboard({ workspaceId, timeframe }),
  queryFn: fetchJson<Dashboard>(`/api/dashboard/${id(workspaceId)}?timeframe=${timeframe}`),
  ...choose(choice),
});

export const seriesQuery = ({ workspaceId, timeframe }: Scope, choice: FetchChoice = {}) => ({
  ...keys.series({ workspaceId, timeframe }),
  queryFn: fetchJson<Series>(`/api/series/${id(workspaceId)}?timeframe=${timeframe}`),
  ...choose(choice),
});

export const agentsQuery = (query: AgentQuery, choice: FetchChoice = {}) => {
  const { workspaceId, page, pageSize, status, sort, search } = query;
  const params = new URLSearchParams({ page: String(page), page_size: String(pageSize), sort });
  if (status !== 'all') params.set('status', status);
  if (search) params.set('search', search);
  return {
    ...keys.agents({ workspaceId, page, pageSize, status, sort, search }),
    queryFn: fetchJson<AgentPage>(`/api/agents/${id(workspaceId)}?${params}`),
    placeholderData: keepPreviousData,
    ...choose(choice),
  };
};

export const agentQuery = (workspaceId: string, agentId: string, choice: FetchChoice = {}) => ({
  ...keys.agent({ agentId, workspaceId }),
  queryFn: fetchJson<AgentDetail>(`/api/agents/${id(workspaceId)}/${id(agentId)}`),
  ...choose(choice),
});

export const activityQuery = (workspaceId: string, choice: FetchChoice = {}) => ({
  ...keys.activity({ workspaceId }),
  queryFn: fetchJson<ActivityEntry[]>(`/api/activity/${id(workspaceId)}?limit=30`),
  ...choose(choice),
});
