import { defineKeys, TTL } from '../core';

/**
 * Every key the page reads, in one place. They are the keys that the server's events name, so that one line on the
 * server finds everything that went stale here. The times are long: the server says when something changed.
 */
export const keys = defineKeys({
  workspaces: { key: 'workspaces', ttl: TTL.DAY },
  // Its own key, although the list has it, too: the list would go stale with every event of every workspace.
  budget: {
    key: 'budget:{workspaceId}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}'],
  },
  dashboard: {
    key: 'exec:dashboard:{workspaceId}:{timeframe}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}'],
  },
  series: {
    key: 'exec:series:{workspaceId}:{timeframe}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}'],
  },
  agents: {
    key: 'agents:list:{workspaceId}:{page}:{pageSize}:{status}:{sort}:{search}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}'],
  },
  agent: {
    key: 'agent:detail:{agentId}:{workspaceId}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}', 'agent:{agentId}'],
  },
  activity: {
    key: 'activity:{workspaceId}',
    ttl: TTL.LONG,
    tags: ['workspace:{workspaceId}'],
  },
});
