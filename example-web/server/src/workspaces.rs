//! The workspaces: the tenants of the dashboard.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::error::ApiError;

/// A workspace with its totals. Credits are whole units.
#[derive(Serialize)]
pub struct Workspace {
    id: String,
    name: String,
    agents: i64,
    credit_limit: i64,
    credits_spent: i64,
}

/// All workspaces by id.
///
/// # Errors
/// A failing database.
pub fn list(db: &Connection) -> Result<Vec<Workspace>, ApiError> {
    let mut statement = db.prepare_cached(
        "SELECT id, name, (SELECT count(*) FROM agents WHERE workspace_id = w.id), credit_limit, credits_spent
         FROM workspaces w ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Workspace {
            id: row.get(0)?,
            name: row.get(1)?,
            agents: row.get(2)?,
            credit_limit: row.get(3)?,
            credits_spent: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes sure that the workspace exists.
///
/// # Errors
/// 404 `unknown_workspace`.
pub fn require(db: &Connection, workspace: &str) -> Result<(), ApiError> {
    let mut statement = db.prepare_cached("SELECT 1 FROM workspaces WHERE id = ?")?;
    match statement.query_row([workspace], |_| Ok(())).optional()? {
        Some(()) => Ok(()),
        None => Err(ApiError::not_found(
            "unknown_workspace",
            format!("there is no workspace {workspace:?}; GET /api/workspaces lists them"),
        )),
    }
}
