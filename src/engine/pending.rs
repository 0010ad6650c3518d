//! Decisions that JavaScript asks for, and those among them that wait for an answer.

use super::fetch::Environment;
use super::observer::{Options, Setting};
use super::query::FetchStatus;

/// Which queries a filter lets pass, as far as scalars tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// `Some(true)`: only active, `Some(false)`: only inactive.
    pub active: Option<bool>,
    /// Only stale, or only fresh.
    pub stale: Option<bool>,
    /// Only with this fetch status.
    pub fetch_status: Option<FetchStatus>,
}

/// A decision that may need functions of the user. `now` in ms of `Date.now()`.
#[allow(missing_docs, reason = "the fields are what their names and types say")]
#[derive(Debug)]
pub enum Decision {
    /// The flags of a result: 1 stale, 2 enabled, 4 fetched since the given counts, 8 ever fetched.
    Result {
        query: u32,
        options: Options,
        observer: Option<u32>,
        data_count: f64,
        error_count: f64,
        now: f64,
    },
    /// Whether mounting fetches; `counted`: the mount is real, count a hit or a miss.
    OnMount {
        query: u32,
        options: Options,
        counted: bool,
        now: f64,
    },
    /// Whether changed options fetch.
    OnChange {
        query: u32,
        options: Options,
        moved: bool,
        previous: Options,
        now: f64,
    },
    /// Whether focus (or else a reconnect) fetches.
    OnWake {
        query: u32,
        options: Options,
        focus: bool,
        now: f64,
    },
    /// Whether the query is watched by somebody who may fetch.
    Active(u32),
    /// Whether nothing would fetch the query by itself.
    Disabled(u32),
    /// Whether somebody takes the data for final.
    Static(u32),
    /// Sets an observer's timers anew.
    Timers {
        observer: u32,
        now: f64,
        server: bool,
    },
    /// Sets those timers of an observer anew that its changed options concern.
    Retime {
        observer: u32,
        moved: bool,
        previous: Options,
        now: f64,
        server: bool,
    },
    /// What a failed try leads to: 0 gives up, 1 sleeps and tries again, 2 nobody asked.
    Failed {
        query: u32,
        generation: u32,
        retry: Setting<f64>,
        delay: Setting<f64>,
        environment: Environment,
    },
    /// The same of a mutation's run.
    RunFailed {
        run: u32,
        retry: Setting<f64>,
        delay: Setting<f64>,
        environment: Environment,
    },
    /// Reduces a selection to what a filter lets pass; its length.
    Select { list: Vec<u32>, filter: Filter },
}

/// A decision that waits for an answer.
#[derive(Debug)]
pub struct PendingDecision {
    pub(super) decision: Decision,
    pub(super) answers: Vec<f64>,
}
