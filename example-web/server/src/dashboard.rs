//! The cards on top of the dashboard: a timeframe beside the one before it.

use rusqlite::Connection;
use serde::Serialize;

use crate::error::ApiError;
use crate::series::{Day, days, share};
use crate::timeframe::{Timeframe, day_of};
use crate::workspaces;

/// How to read a card's numbers.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Count,
    /// 0 to 1.
    Share,
    Credits,
    Ms,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Better {
    Up,
    Down,
}

/// One figure with its past.
#[derive(Serialize)]
struct Card {
    id: &'static str,
    label: &'static str,
    unit: Unit,
    /// Which way is an improvement.
    better: Better,
    value: f64,
    /// The same figure for the timeframe before.
    previous: f64,
    /// (value − previous) / previous; null where there was nothing before.
    delta: Option<f64>,
    /// One value for each day, oldest first.
    sparkline: Vec<f64>,
}

/// All cards of a workspace.
#[derive(Serialize)]
pub struct Dashboard {
    workspace_id: String,
    timeframe: String,
    /// Unix time, milliseconds.
    generated_at_ms: i64,
    cards: Vec<Card>,
}

/// Computes the cards.
///
/// # Errors
/// 404 `unknown_workspace`.
pub fn read(
    db: &Connection,
    workspace: &str,
    timeframe: Timeframe,
    now_ms: i64,
) -> Result<Dashboard, ApiError> {
    workspaces::require(db, workspace)?;
    let length = timeframe.days();
    let both = days(db, workspace, day_of(now_ms) + 1 - 2 * length, 2 * length)?;
    let (before, current) = both.split_at(both.len() / 2);
    let card = |id, label, unit, better, total: fn(&[Day]) -> f64, daily: fn(&Day) -> f64| {
        let (value, previous) = (total(current), total(before));
        Card {
            id,
            label,
            unit,
            better,
            value,
            previous,
            delta: (previous != 0.0).then(|| (value - previous) / previous),
            sparkline: current.iter().map(daily).collect(),
        }
    };
    let cards = vec![
        card(
            "runs",
            "Runs",
            Unit::Count,
            Better::Up,
            |days| sum(days, |day| day.runs),
            |day| day.runs as f64,
        ),
        card(
            "success_rate",
            "Success rate",
            Unit::Share,
            Better::Up,
            success_rate,
            |day| day.success_rate,
        ),
        card(
            "active_agents",
            "Active agents a day",
            Unit::Count,
            Better::Up,
            active_agents,
            |day| day.active_agents as f64,
        ),
        card(
            "credits_spent",
            "Credits spent",
            Unit::Credits,
            Better::Down,
            |days| sum(days, |day| day.credits),
            |day| day.credits as f64,
        ),
        card(
            "avg_duration_ms",
            "Average duration",
            Unit::Ms,
            Better::Down,
            avg_duration_ms,
            |day| day.avg_duration_ms,
        ),
    ];
    Ok(Dashboard {
        workspace_id: workspace.to_owned(),
        timeframe: timeframe.label(),
        generated_at_ms: now_ms,
        cards,
    })
}

fn sum(days: &[Day], value: fn(&Day) -> i64) -> f64 {
    days.iter().map(value).sum::<i64>() as f64
}

fn success_rate(days: &[Day]) -> f64 {
    share(
        days.iter().map(|day| day.ok_runs).sum(),
        days.iter().map(|day| day.runs).sum(),
    )
}

fn active_agents(days: &[Day]) -> f64 {
    share(
        days.iter().map(|day| day.active_agents).sum(),
        days.len() as i64,
    )
    .round()
}

fn avg_duration_ms(days: &[Day]) -> f64 {
    share(
        days.iter().map(|day| day.duration_ms).sum(),
        days.iter().map(|day| day.runs).sum(),
    )
}
