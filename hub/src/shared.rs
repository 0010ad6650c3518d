//! What all of a hub works on: its history and its audience, and how an event passes from the one to the other.

use std::sync::Arc;
use std::time::Duration;

use ferroquery::engine::protocol::{Inv, Reset, ResetReason};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::audience::Audience;
use crate::config::HubConfig;
use crate::content::Content;
use crate::cursor::{Epoch, Head, Place, Position};
use crate::entry::Entry;
use crate::history::History;
use crate::join::{Joiner, Offer};
use crate::metrics::{Metrics, Reason};
use crate::outbox::Outbox;
use crate::upstream::Upstream;

pub(crate) struct Shared {
    pub(crate) config: HubConfig,
    /// `None`: history is in memory.
    pub(crate) upstream: Option<Box<dyn Upstream>>,
    pub(crate) metrics: Metrics,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) state: Mutex<State>,
    /// Something is held for the end of the join window.
    pub(crate) held: Arc<Notify>,
    /// Set once: over which time the connections are to close.
    pub(crate) drain: watch::Sender<Option<Duration>>,
    /// Connections whose stream hasn't ended, with or without a seat.
    pub(crate) open: watch::Sender<usize>,
}

pub(crate) struct State {
    pub(crate) epoch: Epoch,
    pub(crate) head: Head,
    pub(crate) delivered: Position,
    pub(crate) history: History,
    pub(crate) joiner: Joiner,
    pub(crate) audience: Audience,
}

impl Shared {
    /// Adds an event to the history in memory, together with what else comes within the join window; its position.
    pub(crate) fn append_joined(&self, inv: Inv) -> Position {
        let mut state = self.state.lock();
        let next = state.history.head() + 1;
        match state.joiner.offer(inv, Instant::now()) {
            Offer::Now(inv) => {
                self.append(&mut state, Content::of(inv));
                next
            }
            Offer::Held(place) => {
                self.held.notify_one();
                next + place as Position
            }
            Offer::Full(place) => {
                drop(state);
                self.publish_held(true);
                next + place as Position
            }
        }
    }

    /// Where history stands, provided that `is_drained` says that a connection has taken all it was sent so far.
    pub(crate) fn position_if(&self, is_drained: impl FnOnce() -> bool) -> Option<Head> {
        // Events are queued under this lock, so none can slip in between the question and the answer.
        let state = self.state.lock();
        is_drained().then(|| state.head.clone())
    }

    /// Adds an event to the history in memory, as it is.
    pub(crate) fn publish_content(&self, content: Content) {
        match content {
            Content::Inv { inv, .. } => {
                self.append_joined(inv);
            }
            Content::Reset(_) => {
                // What is held came earlier.
                self.publish_held(true);
                self.append(&mut self.state.lock(), content);
            }
        }
    }

    pub(crate) fn publish_held(&self, force: bool) {
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
