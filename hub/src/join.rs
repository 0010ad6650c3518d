//! Joins identical operations that come shortly after each other.
//!
//! After a quiet time the first event goes out at once and opens a window; what follows is held until the window ends,
//! and an operation that is already held is not held twice. Dropping an operation because it went out a moment ago
//! would be wrong: a browser may have refetched before the second commit.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ferroquery::engine::protocol::{Inv, Mode, Op};

/// Held events at which the window ends early.
const MAX_HELD: usize = 1_024;

pub(crate) struct Joiner {
    window: Duration,
    until: Option<Instant>,
    held: Vec<Inv>,
    /// Where in `held` an operation waits.
    places: HashMap<String, usize>,
}

#[derive(Debug)]
pub(crate) enum Offer {
    /// Publish it now; the window is open.
    Now(Inv),
    /// It will be published as the n-th (from 0) of the held events, or has been joined into that one.
    Held(usize),
    /// As `Held`, and nothing more fits.
    Full(usize),
}

impl Joiner {
    pub(crate) fn new(window: Duration) -> Self {
        Self {
            window,
            until: None,
            held: Vec::new(),
            places: HashMap::new(),
        }
    }

    pub(crate) fn offer(&mut self, mut inv: Inv, now: Instant) -> Offer {
        if self.held.is_empty() && self.until.is_none_or(|until| now >= until) {
            self.until = Some(now + self.window);
            return Offer::Now(inv);
        }
        let next = self.held.len();
        // Joined operations may wait in several events: the last of them is when all have been told.
        let mut last = 0;
        inv.ops.retain(|op| {
            let place = *self
                .places
                .entry(identity(op, inv.mode, inv.src.as_deref()))
                .or_insert(next);
            last = last.max(place);
            place == next
        });
        // An operation that the event itself repeats has `place == next` as well; that costs bytes, not truth.
        if !inv.ops.is_empty() {
            self.held.push(inv);
        }
        if self.held.len() >= MAX_HELD {
            Offer::Full(last)
        } else {
            Offer::Held(last)
        }
    }

    /// Ends the window if it is over, or at once with `force`. What was held goes out, and a new window opens.
    pub(crate) fn take_due(&mut self, now: Instant, force: bool) -> Vec<Inv> {
        if self.held.is_empty() || !(force || self.until.is_none_or(|until| now >= until)) {
            return Vec::new();
        }
        self.until = Some(now + self.window);
        self.places.clear();
        std::mem::take(&mut self.held)
    }

    /// When the held events are due; `None` if nothing is held.
    pub(crate) fn due(&self) -> Option<Instant> {
        if self.held.is_empty() {
            None
        } else {
            self.until
        }
    }
}

/// What has to be equal for two operations to be one: `src` too, since it decides whether a client skips it.
fn identity(op: &Op, mode: Mode, src: Option<&str>) -> String {
    serde_json::to_string(&(op, mode, src))
        .expect("keys are strings and writing to memory succeeds")
}
