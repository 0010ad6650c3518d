//! The live protocol, version 1: what a hub says to its clients over Server-Sent Events, and what a publisher says to a
//! hub. Bodies are JSON; both sides share these types.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use op::{MAX_FIELDS, MAX_TEXT, Op, Subject, backend_key, scalar_text};

mod field;
mod float;
pub mod json;
mod op;
mod read;
mod usual;

/// The version that `hello` announces.
pub const VERSION: u64 = 1;
/// The most operations in one `inv`.
pub const MAX_OPS: usize = 4096;
/// The most globs in the scope of one `reset`; a longer scope is taken for `*`.
pub const MAX_SCOPE: usize = 1024;
/// The longest id, in bytes.
pub const MAX_ID: usize = 128;

/// One event of the stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The first event, without an id.
    Hello(Hello),
    /// Something is stale.
    Inv(Inv),
    /// All history has been replayed; what follows is live.
    Sync(Sync),
    /// History is lost for a scope.
    Reset(Reset),
    /// A heartbeat; its id is the current position.
    Hb,
    /// The server closes now.
    Bye(Bye),
}

/// How the server wants to be talked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hello {
    /// The protocol's version.
    pub v: u64,
    /// Names one run of history: ids of different epochs don't compare.
    pub epoch: String,
    /// Between two heartbeats, in ms.
    pub hb_ms: u64,
    /// The least delay before a reconnect, in ms.
    pub retry_ms: u64,
    /// Upper bound of what a client adds to that delay at random, in ms.
    pub jitter_ms: u64,
    /// When the token expires and the stream closes: seconds since the Unix epoch, as in a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
}

/// Operations that belong together: the body of `inv` and of a publication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Inv {
    /// What is stale; at most [`MAX_OPS`].
    pub ops: Vec<Op>,
    /// What to do about it.
    pub mode: Mode,
    /// The client whose own mutation caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src: Option<String>,
    /// Refetches are spread at random over so many ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread_ms: Option<u64>,
}

/// What happens to a query that an operation hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It turns stale, and is fetched again if somebody watches it.
    #[default]
    Refetch,
    /// It turns stale.
    Stale,
    /// It is reset if somebody watches it, and removed otherwise.
    Remove,
}

/// The end of a replay without loss.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sync {
    /// The number of events that were replayed.
    pub replayed: u64,
    /// For a start without cursor: all of the last so many ms was replayed, as the client asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_ms: Option<u64>,
}

/// History is lost for the scope: all of it is to be treated as stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reset {
    /// Why.
    pub reason: ResetReason,
    /// Globs; `["*"]` is everything, also keys that have no backend key.
    pub scope: Vec<String>,
    /// Refetches are spread at random over so many ms.
    pub spread_ms: u64,
}

/// Why history was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResetReason {
    /// The position is older than what is kept.
    Trimmed,
    /// The position belongs to another epoch.
    Epoch,
    /// The hub lost touch with what it mirrors.
    UpstreamLoss,
    /// What the hub mirrors was flushed.
    Flush,
    /// More would have to be replayed than the server allows.
    ReplayLimit,
    /// A reason that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// The server closes the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bye {
    /// Why.
    pub reason: ByeReason,
    /// The least delay before a reconnect, in ms.
    pub delay_ms: u64,
    /// Upper bound of what a client adds to that delay at random, in ms.
    pub jitter_ms: u64,
}

/// Why the server closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ByeReason {
    /// It shuts down or rotates its connections.
    Drain,
    /// The client did not read fast enough.
    Slow,
    /// The token expired.
    Exp,
    /// A reason that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Why a body was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// The body is not JSON; where it stops to be.
    NotJson(String),
    /// A field is missing, of another type or out of bounds.
    Malformed {
        /// The operation's place in `ops`, if the field is one of an operation.
        op: Option<usize>,
        /// The field.
        field: &'static str,
        /// What would have been right.
        expected: &'static str,
    },
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProtocolError::NotJson(message) => write!(f, "the body is not JSON: {message}"),
            ProtocolError::Malformed {
                op: Some(at),
                field,
                expected,
            } => {
                write!(f, "ops[{at}].{field}: expected {expected}")
            }
            ProtocolError::Malformed {
                op: None,
                field,
                expected,
            } => write!(f, "{field}: expected {expected}"),
        }
    }
}

impl std::error::Error for ProtocolError {}

impl ProtocolError {
    /// As the error of the operation at this place.
    fn of_op(self, at: usize) -> Self {
        match self {
            ProtocolError::Malformed {
                field, expected, ..
            } => ProtocolError::Malformed {
                op: Some(at),
                field,
                expected,
            },
            not_json @ ProtocolError::NotJson(_) => not_json,
        }
    }
}

fn malformed(field: &'static str, expected: &'static str) -> ProtocolError {
    ProtocolError::Malformed {
        op: None,
        field,
        expected,
    }
}

/// Whether a text may be an id: 1 to [`MAX_ID`] of `A-Z a-z 0-9 . -`.
pub fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

impl TryFrom<Value> for Inv {
    type Error = ProtocolError;

    fn try_from(body: Value) -> Result<Inv, ProtocolError> {
        Inv::parse(&body.to_string())
    }
}

impl Message {
    /// The event's name.
    pub fn event(&self) -> &'static str {
        match self {
            Message::Hello(_) => "hello",
            Message::Inv(_) => "inv",
            Message::Sync(_) => "sync",
            Message::Reset(_) => "reset",
            Message::Hb => "hb",
            Message::Bye(_) => "bye",
        }
    }

    /// The event's body as JSON, without a line break.
    pub fn body(&self) -> String {
        let body = match self {
            Message::Hello(body) => serde_json::to_string(body),
            Message::Inv(body) => serde_json::to_string(body),
            Message::Sync(body) => serde_json::to_string(body),
            Message::Reset(body) => serde_json::to_string(body),
            Message::Hb => return "{}".into(),
            Message::Bye(body) => serde_json::to_string(body),
        };
        // Keys are strings and writing to memory succeeds.
        body.unwrap_or_default()
    }

    /// The event as it goes over the wire, with the blank line that ends it. The id must satisfy [`is_id`].
    pub fn frame(&self, id: Option<&str>) -> String {
        let mut frame = String::new();
        for (field, value) in [
            ("event: ", Some(self.event())),
            ("id: ", id),
            ("data: ", Some(&*self.body())),
        ] {
            if let Some(value) = value {
                frame.push_str(field);
                frame.push_str(value);
                frame.push('\n');
            }
        }
        frame.push('\n');
        frame
    }
}

impl Reset {
    /// A reset of everything.
    pub fn everything(reason: ResetReason, spread_ms: u64) -> Reset {
        Reset {
            reason,
            scope: vec!["*".into()],
            spread_ms,
        }
    }
}

impl ResetReason {
    /// The reason as the protocol writes it.
    pub fn as_str(&self) -> &str {
        match self {
            ResetReason::Trimmed => "trimmed",
            ResetReason::Epoch => "epoch",
            ResetReason::UpstreamLoss => "upstream-loss",
            ResetReason::Flush => "flush",
            ResetReason::ReplayLimit => "replay-limit",
            ResetReason::Other(reason) => reason,
        }
    }
}

impl ByeReason {
    /// The reason as the protocol writes it.
    pub fn as_str(&self) -> &str {
        match self {
            ByeReason::Drain => "drain",
            ByeReason::Slow => "slow",
            ByeReason::Exp => "exp",
            ByeReason::Other(reason) => reason,
        }
    }
}
