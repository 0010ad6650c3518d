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

// A backend that mounts the hub leaves a few things to the server.
#![cfg_attr(not(feature = "server"), allow(dead_code))]

mod attach;
mod audience;
mod authorize;
mod booking;
#[cfg(feature = "server")]
mod cli;
mod config;
mod connection;
mod content;
mod cursor;
mod entry;
mod expiry;
mod filter;
mod flush;
mod globs;
mod history;
mod hub;
mod join;
#[cfg(feature = "server")]
mod limits;
mod metrics;
#[cfg(feature = "server")]
mod mirror;
mod outbox;
mod publish;
mod refusal;
mod routes;
mod rules;
mod shared;
mod stream;
#[cfg(feature = "server")]
mod streams;
#[cfg(feature = "server")]
mod tokens;
#[cfg(feature = "server")]
mod trust;
mod upstream;

pub use authorize::{Authorize, BoxFuture, Grant, Purpose};
pub use config::{HubConfig, PublishGuard};
pub use cursor::{Cursor, Position};
pub use ferroquery::engine::protocol::{Inv, Mode, Op};
pub use globs::{Globs, GlobsError};
pub use hub::{Hub, HubStats};
pub use refusal::Refusal;
pub use rules::{RuleBook, RuleBookError};
#[cfg(feature = "server")]
pub use {
    cli::main,
    streams::{Streams, StreamsConfig, StreamsError},
    tokens::{Keys, KeysError, Tokens},
};
