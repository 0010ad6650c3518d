//! What waits to be written to a history that several hubs share, when its publisher doesn't wait for it.

use std::collections::VecDeque;

use ferroquery::engine::protocol::{Reset, ResetReason};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::content::Content;

/// Events that may wait; with one more, all give way to a reset of everything.
const MAX_WAITING: usize = 1_024;

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

    pub(crate) fn next(&self) -> Option<Content> {
        self.waiting.lock().pop_front()
    }

    /// Something has been pushed, or the hub is gone.
    pub(crate) async fn pushed(&self) {
        self.wake.notified().await;
    }

    /// Ends who waits for more, when the hub is gone.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }
}
