//! What a live connection is started with.

use crate::engine::sse::MAX_EVENT;

/// What is known before the first connect. All times in ms.
#[derive(Clone, Debug)]
pub struct Config {
    /// The position at which the data was loaded that is cached already; `None` for a start with nothing.
    pub cursor: Option<String>,
    /// After the first failure the delay is drawn from `[0, base_ms]`, and from twice as much after each further one.
    pub base_ms: f64,
    /// The longest range of that draw.
    pub cap_ms: f64,
    /// How long to wait for the token, and then for the answer's status.
    pub answer_ms: u64,
    /// Heartbeats expected until `hello` says otherwise.
    pub heartbeat_ms: u64,
    /// Refetches after a reset of the client's own are spread over this time.
    pub spread_ms: u64,
    /// The most bytes of one event.
    pub event_bytes: usize,
    /// Whether each request carries a token that is asked for.
    pub asks_token: bool,
    /// Whether other tabs want to hear what comes.
    pub relays: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            cursor: None,
            base_ms: 1_000.0,
            cap_ms: 30_000.0,
            answer_ms: 30_000,
            heartbeat_ms: 15_000,
            spread_ms: 5_000,
            event_bytes: MAX_EVENT,
            asks_token: false,
            relays: false,
        }
    }
}
