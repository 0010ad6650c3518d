//! What a live connection tells about itself.

use std::borrow::Cow;
use std::fmt;

/// Where a live connection stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// A request is on its way.
    Connecting,
    /// The server answered; what was missed comes in.
    Replaying,
    /// All that was missed has come in.
    Live,
    /// Not connected; the next attempt comes by itself.
    Waiting {
        /// Why.
        reason: Reason,
        /// How long, in ms. A wake-up may cut it short.
        delay_ms: f64,
    },
    /// Not connected, and no attempt follows unless [`connect`](super::Live::connect) is called.
    Stopped(Reason),
    /// Closed by [`close`](super::Live::close).
    Closed,
}

impl Status {
    /// The status in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Connecting => "connecting",
            Status::Replaying => "replaying",
            Status::Live => "live",
            Status::Waiting { .. } => "waiting",
            Status::Stopped(_) => "stopped",
            Status::Closed => "closed",
        }
    }

    /// Why it is not connected.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Status::Waiting { reason, .. } | Status::Stopped(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Why a connection ended or never came to be. Its text says what to do where something can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The server ended the stream without a `bye`.
    Closed,
    /// The request or the stream failed below HTTP.
    Network(String),
    /// No answer within so many ms.
    NoAnswer(u64),
    /// Nothing heard for two heartbeats, of so many ms each.
    Silent(u64),
    /// There is no token; the cause.
    Token(String),
    /// No token within so many ms.
    NoToken(u64),
    /// The page is put away.
    Suspended,
    /// The tab that holds the connection has lost it.
    Elsewhere,
    /// An HTTP status other than 200.
    Http(u16),
    /// An answer of another content type.
    NotAStream(String),
    /// `hello` can't be read or announces another version.
    Hello(String),
    /// An event is too big.
    Overflow(String),
    /// The server said `bye`, and why.
    Bye(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Cow<'static, str> = match self {
            Reason::Closed => "the server closed the stream".into(),
            Reason::Network(cause) => format!("the connection failed: {cause}").into(),
            Reason::NoAnswer(ms) => format!("the server did not answer within {ms} ms").into(),
            Reason::Silent(ms) => format!("nothing heard for two heartbeats of {ms} ms: does a proxy buffer the stream?").into(),
            Reason::Token(cause) => format!("there is no token: {cause}").into(),
            Reason::NoToken(ms) => {
                format!("the token function gave nothing within {ms} ms").into()
            }
            Reason::Suspended => "the page is put away".into(),
            Reason::Elsewhere => "the tab that holds the connection has lost it".into(),
            Reason::Http(204) => "the server has nothing to stream (204)".into(),
            Reason::Http(401) => "the server wants another token (401)".into(),
            Reason::Http(403) => "the server refuses this client (403): check its claims and subscriptions".into(),
            Reason::Http(404) => "there is no stream at this address (404): check `url`".into(),
            Reason::Http(429) => "the server has too many clients (429)".into(),
            Reason::Http(status) => format!("the server answered with status {status}").into(),
            Reason::NotAStream(kind) if kind.is_empty() => {
                "the answer has no content type, expected text/event-stream: check `url`".into()
            }
            Reason::NotAStream(kind) => {
                format!("the answer is {kind}, expected text/event-stream: check `url`, and that no proxy or fallback page answers it").into()
            }
            Reason::Hello(cause) => format!("the server's `hello` can't be used: {cause}").into(),
            Reason::Overflow(cause) => cause.clone().into(),
            Reason::Bye(reason) => format!("the server said bye: {reason}").into(),
        };
        f.write_str(&text)
    }
}
