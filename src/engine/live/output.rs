//! What a live connection asks for.

use std::borrow::Cow;

use super::Status;
use crate::engine::protocol::{Mode, Op};

/// What the caller is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Ask for the token; the answer is for [`handle_token`](super::Live::handle_token).
    AskToken {
        /// The token of the last request was refused, or expires.
        refused: bool,
    },
    /// Note how far the queries have come: what was asked for by now may be older than the stream.
    Mark,
    /// Send the request.
    Connect {
        /// To be sent as `cursor` or `Last-Event-ID`.
        cursor: Option<String>,
        /// To be sent as `age_ms`: how far back to begin.
        age_ms: Option<u64>,
        /// Failures in a row before this attempt.
        attempt: u32,
    },
    /// Forget the token that is on its way; cancel the request or its body. Hand in nothing of them any more, not even their end.
    Abort,
    /// Hand an event on to the other tabs.
    Relay {
        /// As it goes over the wire, with its blank line.
        text: String,
        /// The position after it; empty if it has none.
        id: String,
    },
    /// Apply the operations.
    ApplyOps {
        /// None of them is [`Op::Unknown`].
        ops: Vec<Op>,
        /// What to do with what they hit.
        mode: Mode,
        /// The client whose own mutation caused them.
        src: Option<String>,
        /// Spread refetches over this time, in ms.
        spread_ms: f64,
    },
    /// Treat all of the scope as stale.
    ApplyReset {
        /// Globs over backend keys; `*` is everything.
        scope: Vec<String>,
        /// Spread refetches over this time, in ms.
        spread_ms: f64,
        /// The server's reason, or the client's own: `unknown-operation`, `unreadable`, `cursor-lost`.
        reason: Cow<'static, str>,
    },
    /// The first connection of all has come to its `sync`, and it had no cursor. What was asked for before the last
    /// [`Mark`](Self::Mark) may be older than the history that begins now, and no event will tell: treat it as stale.
    ApplyUnproven {
        /// History began earlier: only what was asked for before [`Live::begin`](super::Live::begin).
        from_start: bool,
    },
    /// Tell whoever watches.
    Status(Status),
}
