import { sendJson } from './http';
import type { Run } from './types';

const id = encodeURIComponent;

/** Without an agent, the server picks one. */
export const completeRun = (workspaceId: string, agentId?: string) =>
  sendJson<Run>('POST', `/api/runs/${id(workspaceId)}`, { agent_id: agentId });

export const renameAgent = (workspaceId: string, agentId: string, name: string) =>
  sendJson<unknown>('PATCH', `/api/agents/${id(workspaceId)}/${id(agentId)}`, { name });

/** Without an agent, the server picks one. */
export const spendCredits = (workspaceId: string, amount: number, agentId?: string) =>
  sendJson<unknown>('POST', `/api/credits/${id(workspaceId)}`, { amount, agent_id: agentId });
