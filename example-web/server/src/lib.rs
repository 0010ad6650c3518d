//! The server of the example dashboard: an API over SQLite, and a hub that tells browsers what each write made stale.
//!
//! With the server running (`npm start`), leave the dashboard open and write from a terminal:
//!
//! ```sh
//! curl -X POST localhost:4173/api/runs/ws1 -H 'content-type: application/json' -d '{"agent_id":"a17"}'
//! curl -X PATCH localhost:4173/api/agents/ws1/a17 -H 'content-type: application/json' -d '{"name":"Night shift"}'
//! curl -X POST localhost:4173/api/credits/ws1 -H 'content-type: application/json' -d '{"amount":250}'
//! ```
//!
//! What browsers hear of it: `curl -N localhost:4173/inv/v1/stream`.

mod activity;
mod agent_detail;
mod agents;
mod app;
mod chance;
mod credits;
mod dashboard;
mod db;
mod error;
mod events;
mod flags;
mod generator;
mod page;
mod routes;
mod runs;
mod seed;
mod series;
mod serve;
mod timeframe;
mod workspaces;

pub use flags::{Flags, Switch};
pub use serve::Server;
