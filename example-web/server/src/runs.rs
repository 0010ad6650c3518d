//! Runs: an agent did its work once.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::activity::{self, Kind};
use crate::agents;
use crate::chance::Chance;
use crate::error::ApiError;
use crate::events::DomainEvent;
use crate::timeframe::{DAY_MS, day_of};

/// Single runs are kept up to this many; days keep their sums.
const KEEP: i64 = 200_000;

/// How a run ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It did what it should.
    Ok,
    /// It gave up.
    Failed,
}

impl RunStatus {
    fn as_str(self) -> &'static str {
        match self {
            RunStatus::Ok => "ok",
            RunStatus::Failed => "failed",
        }
    }
}

/// One run.
#[derive(Debug, Serialize)]
pub struct Run {
    id: i64,
    agent_id: String,
    status: String,
    duration_ms: i64,
    /// Whole units.
    credits: i64,
    /// Unix time, milliseconds.
    finished_at_ms: i64,
}

/// The body of a completed run. What is left out is picked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteRun {
    /// Any agent that isn't paused, if left out.
    pub agent_id: Option<String>,
    /// Mostly `ok`, if left out.
    pub status: Option<RunStatus>,
}

/// The newest runs of an agent.
///
/// # Errors
/// A failing database.
pub fn latest(
    db: &Connection,
    workspace: &str,
    agent: &str,
    limit: u32,
) -> Result<Vec<Run>, ApiError> {
    let mut statement = db.prepare_cached(
        "SELECT id, agent_id, status, duration_ms, credits, finished_at_ms FROM runs
         WHERE workspace_id = ? AND agent_id = ? ORDER BY finished_at_ms DESC, id DESC LIMIT ?",
    )?;
    let rows = statement.query_map(params![workspace, agent, limit], |row| {
        Ok(Run {
            id: row.get(0)?,
            agent_id: row.get(1)?,
            status: row.get(2)?,
            duration_ms: row.get(3)?,
            credits: row.get(4)?,
            finished_at_ms: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records a run that just ended and adds it to every sum it belongs to.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`.
pub fn complete(
    db: &Connection,
    workspace: &str,
    wanted: &CompleteRun,
    chance: &mut Chance,
    now_ms: i64,
) -> Result<(Run, DomainEvent), ApiError> {
    let agent = agents::find_or_pick(db, workspace, wanted.agent_id.as_deref(), chance.share())?;
    let status = wanted.status.unwrap_or(if chance.happens(0.94) {
        RunStatus::Ok
    } else {
        RunStatus::Failed
    });
    let ok = i64::from(status == RunStatus::Ok);
    let duration_ms = chance.between(300, 6_000);
    let credits = chance.between(1, 6);
    let day = day_of(now_ms);
    let first_today: bool = db.query_row(
        "SELECT last_run_at_ms < ? FROM agents WHERE workspace_id = ? AND id = ?",
        params![day * DAY_MS, workspace, agent.id],
        |row| row.get(0),
    )?;

    db.execute(
        "INSERT INTO runs (workspace_id, agent_id, status, duration_ms, credits, finished_at_ms)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            workspace,
            agent.id,
            status.as_str(),
            duration_ms,
            credits,
            now_ms
        ],
    )?;
    let id = db.last_insert_rowid();
    db.execute("DELETE FROM runs WHERE id <= ?", [id - KEEP])?;
    db.execute(
        "UPDATE agents SET runs = runs + 1, ok_runs = ok_runs + ?1, credits_spent = credits_spent + ?2,
           last_run_at_ms = ?3, status = iif(?1, 'active', 'failing') WHERE workspace_id = ?4 AND id = ?5",
        params![ok, credits, now_ms, workspace, agent.id],
    )?;
    db.execute(
        "INSERT INTO daily VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET runs = runs + 1,
           ok_runs = ok_runs + ?4, duration_ms = duration_ms + ?5, credits = credits + ?6,
           active_agents = active_agents + ?7",
        params![workspace, day, agent.team, ok, duration_ms, credits, i64::from(first_today)],
    )?;
    db.execute(
        "UPDATE workspaces SET credits_spent = credits_spent + ? WHERE id = ?",
        params![credits, workspace],
    )?;
    let (kind, verb) = match status {
        RunStatus::Ok => (Kind::RunCompleted, "completed"),
        RunStatus::Failed => (Kind::RunFailed, "failed"),
    };
    activity::record(
        db,
        workspace,
        kind,
        Some(&agent.id),
        &format!("{} {verb} a run", agent.name),
        now_ms,
    )?;

    let event = DomainEvent::run_completed(workspace, &agent.id);
    let status = status.as_str().to_owned();
    Ok((
        Run {
            id,
            agent_id: agent.id,
            status,
            duration_ms,
            credits,
            finished_at_ms: now_ms,
        },
        event,
    ))
}
