//! What can be set about a hub, with its defaults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;

use crate::authorize::Authorize;
use crate::refusal::Refusal;
use crate::rules::RuleBook;

/// Decides, by a request's method, address and headers, whether it may publish. It runs before the body is read.
pub type PublishGuard = Arc<dyn Fn(&Parts) -> Result<(), Refusal> + Send + Sync>;

/// Settings of a [`crate::Hub`]. Every bound is a real one: what goes beyond it ends in a `reset`, a `bye` or a refusal,
/// never in silence.
#[derive(Clone)]
pub struct HubConfig {
    /// How many `inv` events can be replayed. Default 16,384.
    pub history_events: usize,
    /// How many bytes of `inv` events, as sent, are kept for replay. Default 8 MiB.
    pub history_bytes: usize,
    /// A client that missed more events than this is reset instead of replayed to. Default 4,096.
    pub replay_limit: usize,
    /// Events that may wait for one connection to take them. Default 256.
    pub queue_events: usize,
    /// Identical operations within this time become one. Zero joins nothing. Default 50 ms.
    pub join_window: Duration,
    /// Silence after which a heartbeat is sent. Default 15 s.
    pub heartbeat: Duration,
    /// A connection is closed at a random time within the last fifth of this. Default 30 min.
    pub lifetime: Duration,
    /// How long a client waits before it connects again, at least. Default 500 ms.
    pub retry: Duration,
    /// The random time a client adds to `retry`, at most. Default 1 s.
    pub jitter: Duration,
    /// What the backend can stand from all clients together: refetches, and reconnects during a drain, are spread so
    /// that no more than this many clients start within a second. Default 500.
    pub clients_per_second: u32,
    /// The longest time over which clients are spread. Default 30 s.
    pub max_spread: Duration,
    /// Connections at a time; one more gets 503. Default 10,000.
    pub max_connections: usize,
    /// The largest body of a publish, in bytes. Default 64 KiB.
    pub max_publish_bytes: usize,
    /// Who may publish over HTTP. `None`, the default: nobody; only [`crate::Hub::publish`] does. Not asked if there is
    /// an `authorize`.
    pub publish_guard: Option<PublishGuard>,
    /// Who may hear and publish what. `None`, the default: everybody hears everything.
    pub authorize: Option<Arc<dyn Authorize>>,
    /// What published events invalidate, so that clients need no rules of their own. Default: none.
    pub rules: Arc<RuleBook>,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            history_events: 16_384,
            history_bytes: 8 * 1024 * 1024,
            replay_limit: 4_096,
            queue_events: 256,
            join_window: Duration::from_millis(50),
            heartbeat: Duration::from_secs(15),
            lifetime: Duration::from_secs(30 * 60),
            retry: Duration::from_millis(500),
            jitter: Duration::from_secs(1),
            clients_per_second: 500,
            max_spread: Duration::from_secs(30),
            max_connections: 10_000,
            max_publish_bytes: 64 * 1024,
            publish_guard: None,
            authorize: None,
            rules: Arc::default(),
        }
    }
}

impl HubConfig {
    /// The time over which `clients` are spread. One client alone has nobody to get out of the way of.
    pub(crate) fn spread(&self, clients: usize) -> Duration {
        let others = clients.saturating_sub(1) as f64;
        let seconds = others / f64::from(self.clients_per_second.max(1));
        Duration::from_secs_f64(seconds.min(self.max_spread.as_secs_f64()))
    }
}

impl fmt::Debug for HubConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubConfig")
            .field("history_events", &self.history_events)
            .field("history_bytes", &self.history_bytes)
            .field("replay_limit", &self.replay_limit)
            .field("queue_events", &self.queue_events)
            .field("join_window", &self.join_window)
            .field("heartbeat", &self.heartbeat)
            .field("lifetime", &self.lifetime)
            .field("retry", &self.retry)
            .field("jitter", &self.jitter)
            .field("clients_per_second", &self.clients_per_second)
            .field("max_spread", &self.max_spread)
            .field("max_connections", &self.max_connections)
            .field("max_publish_bytes", &self.max_publish_bytes)
            .field("publish_guard", &self.publish_guard.is_some())
            .field("authorize", &self.authorize.is_some())
            .field("rules", &self.rules)
            .finish()
    }
}
