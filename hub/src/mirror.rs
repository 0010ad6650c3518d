//! Follows the invalidations of a backend's own cache in Redis, so that a backend that deletes `exec:dashboard:ws123:*`
//! also refreshes browsers, with no change to it.
//!
//! Redis tells and forgets: whatever was not heard, because a connection broke, because nobody listened while one hub
//! took over from another, or because the cache was flushed, becomes a reset of the mirrored keys.

mod follow;
mod heard;
mod prefixes;
mod present;
mod told;

use std::sync::{Arc, Weak};
use std::time::Duration;

use ferroquery::engine::protocol::{Inv, Mode, Op, Reset, ResetReason};
use tokio::time::sleep;

use crate::content::Content;
use crate::hub::Hub;
use crate::shared::Shared;
use crate::streams::Link;
use crate::upstream::UpstreamError;

pub(crate) use follow::Source;
pub(crate) use prefixes::Prefixes;
use told::Told;

/// Between two tries to become the one that mirrors, or to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// One hub's part in mirroring.
pub(crate) struct Mirror {
    link: Link,
    prefixes: Prefixes,
    sources: Vec<Source>,
    on: On,
    hub: Weak<Shared>,
    /// This hub's name in elections.
    name: String,
}

/// What counts as news of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// All but its first value.
    Changed,
    /// That it is gone: deleted, expired, evicted. Only keyspace notifications say so.
    Deleted,
    /// Whatever happens to it.
    Any,
}

/// Why mirroring ended for now.
enum Ended {
    /// The hub is gone.
    Over,
    /// Another one mirrors.
    Deposed,
    /// What is mirrored, or the history, is out of reach.
    Lost(UpstreamError),
}

impl Mirror {
    /// Mirrors, as long as the hub lives, keys of the Redis at `url`. With a history in Redis, one of all hubs does it.
    /// `sources` are tried in this order.
    pub(crate) fn start(
        url: &str,
        prefixes: Prefixes,
        sources: Vec<Source>,
        on: On,
        hub: &Hub,
    ) -> Result<(), UpstreamError> {
        let mirror = Self {
            link: Link::new(url)?,
            prefixes,
            sources,
            on,
            hub: Arc::downgrade(hub.shared()),
            name: format!("{:016x}", rand::random::<u64>()),
        };
        tokio::spawn(mirror.run());
        Ok(())
    }

    async fn run(self) {
        let mut told = Told::default();
        loop {
            let ended = match self.is_elected().await {
                Ok(true) => {
                    let ended = self.lead(&mut told).await;
                    if let Some(hub) = self.hub.upgrade() {
                        hub.metrics.mirror_leads.set(0);
                        hub.metrics.mirror_knows.set(0);
                    }
                    ended
                }
                Ok(false) => Ended::Deposed,
                Err(ended) => ended,
            };
            match ended {
                Ended::Over => return,
                Ended::Deposed => {}
                Ended::Lost(error) if told.is_news(&format_args!("interrupted: {error}")) => {
                    tracing::warn!(%error, "the mirror is interrupted, trying twice a second");
                }
                Ended::Lost(_) => {}
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether this hub is the one; asking also keeps it so. A history in memory is nobody else's.
    async fn is_elected(&self) -> Result<bool, Ended> {
        let hub = self.hub.upgrade().ok_or(Ended::Over)?;
        match &hub.upstream {
            None => Ok(true),
            Some(upstream) => upstream.campaign(&self.name).await.map_err(Ended::Lost),
        }
    }

    async fn lead(&self, told: &mut Told) -> Ended {
        let mut refused = None;
        for source in &self.sources {
            match self.follow(*source).await {
                Ok(ended) => return ended,
                Err(error) => {
                    if told.is_news(&error) {
                        tracing::warn!(%error, ?source, "this way of mirroring is refused");
                    }
                    refused = Some(error);
                }
            }
        }
        refused.map_or(Ended::Over, Ended::Lost)
    }

    /// Publishes that these keys have changed.
    async fn tell(&self, keys: &[Vec<u8>]) -> Result<(), Ended> {
        let mut ops: Vec<Op> = Vec::new();
        for op in keys.iter().filter_map(|key| self.prefixes.op(key)) {
            if !ops.contains(&op) {
                ops.push(op);
            }
        }
        if ops.is_empty() {
            return Ok(());
        }
        let hub = self.hub.upgrade().ok_or(Ended::Over)?;
        hub.metrics.mirrored.inc_by(ops.len() as u64);
        let content = Content::of(Inv {
            ops,
            mode: Mode::Refetch,
            src: None,
            spread_ms: None,
        });
        self.publish(content).await
    }

    fn reset(&self, reason: ResetReason) -> Content {
        Content::Reset(Reset {
            reason,
            scope: self.prefixes.scope(),
            spread_ms: 0,
        })
    }

    async fn publish(&self, content: Content) -> Result<(), Ended> {
        let hub = self.hub.upgrade().ok_or(Ended::Over)?;
        let Some(upstream) = &hub.upstream else {
            hub.publish_content(content);
            return Ok(());
        };
        match upstream.write_as(&self.name, &content).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Ended::Deposed),
            Err(error) => Err(Ended::Lost(error)),
        }
    }
}
