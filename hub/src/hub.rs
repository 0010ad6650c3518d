//! The hub: takes publications in, keeps their history, passes them on.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ferroquery::engine::protocol::{Inv, Op, Reset, ResetReason};
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::audience::Audience;
use crate::config::HubConfig;
use crate::cursor::{Cursor, Epoch, Head, Place, Position};
use crate::entry::{Content, Entry};
use crate::history::History;
use crate::join::{Joiner, Offer};
use crate::metrics::{Metrics, Reason};
use crate::outbox::{self, Outbox};
use crate::refusal::Refusal;
use crate::upstream::{Upstream, UpstreamError};
use crate::{publish, stream};

/// How long a drain waits for connections that don't take their `bye`.
const DRAIN_GRACE: Duration = Duration::from_secs(3);
/// How long a newcomer waits for a shared history to answer.
pub(crate) const UPSTREAM_PATIENCE: Duration = Duration::from_secs(5);

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

pub(crate) struct Shared {
    pub(crate) config: HubConfig,
    /// `None`: history is in memory.
    pub(crate) upstream: Option<Box<dyn Upstream>>,
    pub(crate) metrics: Metrics,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) state: Mutex<State>,
    /// Something is held for the end of the join window.
    held: Arc<Notify>,
    /// Set once: over which time the connections are to close.
    pub(crate) drain: watch::Sender<Option<Duration>>,
    /// Connections whose stream hasn't ended, with or without a seat.
    pub(crate) open: watch::Sender<usize>,
}

pub(crate) struct State {
    pub(crate) epoch: Epoch,
    pub(crate) head: Head,
    delivered: Position,
    pub(crate) history: History,
    joiner: Joiner,
    pub(crate) audience: Audience,
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
        tokio::spawn(outbox::run(Arc::downgrade(&hub.shared)));
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
        self.append_joined(inv)
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
                let position = self.append_joined(inv);
                Ok(self.shared.state.lock().epoch.cursor(position))
            }
            Some(upstream) => timeout(UPSTREAM_PATIENCE, upstream.write(&Content::of(inv)))
                .await
                .map_err(|_| UpstreamError("no answer in time".into()))
                .flatten()
                .map_err(|error| out_of_reach(&error)),
        }
    }

    fn append_joined(&self, inv: Inv) -> Position {
        let mut state = self.shared.state.lock();
        let next = state.history.head() + 1;
        match state.joiner.offer(inv, Instant::now()) {
            Offer::Now(inv) => {
                self.shared.append(&mut state, Content::of(inv));
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
        self.shared.state.lock().head.cursor.clone()
    }

    /// `GET /inv/v1/stream` and `POST /inv/v1/publish`, to be merged into an application's router.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/inv/v1/stream", axum::routing::get(stream::open))
            .route("/inv/v1/publish", axum::routing::post(publish::publish))
            .with_state(self.clone())
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

    pub(crate) fn config(&self) -> &HubConfig {
        &self.shared.config
    }

    pub(crate) fn watch_drain(&self) -> watch::Receiver<Option<Duration>> {
        self.shared.drain.subscribe()
    }

    /// Where history stands, provided that `is_drained` says that the connection has taken all it was sent so far.
    pub(crate) fn position_if(&self, is_drained: impl FnOnce() -> bool) -> Option<Head> {
        // Events are queued under this lock, so none can slip in between the question and the answer.
        let state = self.shared.state.lock();
        is_drained().then(|| state.head.clone())
    }
}

impl Shared {
    /// Adds an event to the history in memory, as it is.
    pub(crate) fn publish_content(self: &Arc<Self>, content: Content) {
        match content {
            Content::Inv { inv, .. } => {
                let shared = Arc::clone(self);
                Hub { shared }.append_joined(inv);
            }
            Content::Reset(_) => {
                // What is held came earlier.
                self.publish_held(true);
                self.append(&mut self.state.lock(), content);
            }
        }
    }

    fn publish_held(&self, force: bool) {
        let mut state = self.state.lock();
        for inv in state.joiner.take_due(Instant::now(), force) {
            self.append(&mut state, Content::of(inv));
        }
        // Something may have been held since this task was woken.
        if state.joiner.due().is_some() {
            self.held.notify_one();
        }
    }

    fn append(&self, state: &mut State, content: Content) {
        let position = state.history.head() + 1;
        let place = Place {
            major: position,
            ..state.head.place
        };
        let head = Head {
            place,
            cursor: state.epoch.cursor(position),
        };
        let entry = Arc::new(self.pass_on(state, head, content));
        state.history.push(entry);
    }

    /// Passes on what was added to the shared history, in order.
    pub(crate) fn deliver(&self, events: Vec<(Head, Content)>) {
        let mut state = self.state.lock();
        for (head, content) in events {
            self.pass_on(&mut state, head, content);
        }
    }

    /// Takes note that the shared history was lost: what comes has no connection to what was passed on before.
    pub(crate) fn lose(&self, reason: ResetReason, epoch: Epoch, mut head: Head) {
        let mut state = self.state.lock();
        head.place.era = state.head.place.era + 1;
        state.epoch = epoch;
        let spread_ms = self.config.spread(*self.open.borrow()).as_millis() as u64;
        let reset = Reset::everything(reason, spread_ms);
        self.pass_on(&mut state, head, Content::Reset(reset));
    }

    /// The era in which the next events are passed on.
    pub(crate) fn era(&self) -> u32 {
        self.state.lock().head.place.era
    }

    fn pass_on(&self, state: &mut State, head: Head, mut content: Content) -> Entry {
        let mut concerned = state.audience.concerned(&content);
        let spread_ms = self.config.spread(concerned.size).as_millis() as u64;
        content.spread_over(spread_ms);
        concerned.spread_over(spread_ms);
        match &content {
            Content::Inv { inv, .. } => {
                self.metrics.published.inc();
                self.metrics.operations.inc_by(inv.ops.len() as u64);
            }
            Content::Reset(reset) => {
                let reason = reset.reason.as_str().to_owned();
                self.metrics.resets.get_or_create(&Reason { reason }).inc();
            }
        }
        let entry = Entry::new(head.clone(), content);
        let (sent, slow) = state
            .audience
            .send(concerned, head.place, |passing| entry.frame(passing));
        self.metrics.queued.inc_by(sent as u64);
        if slow > 0 {
            tracing::debug!(slow, "connections had no room left and lose their seats");
        }
        state.head = head;
        state.delivered += 1;
        entry
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.held.notify_one();
        self.outbox.wake();
    }
}

pub(crate) fn out_of_reach(error: &UpstreamError) -> Refusal {
    tracing::warn!(%error, "the shared history is out of reach");
    Refusal::unavailable(
        "history_out_of_reach",
        "this server can't reach its history: try again",
        2,
    )
}
