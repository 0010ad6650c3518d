/** What the example's server answers. Times are milliseconds since 1970, shares 0 to 1, credits whole units. */

export const TIMEFRAMES = ['7d', '30d', '90d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export interface Workspace {
  id: string;
  name: string;
  agents: number;
  credit_limit: number;
  credits_spent: number;
}

export interface Card {
  id: string;
  label: string;
  unit: 'count' | 'share' | 'credits' | 'ms';
  /** Which way is an improvement. */
  better: 'up' | 'down';
  value: number;
  /** The same figure for the timeframe before. */
  previous: number;
  /** Relative to `previous`; null where there was nothing before. */
  delta: number | null;
  /** One value for each day, oldest first. */
  sparkline: number[];
}

export interface Dashboard {
  workspace_id: string;
  timeframe: Timeframe;
  generated_at_ms: number;
  cards: Card[];
}

export interface Day {
  /** ISO date, UTC. */
  day: string;
  runs: number;
  ok_runs: number;
  failed_runs: number;
  success_rate: number;
  credits: number;
  avg_duration_ms: number;
  active_agents: number;
}

export interface Series {
  workspace_id: string;
  timeframe: Timeframe;
  /** Oldest first; the last one is today. */
  points: Day[];
}

export type AgentStatus = 'active' | 'idle' | 'paused' | 'failing';

export interface Agent {
  id: string;
  name: string;
  team: string;
  status: AgentStatus;
  kind: string;
  runs: number;
  success_rate: number;
  credits_spent: number;
  last_run_at_ms: number;
}

/** Which agents, in which order: `sort` is a column's name, with `-` in front for descending. */
export interface AgentQuery {
  workspaceId: string;
  /** 1 is the first. */
  page: number;
  pageSize: number;
  status: AgentStatus | 'all';
  sort: string;
  search: string;
}

export interface AgentPage {
  rows: Agent[];
  /** Of all pages. */
  total: number;
  page: number;
  page_size: number;
}

export interface Run {
  id: number;
  agent_id: string;
  status: 'ok' | 'failed';
  duration_ms: number;
  credits: number;
  finished_at_ms: number;
}

export interface AgentDetail extends Agent {
  workspace_id: string;
  /** Newest first. */
  recent_runs: Run[];
}

export interface ActivityEntry {
  id: number;
  kind: 'run_completed' | 'run_failed' | 'agent_renamed' | 'credits_spent';
  agent_id: string | null;
  text: string;
  at_ms: number;
}
