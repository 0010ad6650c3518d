//! What waits to be written to a history that several hubs share, when its publisher doesn't wait for it.

use std::collections::VecDeque;
use std::sync::Weak;
use std::time::Duration;

use ferroquery::engine::protocol::{Reset, ResetReason};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::entry::Content;
use crate::hub::Shared;

/// Events that may wait; with one more, all give way to a reset of everything.
const MAX_WAITING: usize = 1_024;
/// Between two tries, while the history is out of reach.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(crate) struct Outbox {
    waiting: Mutex<VecDeque<Content>>,
    wake: Notify,
}

impl Outbox {
    pub(crate) fn push(&self, content: Content) {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= MAX_WAITING {
            waiting.clear();
            let reset = Reset::everything(ResetReason::UpstreamLoss, 0);
            waiting.push_back(Content::Reset(reset));
        } else {
            waiting.push_back(content);
        }
        self.wake.notify_one();
    }

    /// Ends the task below when the hub is gone.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Writes what waits, in order, until the hub is gone.
pub(crate) async fn run(hub: Weak<Shared>) {
    while let Some(shared) = hub.upgrade() {
        let next = shared.outbox.waiting.lock().pop_front();
        let Some(content) = next else {
            // Without the hub, so that waiting doesn't keep it alive.
            let waiting = std::sync::Arc::clone(&shared.outbox);
            drop(shared);
            waiting.wake.notified().await;
            continue;
        };
        while let Some(upstream) = &shared.upstream
            && let Err(error) = upstream.write(&content).await
        {
            tracing::warn!(%error, "an event could not be written, trying again");
            tokio::time::sleep(PAUSE).await;
        }
    }
}
