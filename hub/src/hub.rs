//! The hub: takes publications in, keeps their history, passes them on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ferroquery::engine::protocol::{Hello, Inv, Reset, ResetReason, Subject, VERSION};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

use crate::audience::{Audience, Seat};
use crate::config::HubConfig;
use crate::connection::{Connection, Opening, Replay};
use crate::cursor::{Cursor, Epoch, Position};
use crate::entry::Entry;
use crate::filter::Filter;
use crate::history::{History, Missed};
use crate::join::{Joiner, Offer};
use crate::refusal::Refusal;
use crate::{publish, stream};

/// How long a drain waits for connections that don't take their `bye`.
const DRAIN_GRACE: Duration = Duration::from_secs(3);

/// A hub; clones share it. History and connections live in memory, so a restart begins a new epoch, and every client
/// that comes back is reset.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

/// Counts of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HubStats {
    /// This run of the hub.
    pub epoch: String,
    /// Events published.
    pub position: Position,
    /// Events that can be replayed.
    pub history_events: usize,
    /// About the memory they take, in bytes.
    pub history_bytes: usize,
    /// Open connections.
    pub connections: usize,
}

struct Shared {
    config: HubConfig,
    epoch: Epoch,
    state: Mutex<State>,
    /// Something is held for the end of the join window.
    held: Arc<Notify>,
    /// Set once: over which time the connections are to close.
    drain: watch::Sender<Option<Duration>>,
    /// Connections whose stream hasn't ended, with or without a seat.
    open: watch::Sender<usize>,
}

struct State {
    history: History,
    joiner: Joiner,
    audience: Audience,
}

impl Hub {
    /// Starts a hub with a new epoch.
    ///
    /// # Panics
    /// Outside of a Tokio runtime: the end of a join window needs its timer.
    pub fn new(config: HubConfig) -> Self {
        let state = State {
            history: History::new(config.history_events, config.history_bytes),
            joiner: Joiner::new(config.join_window),
            audience: Audience::default(),
        };
        let held = Arc::new(Notify::new());
        let shared = Arc::new(Shared {
            config,
            epoch: Epoch::random(),
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
    /// event that is a position soon to come. Without operations nothing happens.
    pub fn publish(&self, inv: Inv) -> Position {
        let mut state = self.shared.state.lock();
        if inv.ops.is_empty() {
            return state.history.head();
        }
        let next = state.history.head() + 1;
        match state.joiner.offer(inv, Instant::now()) {
            Offer::Now(inv) => {
                self.shared.append(&mut state, inv);
                next
            }
            Offer::Held(place) => {
                self.shared.held.notify_one();
                next + place as Position
            }
            Offer::Full(place) => {
                drop(state);
                self.shared.publish_held(true);
                next + place as Position
            }
        }
    }

    /// Where history stands. A page rendered on the server takes this before it loads its data, and hands it to the
    /// browser as its first cursor.
    pub fn cursor(&self) -> Cursor {
        self.shared
            .epoch
            .cursor(self.shared.state.lock().history.head())
    }

    /// `GET /inv/v1/stream` and `POST /inv/v1/publish`, to be merged into an application's router.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/inv/v1/stream", axum::routing::get(stream::open))
            .route("/inv/v1/publish", axum::routing::post(publish::publish))
            .with_state(self.clone())
    }

    /// Sends away all clients, spread over a time that grows with their number, and refuses new ones. Returns when all
    /// are gone, or shortly after the last was told.
    pub async fn drain(&self) {
        self.shared.publish_held(true);
        let mut open = self.shared.open.subscribe();
        let window = self.shared.config.spread(*open.borrow());
        self.shared.drain.send_replace(Some(window));
        // An error would mean that the sender is gone, which `self` holds.
        let _ = tokio::time::timeout(window + DRAIN_GRACE, open.wait_for(|open| *open == 0)).await;
    }

    /// Counts of the moment.
    pub fn stats(&self) -> HubStats {
        let state = self.shared.state.lock();
        HubStats {
            epoch: self.shared.epoch.as_str().to_owned(),
            position: state.history.head(),
            history_events: state.history.len(),
            history_bytes: state.history.bytes(),
            connections: *self.shared.open.borrow(),
        }
    }

    pub(crate) fn config(&self) -> &HubConfig {
        &self.shared.config
    }

    pub(crate) fn epoch(&self) -> &Epoch {
        &self.shared.epoch
    }

    pub(crate) fn watch_drain(&self) -> watch::Receiver<Option<Duration>> {
        self.shared.drain.subscribe()
    }

    /// Takes a connection in: from one moment on it is live, and what it missed before that moment is replayed or reset.
    pub(crate) fn attach(
        &self,
        filter: Filter,
        cursor: Option<&Cursor>,
    ) -> Result<Connection, Refusal> {
        let Shared { config, epoch, .. } = &*self.shared;
        if self.shared.drain.borrow().is_some() {
            return Err(Refusal::unavailable(
                "draining",
                "this server is going away: connect again",
                1,
            ));
        }
        let mut state = self.shared.state.lock();
        let open = *self.shared.open.borrow();
        if open >= config.max_connections {
            let message = format!(
                "all {} connections are taken: try again later",
                config.max_connections
            );
            return Err(Refusal::unavailable("too_many_connections", message, 5));
        }
        let bound = state.history.head();
        let spread_ms = config.spread(open + 1).as_millis() as u64;
        let lost = |reason| Replay::Reset(Reset::everything(reason, spread_ms));
        let replay = match cursor.map(|cursor| cursor.position_in(epoch)) {
            None => Replay::Entries(VecDeque::new()),
            Some(None) => lost(ResetReason::Epoch),
            Some(Some(position)) => match state.history.missed_since(position, config.replay_limit)
            {
                Missed::Entries(entries) => Replay::Entries(entries.into()),
                Missed::Trimmed => lost(ResetReason::Trimmed),
                Missed::TooMany => lost(ResetReason::ReplayLimit),
                // No hub of this epoch has issued it.
                Missed::Ahead => lost(ResetReason::Epoch),
            },
        };
        let hello = Hello {
            v: VERSION,
            epoch: epoch.as_str().to_owned(),
            hb_ms: config.heartbeat.as_millis() as u64,
            retry_ms: config.retry.as_millis() as u64,
            jitter_ms: config.jitter.as_millis() as u64,
            exp: None,
        };
        let (seat, filter, queue) = state.audience.join(filter, config.queue_events);
        self.shared.open.send_modify(|open| *open += 1);
        drop(state);
        Ok(Connection::new(
            self.clone(),
            seat,
            filter,
            queue,
            Opening {
                hello,
                replay,
                bound,
            },
        ))
    }

    /// Ends a connection's claim to further events.
    pub(crate) fn leave(&self, seat: &Seat) {
        self.shared.state.lock().audience.leave(seat);
    }

    /// Counts a connection's stream as ended.
    pub(crate) fn count_closed(&self) {
        self.shared.open.send_modify(|open| *open -= 1);
    }

    /// Where history stands, provided that `is_drained` says that the connection has taken all it was sent so far.
    pub(crate) fn position_if(&self, is_drained: impl FnOnce() -> bool) -> Option<Cursor> {
        // Events are queued under this lock, so none can slip in between the question and the answer.
        let state = self.shared.state.lock();
        is_drained().then(|| self.shared.epoch.cursor(state.history.head()))
    }
}

impl Shared {
    fn publish_held(&self, force: bool) {
        let mut state = self.state.lock();
        for inv in state.joiner.take_due(Instant::now(), force) {
            self.append(&mut state, inv);
        }
        // Something may have been held since this task was woken.
        if state.joiner.due().is_some() {
            self.held.notify_one();
        }
    }

    fn append(&self, state: &mut State, mut inv: Inv) {
        let subjects: Vec<Subject> = inv.ops.iter().map(|op| op.subject()).collect();
        let concerned = state.audience.concerned(&subjects);
        let spread_ms = self.config.spread(concerned.size).as_millis() as u64;
        // A publisher may know better how much its data costs, but only upwards.
        inv.spread_ms = inv.spread_ms.max((spread_ms > 0).then_some(spread_ms));
        let entry = Arc::new(Entry::new(state.history.head() + 1, inv, subjects));
        state.history.push(Arc::clone(&entry));
        state
            .audience
            .send(concerned, |passing| entry.frame(&self.epoch, passing));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.held.notify_one();
    }
}
