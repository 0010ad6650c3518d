//! The data a fresh database starts with: the same rows for the same seed, size and day.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, params};

use crate::timeframe::{DAY_MS, day_of, now_ms};

/// Teams in every workspace.
pub const TEAMS: [&str; 8] = [
    "Billing",
    "Catalog",
    "Customer care",
    "Data",
    "Fulfilment",
    "Marketing",
    "Pricing",
    "Risk",
];

/// Twice the longest timeframe: each one is compared with the one before it.
const HISTORY_DAYS: i64 = 180;
const RUNS_PER_AGENT: i64 = 3;
const WORKSPACES: [(&str, &str, i64); 3] = [
    ("ws1", "Retail", 4_000_000),
    ("ws2", "Logistics", 2_500_000),
    ("ws3", "Research", 6_000_000),
];
const KINDS: [&str; 4] = ["batch", "stream", "webhook", "schedule"];
const SUBJECTS: [&str; 16] = [
    "Invoice", "Order", "Refund", "Parcel", "Stock", "Price", "Lead", "Ticket", "Contract",
    "Shipment", "Review", "Payment", "Forecast", "Survey", "Supplier", "Route",
];
const DUTIES: [&str; 12] = [
    "matcher", "checker", "planner", "watcher", "router", "sorter", "reporter", "importer",
    "auditor", "scorer", "tagger", "notifier",
];

/// A name such as "Invoice matcher 17".
pub fn agent_name(rng: &mut ChaCha8Rng, number: u32) -> String {
    let subject = SUBJECTS[rng.random_range(0..SUBJECTS.len())];
    let duty = DUTIES[rng.random_range(0..DUTIES.len())];
    format!("{subject} {duty} {number}")
}

/// Fills empty tables.
///
/// # Errors
/// Whatever SQLite says.
pub fn fill(db: &Connection, agents_per_workspace: u32, seed: u64) -> rusqlite::Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let now = now_ms();
    for (id, name, credit_limit) in WORKSPACES {
        db.execute(
            "INSERT INTO workspaces VALUES (?, ?, ?, 0)",
            params![id, name, credit_limit],
        )?;
        fill_days(db, &mut rng, id, agents_per_workspace, day_of(now))?;
        fill_agents(db, &mut rng, id, agents_per_workspace, now)?;
        db.execute(
            "UPDATE workspaces SET credits_spent =
               (SELECT sum(credits) FROM daily WHERE workspace_id = ?1 AND day > ?2) WHERE id = ?1",
            params![id, day_of(now) - 30],
        )?;
    }
    fill_activity(db)
}

/// Days grow slowly towards today, dip at weekends and differ by team.
fn fill_days(
    db: &Connection,
    rng: &mut ChaCha8Rng,
    workspace: &str,
    agents: u32,
    today: i64,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO daily VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
    let per_team = f64::from(agents) / TEAMS.len() as f64;
    let weights = TEAMS.map(|_| rng.random_range(0.6..1.4));
    for day in today - HISTORY_DAYS + 1..=today {
        // 1970-01-01 was a Thursday, so day 2 and day 3 of the epoch made the first weekend.
        let weekend = matches!(day.rem_euclid(7), 2 | 3);
        let growth = 0.75 + 0.25 * (day - today + HISTORY_DAYS) as f64 / HISTORY_DAYS as f64;
        for (team, weight) in TEAMS.iter().zip(weights) {
            let share = growth * weight * if weekend { 0.55 } else { 1.0 };
            let active = (per_team * (0.5 * share * rng.random_range(0.9..1.1)).min(1.0)).round();
            let runs = (active * rng.random_range(2.6..3.4)).round();
            let ok_runs = (runs * rng.random_range(0.90..0.985)).round();
            let duration_ms = runs * rng.random_range(1_400.0..2_600.0);
            let credits = (runs * rng.random_range(2.0..3.2)).round();
            insert.execute(params![
                workspace,
                day,
                team,
                runs as i64,
                ok_runs as i64,
                duration_ms as i64,
                credits as i64,
                active as i64
            ])?;
        }
    }
    Ok(())
}

fn fill_agents(
    db: &Connection,
    rng: &mut ChaCha8Rng,
    workspace: &str,
    agents: u32,
    now: i64,
) -> rusqlite::Result<()> {
    let mut insert = db.prepare("INSERT INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    let mut insert_run = db.prepare(
        "INSERT INTO runs (workspace_id, agent_id, status, duration_ms, credits, finished_at_ms)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    for number in 1..=agents {
        let id = format!("a{number}");
        let status = match rng.random_range(0..100) {
            0..70 => "active",
            70..85 => "idle",
            85..95 => "paused",
            _ => "failing",
        };
        let runs: i64 = rng.random_range(40..2_000);
        let ok_share = if status == "failing" {
            rng.random_range(0.4..0.8)
        } else {
            rng.random_range(0.86..1.0)
        };
        let name = agent_name(rng, number);
        let team = TEAMS[rng.random_range(0..TEAMS.len())];
        let kind = KINDS[rng.random_range(0..KINDS.len())];
        let credits = runs * rng.random_range(2..5);
        let last_run = now - rng.random_range(60_000..20 * DAY_MS);
        insert.execute(params![
            workspace,
            id,
            name,
            team,
            status,
            kind,
            runs,
            (runs as f64 * ok_share) as i64,
            credits,
            last_run
        ])?;
        for back in 0..RUNS_PER_AGENT {
            let failed = if back == 0 {
                status == "failing"
            } else {
                rng.random_bool(0.06)
            };
            insert_run.execute(params![
                workspace,
                id,
                if failed { "failed" } else { "ok" },
                rng.random_range(300..6_000),
                rng.random_range(1..6),
                last_run - back * DAY_MS / 3
            ])?;
        }
    }
    Ok(())
}

/// The feed starts with the latest runs of each workspace, oldest first so that ids grow with time.
fn fill_activity(db: &Connection) -> rusqlite::Result<()> {
    for (workspace, _, _) in WORKSPACES {
        db.execute(
            "INSERT INTO activity (workspace_id, kind, agent_id, text, at_ms)
             SELECT workspace_id, kind, agent_id, text, at_ms FROM (
               SELECT r.workspace_id, iif(r.status = 'ok', 'run_completed', 'run_failed') AS kind, r.agent_id,
                 a.name || iif(r.status = 'ok', ' completed a run', ' failed a run') AS text, r.finished_at_ms AS at_ms
               FROM runs r JOIN agents a ON a.workspace_id = r.workspace_id AND a.id = r.agent_id
               WHERE r.workspace_id = ? ORDER BY r.finished_at_ms DESC LIMIT 100
             ) ORDER BY at_ms",
            [workspace],
        )?;
    }
    Ok(())
}
