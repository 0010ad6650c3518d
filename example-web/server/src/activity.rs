//! The feed of what happened last.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::workspaces;

/// The longest answer, in entries.
const MAX_LIMIT: u32 = 200;
/// The feed keeps this many entries, over all workspaces.
const KEEP: i64 = 20_000;

/// What an entry is about.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A run ended well.
    RunCompleted,
    /// A run ended badly.
    RunFailed,
    /// An agent got another name.
    AgentRenamed,
    /// Credits were spent.
    CreditsSpent,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Kind::RunCompleted => "run_completed",
            Kind::RunFailed => "run_failed",
            Kind::AgentRenamed => "agent_renamed",
            Kind::CreditsSpent => "credits_spent",
        }
    }
}

/// One line of the feed.
#[derive(Serialize)]
pub struct Entry {
    id: i64,
    kind: String,
    agent_id: Option<String>,
    text: String,
    /// Unix time, milliseconds.
    at_ms: i64,
}

/// How many entries.
#[derive(Debug, Deserialize)]
pub struct ListParams {
    limit: Option<u32>,
}

/// The newest entries first.
///
/// # Errors
/// 404 `unknown_workspace`; 400 `invalid_parameter` for a limit out of range.
pub fn list(db: &Connection, workspace: &str, wanted: &ListParams) -> Result<Vec<Entry>, ApiError> {
    workspaces::require(db, workspace)?;
    let limit = wanted.limit.unwrap_or(30);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(ApiError::invalid(
            "invalid_parameter",
            format!("limit {limit} is out of range; use 1 to {MAX_LIMIT}"),
        ));
    }
    let mut statement = db.prepare_cached(
        "SELECT id, kind, agent_id, text, at_ms FROM activity WHERE workspace_id = ? ORDER BY id DESC LIMIT ?",
    )?;
    let rows = statement.query_map(params![workspace, limit], |row| {
        Ok(Entry {
            id: row.get(0)?,
            kind: row.get(1)?,
            agent_id: row.get(2)?,
            text: row.get(3)?,
            at_ms: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds an entry.
///
/// # Errors
/// A failing database.
pub fn record(
    db: &Connection,
    workspace: &str,
    kind: Kind,
    agent: Option<&str>,
    text: &str,
    at_ms: i64,
) -> Result<(), ApiError> {
    db.execute(
        "INSERT INTO activity (workspace_id, kind, agent_id, text, at_ms) VALUES (?, ?, ?, ?, ?)",
        params![workspace, kind.as_str(), agent, text, at_ms],
    )?;
    db.execute(
        "DELETE FROM activity WHERE id <= ?",
        [db.last_insert_rowid() - KEEP],
    )?;
    Ok(())
}
