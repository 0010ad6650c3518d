//! Credits: what an agent's work costs beyond its runs.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::activity::{self, Kind};
use crate::agents;
use crate::chance::Chance;
use crate::error::ApiError;
use crate::events::DomainEvent;
use crate::timeframe::day_of;

/// The most that one request may spend, in whole units.
const MAX_AMOUNT: i64 = 100_000;

/// The body of an expense.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spend {
    /// 1 to 100,000 whole units.
    pub amount: i64,
    /// Any agent that isn't paused, if left out.
    pub agent_id: Option<String>,
}

/// An expense that was booked.
#[derive(Debug, Serialize)]
pub struct Spent {
    agent_id: String,
    amount: i64,
    /// What the workspace has spent in all, in whole units.
    credits_spent: i64,
}

/// Books an expense on today.
///
/// # Errors
/// 404 `unknown_workspace` or `unknown_agent`; 422 `invalid_amount`.
pub fn spend(
    db: &Connection,
    workspace: &str,
    wanted: &Spend,
    chance: &mut Chance,
    now_ms: i64,
) -> Result<(Spent, DomainEvent), ApiError> {
    let agent = agents::find_or_pick(db, workspace, wanted.agent_id.as_deref(), chance.share())?;
    let amount = wanted.amount;
    if !(1..=MAX_AMOUNT).contains(&amount) {
        return Err(ApiError::unprocessable(
            "invalid_amount",
            format!("amount {amount} is out of range; use 1 to {MAX_AMOUNT}"),
        ));
    }
    db.execute(
        "UPDATE agents SET credits_spent = credits_spent + ? WHERE workspace_id = ? AND id = ?",
        params![amount, workspace, agent.id],
    )?;
    db.execute(
        "INSERT INTO daily (workspace_id, day, team, credits) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET credits = credits + ?4",
        params![workspace, day_of(now_ms), agent.team, amount],
    )?;
    let credits_spent = db.query_row(
        "UPDATE workspaces SET credits_spent = credits_spent + ? WHERE id = ? RETURNING credits_spent",
        params![amount, workspace],
        |row| row.get(0),
    )?;
    let text = format!("{} spent {amount} credits", agent.name);
    activity::record(
        db,
        workspace,
        Kind::CreditsSpent,
        Some(&agent.id),
        &text,
        now_ms,
    )?;
    let event = DomainEvent::credits_spent(workspace, &agent.id);
    Ok((
        Spent {
            agent_id: agent.id,
            amount,
            credits_spent,
        },
        event,
    ))
}
