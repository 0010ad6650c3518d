//! Joins what is published shortly after each other.
//!
//! After a quiet time the first event goes out at once and opens a window. What follows is held until the window ends;
//! an operation that is already held is not held twice, and operations of a kind travel in one event, so that a burst
//! costs each connection one place in its queue. Dropping an operation because it went out a moment ago would be wrong:
//! a browser may have refetched before the second commit.

use std::collections::HashMap;
use std::time::Duration;

use ferroquery::engine::protocol::{Inv, Mode, Op};
use tokio::time::Instant;

use crate::{content::Content, cursor::Head};

/// Held events at which the window ends early.
const MAX_HELD: usize = 32;
/// Operations of one event are gathered up to this many.
const MAX_OPS: usize = 256;
/// Operations of one event are gathered up to this many bytes of text.
const MAX_BYTES: usize = 32 * 1024;

pub(crate) struct Joiner {
    window: Duration,
    until: Option<Instant>,
    held: Vec<Held>,
    /// Where in `held` an operation waits.
    places: HashMap<String, usize>,
}

struct Held {
    inv: Inv,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) enum Offer {
    /// Publish it now; the window is open.
    Now(Inv),
    /// It will be published with the n-th (from 0) of the held events.
    Held(usize),
    /// As `Held`, and the window should end now.
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

    pub(crate) fn offer(&mut self, inv: Inv, now: Instant) -> Offer {
        if self.held.is_empty() && self.until.is_none_or(|until| now >= until) {
            self.until = Some(now + self.window);
            return Offer::Now(inv);
        }
        let Inv {
            ops,
            mode,
            src,
            spread_ms,
        } = inv;
        let mut last = 0;
        for op in ops {
            let identity = identity(&op, mode, src.as_deref());
            let place = match self.places.get(&identity) {
                Some(place) => *place,
                None => {
                    let place = self.place_for(mode, src.as_deref(), identity.len());
                    self.held[place].inv.ops.push(op);
                    self.held[place].bytes += identity.len();
                    self.places.insert(identity, place);
                    place
                }
            };
            let held = &mut self.held[place].inv;
            held.spread_ms = held.spread_ms.max(spread_ms);
            last = last.max(place);
        }
        if self.held.len() >= MAX_HELD {
            Offer::Full(last)
        } else {
            Offer::Held(last)
        }
    }

    /// Only the last event takes more in: an older one would let an operation overtake those in between.
    fn place_for(&mut self, mode: Mode, src: Option<&str>, bytes: usize) -> usize {
        let fits = self.held.last().is_some_and(|held| {
            held.inv.mode == mode
                && held.inv.src.as_deref() == src
                && held.inv.ops.len() < MAX_OPS
                && held.bytes + bytes <= MAX_BYTES
        });
        if !fits {
            let inv = Inv {
                ops: Vec::new(),
                mode,
                src: src.map(str::to_owned),
                spread_ms: None,
            };
            self.held.push(Held { inv, bytes: 0 });
        }
        self.held.len() - 1
    }

    /// Ends the window if it is over, or at once with `force`. What was held goes out, and a new window opens.
    pub(crate) fn take_due(&mut self, now: Instant, force: bool) -> Vec<Inv> {
        if self.held.is_empty() || !(force || self.until.is_none_or(|until| now >= until)) {
            return Vec::new();
        }
        self.until = Some(now + self.window);
        self.places.clear();
        self.held.drain(..).map(|held| held.inv).collect()
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

/// Joins what was read at once: neighbours of a kind become one event, at the place of the last of them.
pub(crate) fn gather(events: Vec<(Head, Content)>) -> Vec<(Head, Content)> {
    let mut gathered: Vec<(Head, Content)> = Vec::new();
    for (head, content) in events {
        if let Some((last_head, last)) = gathered.last_mut()
            && last.absorb(&content, MAX_OPS)
        {
            *last_head = head;
        } else {
            gathered.push((head, content));
        }
    }
    gathered
}

/// What has to be equal for two operations to be one: `src` too, since it decides whether a client skips it.
fn identity(op: &Op, mode: Mode, src: Option<&str>) -> String {
    serde_json::to_string(&(op, mode, src))
        .expect("keys are strings and writing to memory succeeds")
}
