//! The agents of a workspace: the table, one row of it, and renaming.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::activity::{self, Kind};
use crate::error::ApiError;
use crate::events::DomainEvent;
use crate::workspaces;

/// The longest page, in rows.
pub const MAX_PAGE_SIZE: u32 = 5_000;
/// The longest name, in characters.
const MAX_NAME: usize = 80;
const STATUSES: [&str; 4] = ["active", "idle", "paused", "failing"];
const COLUMNS: &str = "id, name, team, status, kind, runs, ok_runs, credits_spent, last_run_at_ms";

/// One row of the table.
#[derive(Debug, Serialize)]
pub struct Agent {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) team: String,
    status: String,
    kind: String,
    runs: i64,
    /// 0 to 1, over all runs.
    success_rate: f64,
    /// Whole units, over all runs.
    credits_spent: i64,
    /// Unix time, milliseconds.
    last_run_at_ms: i64,
}

impl Agent {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (runs, ok_runs): (i64, i64) = (row.get(5)?, row.get(6)?);
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            team: row.get(2)?,
            status: row.get(3)?,
            kind: row.get(4)?,
            runs,
            success_rate: crate::series::share(ok_runs, runs),
            credits_spent: row.get(7)?,
            last_run_at_ms: row.get(8)?,
        })
    }
}

/// Which rows, in which order. `sort` is a column's name, with `-` in front for descending.
#[derive(Debug, Default, Deserialize)]
pub struct ListParams {
    /// 1 is the first page.
    page: Option<u32>,
    page_size: Option<u32>,
    /// Part of a name, or a whole id.
    search: Option<String>,
    status: Option<String>,
    team: Option<String>,
    sort: Option<String>,
}

/// One page of the table; `total` counts the rows of all pages.
#[derive(Debug, Serialize)]
pub struct Page {
    rows: Vec<Agent>,
    total: i64,
    page: u32,
    page_size: u32,
}

/// Reads one page.
///
/// # Errors
/// 404 `unknown_workspace`; 400 `invalid_parameter` for a page, status or sort that doesn't exist.
pub fn list(db: &Connection, workspace: &str, wanted: &ListParams) -> Result<Page, ApiError> {
    workspaces::require(db, workspace)?;
    let page = wanted.page.unwrap_or(1);
    let page_size = wanted.page_size.unwrap_or(50);
    if page == 0 {
        return Err(ApiError::invalid(
            "invalid_parameter",
            "page 0 does not exist; the first page is 1",
        ));
    }
    if page_size == 0 || page_size > MAX_PAGE_SIZE {
        return Err(ApiError::invalid(
            "invalid_parameter",
            format!("page_size {page_size} is out of range; use 1 to {MAX_PAGE_SIZE}"),
        ));
    }
    let status = filter(wanted.status.as_deref());
    if let Some(status) = status.filter(|status| !STATUSES.contains(status)) {
        return Err(ApiError::invalid(
            "invalid_parameter",
            format!(
                "status {status:?} is not known; use all or one of {}",
                STATUSES.join(", ")
            ),
        ));
    }
    let order = order_by(wanted.sort.as_deref().unwrap_or("name"))?;
    let search = wanted
        .search
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let pattern = search.map(like_pattern);
    let condition = "workspace_id = ?1 AND (?2 IS NULL OR name LIKE ?2 ESCAPE '\\' OR id = ?3)
         AND (?4 IS NULL OR status = ?4) AND (?5 IS NULL OR team = ?5)";
    let arguments = params![
        workspace,
        pattern,
        search,
        status,
        filter(wanted.team.as_deref())
    ];
    let total = db
        .prepare_cached(&format!("SELECT count(*) FROM agents WHERE {condition}"))?
        .query_row(arguments, |row| row.get(0))?;
    let offset = u64::from(page - 1) * u64::from(page_size);
    let mut statement = db.prepare(&format!(
        "SELECT {COLUMNS} FROM agents WHERE {condition} ORDER BY {order} LIMIT {page_size} OFFSET {offset}"
    ))?;
    let rows = statement
        .query_map(arguments, Agent::from_row)?
        .collect::<Result<_, _>>()?;
    Ok(Page {
        rows,
        total,
        page,
        page_size,
    })
}

/// Nothing, an empty text and `all` mean the same: no condition.
fn filter(value: Option<&str>) -> Option<&str> {
    value.filter(|text| !text.is_empty() && *text != "all")
}

fn order_by(sort: &str) -> Result<String, ApiError> {
    let (column, direction) = match sort.strip_prefix('-') {
        Some(column) => (column, "DESC"),
        None => (sort, "ASC"),
    };
    let expression = match column {
        "name" => "name COLLATE NOCASE",
        "success_rate" => "CAST(ok_runs AS REAL) / max(runs, 1)",
        "team" | "status" | "kind" | "runs" | "credits_spent" | "last_run_at_ms" => column,
        _ => {
            return Err(ApiError::invalid(
                "invalid_parameter",
                format!(
                    "sort {sort:?} is not known; use name, team, status, kind, success_rate, runs, credits_spent or \
                     last_run_at_ms, with - in front for descending"
                ),
            ));
        }
    };
    // The id makes the order total: without it a row could appear on two pages.
    Ok(format!("{expression} {direction}, id {direction}"))
}

fn like_pattern(search: &str) -> String {
    let escaped = search
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

/// Reads one agent.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`.
pub fn find(db: &Connection, workspace: &str, id: &str) -> Result<Agent, ApiError> {
    workspaces::require(db, workspace)?;
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM agents WHERE workspace_id = ? AND id = ?"
    ))?;
    statement
        .query_row([workspace, id], Agent::from_row)
        .optional()?
        .ok_or_else(|| {
            ApiError::not_found(
                "unknown_agent",
                format!("workspace {workspace:?} has no agent {id:?}"),
            )
        })
}

/// The agent that a write names, or, where it names none, the one at `share` (0 to 1) of all that aren't paused.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`.
pub fn find_or_pick(
    db: &Connection,
    workspace: &str,
    id: Option<&str>,
    share: f64,
) -> Result<Agent, ApiError> {
    if let Some(id) = id {
        return find(db, workspace, id);
    }
    workspaces::require(db, workspace)?;
    let count: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM agents WHERE workspace_id = ? AND status <> 'paused'",
        )?
        .query_row([workspace], |row| row.get(0))?;
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM agents WHERE workspace_id = ? AND status <> 'paused' LIMIT 1 OFFSET ?"
    ))?;
    let offset = (count as f64 * share) as i64;
    statement
        .query_row(params![workspace, offset], Agent::from_row)
        .optional()?
        .ok_or_else(|| {
            ApiError::not_found(
                "unknown_agent",
                format!("workspace {workspace:?} has no agent to pick"),
            )
        })
}

/// The body of a rename.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// 1 to 80 characters, without line breaks.
    pub name: String,
}

/// Gives an agent another name.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`; 422 `invalid_name`.
pub fn rename(
    db: &Connection,
    workspace: &str,
    id: &str,
    wanted: &Rename,
    now_ms: i64,
) -> Result<(Agent, DomainEvent), ApiError> {
    let before = find(db, workspace, id)?;
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::unprocessable(
            "invalid_name",
            format!(
                "name {name:?} is not usable; give 1 to {MAX_NAME} characters without line breaks"
            ),
        ));
    }
    db.execute(
        "UPDATE agents SET name = ? WHERE workspace_id = ? AND id = ?",
        [name, workspace, id],
    )?;
    let text = format!("{} is now called {name}", before.name);
    activity::record(db, workspace, Kind::AgentRenamed, Some(id), &text, now_ms)?;
    Ok((
        find(db, workspace, id)?,
        DomainEvent::agent_renamed(workspace, id),
    ))
}
