//! One agent, with what it did last.

use rusqlite::Connection;
use serde::Serialize;

use crate::agents::{self, Agent};
use crate::error::ApiError;
use crate::runs::{self, Run};

/// One agent with its latest runs, newest first.
#[derive(Serialize)]
pub struct AgentDetail {
    #[serde(flatten)]
    agent: Agent,
    workspace_id: String,
    recent_runs: Vec<Run>,
}

/// Reads one agent and its runs.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`.
pub fn detail(db: &Connection, workspace: &str, id: &str) -> Result<AgentDetail, ApiError> {
    let agent = agents::find(db, workspace, id)?;
    Ok(AgentDetail {
        agent,
        workspace_id: workspace.to_owned(),
        recent_runs: runs::latest(db, workspace, id, 20)?,
    })
}
