//! Writes what waits in the outbox.

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::shared::Shared;

/// Between two tries, while the history is out of reach.
const PAUSE: Duration = Duration::from_millis(500);

/// Writes what waits, in order, until the hub is gone.
pub(crate) async fn flush(hub: Weak<Shared>) {
    while let Some(shared) = hub.upgrade() {
        let next = shared.outbox.next();
        let Some(content) = next else {
            // Without the hub, so that waiting doesn't keep it alive.
            let outbox = Arc::clone(&shared.outbox);
            drop(shared);
            outbox.pushed().await;
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
