CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  credit_limit INTEGER NOT NULL,
  credits_spent INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE agents (
  workspace_id TEXT NOT NULL REFERENCES workspaces(id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  team TEXT NOT NULL,
  status TEXT NOT NULL,
  kind TEXT NOT NULL,
  runs INTEGER NOT NULL,
  ok_runs INTEGER NOT NULL,
  credits_spent INTEGER NOT NULL,
  last_run_at_ms INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX agents_by_name ON agents (workspace_id, name COLLATE NOCASE, id);
CREATE INDEX agents_by_last_run ON agents (workspace_id, last_run_at_ms, id);
CREATE INDEX agents_by_status ON agents (workspace_id, status, team);

-- One row for each day and team, kept up to date by every write, so that no dashboard ever sums up single runs.
CREATE TABLE daily (
  workspace_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  team TEXT NOT NULL,
  runs INTEGER NOT NULL DEFAULT 0,
  ok_runs INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  credits INTEGER NOT NULL DEFAULT 0,
  active_agents INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace_id, day, team)
) WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  status TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  credits INTEGER NOT NULL,
  finished_at_ms INTEGER NOT NULL
);
CREATE INDEX runs_by_agent ON runs (workspace_id, agent_id, finished_at_ms);

CREATE TABLE activity (
  id INTEGER PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  agent_id TEXT,
  text TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX activity_by_workspace ON activity (workspace_id, id);
