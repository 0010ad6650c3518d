/** What the server's events make stale here. The names in braces are the fields of the event. */
export const rules = {
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
