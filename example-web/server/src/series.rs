//! What happened on each day.

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::error::ApiError;
use crate::timeframe::{Timeframe, day_of};
use crate::workspaces;

/// One day of a workspace, all teams together.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// ISO date, UTC.
    day: String,
    pub(crate) runs: i64,
    pub(crate) ok_runs: i64,
    failed_runs: i64,
    /// 0 to 1.
    pub(crate) success_rate: f64,
    /// Whole units.
    pub(crate) credits: i64,
    /// Milliseconds for a run.
    pub(crate) avg_duration_ms: f64,
    pub(crate) duration_ms: i64,
    /// Agents with at least one run on that day.
    pub(crate) active_agents: i64,
}

/// The days of a timeframe, oldest first; the last one is today.
#[derive(Serialize)]
pub struct Series {
    workspace_id: String,
    timeframe: String,
    points: Vec<Day>,
}

/// The series of a workspace.
///
/// # Errors
/// 404 `unknown_workspace`.
pub fn read(
    db: &Connection,
    workspace: &str,
    timeframe: Timeframe,
    now_ms: i64,
) -> Result<Series, ApiError> {
    workspaces::require(db, workspace)?;
    let points = days(
        db,
        workspace,
        day_of(now_ms) - timeframe.days() + 1,
        timeframe.days(),
    )?;
    Ok(Series {
        workspace_id: workspace.to_owned(),
        timeframe: timeframe.label(),
        points,
    })
}

/// `count` days from `first_day`; a day on which nothing happened is a row of zeros, so that charts have no holes.
///
/// # Errors
/// A failing database.
pub fn days(
    db: &Connection,
    workspace: &str,
    first_day: i64,
    count: i64,
) -> Result<Vec<Day>, ApiError> {
    let mut statement = db.prepare_cached(
        "WITH RECURSIVE days(day) AS (SELECT ?2 UNION ALL SELECT day + 1 FROM days WHERE day + 1 < ?2 + ?3)
         SELECT date(days.day * 86400, 'unixepoch'), coalesce(sum(runs), 0), coalesce(sum(ok_runs), 0),
           coalesce(sum(credits), 0), coalesce(sum(duration_ms), 0), coalesce(sum(active_agents), 0)
         FROM days LEFT JOIN daily ON daily.workspace_id = ?1 AND daily.day = days.day
         GROUP BY days.day ORDER BY days.day",
    )?;
    let rows = statement.query_map(params![workspace, first_day, count], |row| {
        let (runs, ok_runs, duration_ms): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(4)?);
        Ok(Day {
            day: row.get(0)?,
            runs,
            ok_runs,
            failed_runs: runs - ok_runs,
            success_rate: share(ok_runs, runs),
            credits: row.get(3)?,
            avg_duration_ms: share(duration_ms, runs),
            duration_ms,
            active_agents: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// `part / whole`, 0 where there is no whole.
pub fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
