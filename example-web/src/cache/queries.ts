import { keepPreviousData } from 'ferroquery/react';
import { type GetOptions, getJson, HttpError } from '../api/http';
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
import { keys } from './keys';

interface Scope {
  workspaceId: string;
  timeframe: Timeframe;
}

interface FetchChoice {
  skipCache?: boolean;
}

/** What a query function needs of its context. */
interface FetchContext {
  signal: AbortSignal;
  skipCache?: boolean | 'no-store';
}

const fetcher =
  <T>(path: string) =>
  ({ signal, skipCache }: FetchContext): Promise<T> => {
    const options: GetOptions = { signal, skipCache: Boolean(skipCache) };
    return getJson<T>(path, options);
  };

const id = encodeURIComponent;

export const workspacesQuery = () => ({
  ...keys.workspaces(),
  queryFn: fetcher<Workspace[]>('/api/workspaces'),
});

export const budgetQuery = (workspaceId: string, { skipCache = false }: FetchChoice = {}) => ({
  ...keys.budget({ workspaceId }),
  queryFn: async (context: FetchContext): Promise<Workspace> => {
    const all = await fetcher<Workspace[]>('/api/workspaces')(context);
    const workspace = all.find(({ id }) => id === workspaceId);
    if (!workspace) throw new HttpError(`There is no workspace “${workspaceId}”.`, 404);
    return workspace;
  },
  skipCache,
});

export const dashboardQuery = ({ workspaceId, timeframe }: Scope, { skipCache = false }: FetchChoice = {}) => ({
  ...keys.dashboard({ workspaceId, timeframe }),
  queryFn: fetcher<Dashboard>(`/api/dashboard/${id(workspaceId)}?timeframe=${timeframe}`),
  skipCache,
});

export const seriesQuery = ({ workspaceId, timeframe }: Scope, { skipCache = false }: FetchChoice = {}) => ({
  ...keys.series({ workspaceId, timeframe }),
  queryFn: fetcher<Series>(`/api/series/${id(workspaceId)}?timeframe=${timeframe}`),
  skipCache,
});

export const agentsQuery = (query: AgentQuery, { skipCache = false }: FetchChoice = {}) => {
  const { workspaceId, page, pageSize, status, sort, search } = query;
  const params = new URLSearchParams({ page: String(page), page_size: String(pageSize), sort });
  if (status !== 'all') params.set('status', status);
  if (search) params.set('search', search);
  return {
    ...keys.agents({ workspaceId, page, pageSize, status, sort, search }),
    queryFn: fetcher<AgentPage>(`/api/agents/${id(workspaceId)}?${params}`),
    placeholderData: keepPreviousData,
    skipCache,
  };
};

export const agentQuery = (workspaceId: string, agentId: string, { skipCache = false }: FetchChoice = {}) => ({
  ...keys.agent({ agentId, workspaceId }),
  queryFn: fetcher<AgentDetail>(`/api/agents/${id(workspaceId)}/${id(agentId)}`),
  skipCache,
});

export const activityQuery = (workspaceId: string, { skipCache = false }: FetchChoice = {}) => ({
  ...keys.activity({ workspaceId }),
  queryFn: fetcher<ActivityEntry[]>(`/api/activity/${id(workspaceId)}?limit=30`),
  skipCache,
});
