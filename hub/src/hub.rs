//! The hub: takes publications in, keeps their history, passes them on.

use std::sync::Arc;
use std::time::Duration;

use ferroquery::engine::protocol::{Inv, Op};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep_until, timeout};

use crate::audience::Audience;
use crate::config::HubConfig;
use crate::content::Content;
use crate::cursor::{Cursor, Epoch, Head, Place, Position};
use crate::flush::flush;
use crate::history::History;
use crate::join::Joiner;
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use crate::shared::{Shared, State};
use crate::upstream::{PATIENCE, Upstream, UpstreamError, out_of_reach};

/// How long a drain waits for connections that don't take their `bye`.
const DRAIN_GRACE: Duration = Duration::from_secs(3);
/// A hub; clones share it. Made by [`Hub::new`], its history lives in memory: a restart begins a new epoch, and every
/// client that comes back is reset.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

/// Counts of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HubStats {
    /// This run of the history.
    pub epoch: String,
    /// Events published, or passed on from a shared history.
    pub position: Position,
    /// Events in memory that can be replayed.
    pub history_events: usize,
    /// About the memory they take, in bytes.
    pub history_bytes: usize,
    /// Open connections.
    pub connections: usize,
}

impl Hub {
    /// Starts a hub with a new epoch.
    ///
    /// # Panics
    /// Outside of a Tokio runtime: the end of a join window needs its timer.
    pub fn new(config: HubConfig) -> Self {
        let epoch = Epoch::random();
        let head = Head {
            place: Place::default(),
            cursor: epoch.cursor(0),
        };
        Self::start(config, None, epoch, head)
    }

    /// A hub whose history is elsewhere; what is added there comes back through [`Shared::deliver`].
    pub(crate) fn over(
        config: HubConfig,
        upstream: Box<dyn Upstream>,
        epoch: Epoch,
        head: Head,
    ) -> Self {
        let hub = Self::start(config, Some(upstream), epoch, head);
        tokio::spawn(flush(Arc::downgrade(&hub.shared)));
        hub
    }

    fn start(
        config: HubConfig,
        upstream: Option<Box<dyn Upstream>>,
        epoch: Epoch,
        head: Head,
    ) -> Self {
        let state = State {
            epoch,
            head,
            delivered: 0,
            history: History::new(config.history_events, config.history_bytes),
            joiner: Joiner::new(config.join_window),
            audience: Audience::default(),
        };
        let held = Arc::new(Notify::new());
        let shared = Arc::new(Shared {
            config,
            upstream,
            metrics: Metrics::new(),
            outbox: Arc::default(),
            state: Mutex::new(state),
            held: Arc::clone(&held),
            drain: watch::Sender::new(None),
            open: watch::Sender::new(0),
        });
        // The task must not keep the hub alive: it ends when the last handle wakes it and is gone.
        let weak = Arc::downgrade(&shared);
        tokio::spawn(async move {
            loop {
                held.notified().await;
                let Some(due) = weak
                    .upgrade()
                    .map(|shared| shared.state.lock().joiner.due())
                else {
                    return;
                };
                let Some(due) = due else { continue };
                sleep_until(due).await;
                let Some(shared) = weak.upgrade() else { return };
                shared.publish_held(false);
            }
        });
        Self { shared }
    }

    /// Tells every client that subscribed to it. Call this after the change is committed: whoever refetches on it must
    /// find the new data. Works from any thread and doesn't block on clients.
    ///
    /// Returns the position at which the last of the operations is in history; within the join window of an earlier
    /// event that is a position soon to come. Without operations nothing happens. An event whose rule can't be followed
    /// resets everything, since what it hits is not known.
    ///
    /// With a history in Redis, the event is written in the background, again and again until Redis takes it, and the
    /// position says nothing; [`Hub::publish_confirmed`] waits.
    pub fn publish(&self, mut inv: Inv) -> Position {
        if inv.ops.is_empty() {
            return self.shared.state.lock().history.head();
        }
        if let Err(error) = self.shared.config.rules.apply(&mut inv) {
            tracing::error!(%error, "a published event can't be expanded, resetting everything");
            inv.ops.push(Op::Prefix { key: Vec::new() });
        }
        if self.shared.upstream.is_some() {
            self.shared.outbox.push(Content::of(inv));
            return 0;
        }
        self.shared.append_joined(inv)
    }

    /// As [`Hub::publish`], but waits until the event is in history, and tells its id.
    ///
    /// # Errors
    /// A rule that can't be followed, or a history out of reach.
    pub async fn publish_confirmed(&self, mut inv: Inv) -> Result<Cursor, Refusal> {
        if inv.ops.is_empty() {
            return Ok(self.cursor());
        }
        self.shared.config.rules.apply(&mut inv).map_err(|error| {
            Refusal::new(
                axum::http::StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_event",
                error.to_string(),
            )
        })?;
        match &self.shared.upstream {
            None => {
                let position = self.shared.append_joined(inv);
                Ok(self.shared.state.lock().epoch.cursor(position))
            }
            Some(upstream) => timeout(PATIENCE, upstream.write(&Content::of(inv)))
                .await
                .map_err(|_| UpstreamError("no answer in time".into()))
                .flatten()
                .map_err(|error| out_of_reach(&error)),
        }
    }

    /// Where history stands. A page rendered on the server takes this before it loads its data, and hands it to the
    /// browser as its first cursor.
    pub fn cursor(&self) -> Cursor {
        self.shared.state.lock().head.cursor.clone()
    }

    /// What this hub counts, in the text format of OpenMetrics, which Prometheus reads.
    pub fn metrics(&self) -> String {
        self.shared.metrics.text()
    }

    /// Whether it takes newcomers: it is not draining, and its history is in reach.
    pub fn is_ready(&self) -> bool {
        self.shared.drain.borrow().is_none() && self.shared.metrics.upstream_up.get() == 1
    }

    /// Sends away all clients, spread over a time that grows with their number, and refuses new ones. Returns when all
    /// are gone, or shortly after the last was told.
    pub async fn drain(&self) {
        self.shared.publish_held(true);
        let mut open = self.shared.open.subscribe();
        let window = self.shared.config.spread(*open.borrow());
        self.shared.drain.send_replace(Some(window));
        // An error would mean that the sender is gone, which `self` holds.
        let _ = timeout(window + DRAIN_GRACE, open.wait_for(|open| *open == 0)).await;
    }

    /// Counts of the moment.
    pub fn stats(&self) -> HubStats {
        let state = self.shared.state.lock();
        HubStats {
            epoch: state.epoch.as_str().to_owned(),
            position: state.delivered,
            history_events: state.history.len(),
            history_bytes: state.history.bytes(),
            connections: *self.shared.open.borrow(),
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}
