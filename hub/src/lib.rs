//! The server side of ferroquery's live protocol: tells browsers over Server-Sent Events what turned stale.
//!
//! A backend in Rust mounts [`Hub::router`] and calls [`Hub::publish`] after each commit:
//!
//! ```no_run
//! # async fn serve() -> std::io::Result<()> {
//! use ferroquery_hub::{Hub, HubConfig, Inv, Mode, Op};
//!
//! let hub = Hub::new(HubConfig::default());
//! let app = axum::Router::new().merge(hub.router());
//!
//! let ops = vec![Op::Tag { t: "workspace:ws1".into() }];
//! hub.publish(Inv { ops, mode: Mode::Refetch, src: None, spread_ms: None });
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # axum::serve(listener, app).await
//! # }
//! ```
//!
//! What a client can rely on: it applied everything that its subscriptions let through, in order, or it got a `reset`.
//! The order that ensures it: a connection takes its seat in the audience and notes the head of history under one lock.
//! What came before is replayed, what comes after is queued. A full queue takes the seat away and ends in `bye`, and a
//! cursor whose successors are no longer all in history ends in `reset`.

mod audience;
mod config;
mod connection;
mod cursor;
mod entry;
mod filter;
mod history;
mod hub;
mod join;
mod publish;
mod refusal;
mod stream;

pub use config::{HubConfig, PublishGuard};
pub use cursor::{Cursor, Position};
pub use ferroquery::engine::protocol::{Inv, Mode, Op};
pub use hub::{Hub, HubStats};
pub use refusal::Refusal;
