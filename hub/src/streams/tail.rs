//! Follows the stream on behalf of a hub's clients.

use std::sync::Weak;
use std::time::Duration;

use ferroquery::engine::protocol::ResetReason;
use redis::Value;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Call, EntryId, Link, Reading, Start, Streams, Verdict, entry};
use crate::cursor::Epoch;
use crate::join::gather;
use crate::shared::Shared;
use crate::upstream::UpstreamError;

/// How long a read blocks. A stream that vanished is noticed at its end: Redis doesn't wake readers for that.
const BLOCK: Duration = Duration::from_secs(1);
/// Entries read at once.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Tail {
    streams: Streams,
    bell: Link,
    epoch: Epoch,
    at: EntryId,
}

impl Tail {
    pub(super) fn new(streams: Streams, epoch: Epoch, at: EntryId) -> Self {
        let bell = streams.link.another();
        Self {
            streams,
            bell,
            epoch,
            at,
        }
    }

    /// Until the hub is gone.
    pub(super) async fn run(mut self, hub: Weak<Shared>) {
        let mut pause = FIRST_PAUSE;
        let mut was_up = true;
        loop {
            let from = Start::After(self.epoch.as_str(), self.at);
            let reading = self.streams.read(from, BATCH, BATCH_BYTES).await;
            let Some(shared) = hub.upgrade() else { return };
            let window = shared.config.join_window;
            let (failure, delivered) = match reading {
                Ok(reading) => {
                    let has_more = reading.has_more;
                    let delivered = self.pass_on(&shared, reading);
                    (None, delivered && !has_more)
                }
                Err(error) => (Some(error), false),
            };
            let is_up = failure.is_none();
            shared.metrics.upstream_up.set(i64::from(is_up));
            if was_up && !is_up {
                shared.metrics.upstream_losses.inc();
            }
            drop(shared);
            let failure = match failure {
                Some(failure) => Some(failure),
                None => {
                    pause = FIRST_PAUSE;
                    if !was_up {
                        tracing::info!("the shared history is back");
                    }
                    let until = Instant::now() + window;
                    let rung = self.wait().await;
                    // The first after a quiet time goes out at once; what follows within the window travels together.
                    if delivered {
                        sleep_until(until).await;
                    }
                    rung.err()
                }
            };
            was_up = is_up;
            if let Some(error) = failure {
                tracing::warn!(%error, "the shared history is out of reach, trying again");
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// Whether clients got anything.
    fn pass_on(&mut self, hub: &Shared, reading: Reading) -> bool {
        let reason = match reading.verdict {
            Verdict::Resumed => None,
            Verdict::Foreign => Some(ResetReason::Epoch),
            // Entries that were there, and are no more what came last: a server that knows less has taken over.
            Verdict::Trimmed if reading.last < self.at => Some(ResetReason::UpstreamLoss),
            Verdict::Trimmed => Some(ResetReason::Trimmed),
        };
        if let Some(reason) = reason {
            tracing::warn!(
                reason = reason.as_str(),
                "the shared history was lost, resetting everybody"
            );
            hub.metrics.upstream_losses.inc();
            let head = reading.last.head(0, &reading.epoch);
            hub.lose(reason, reading.epoch.clone(), head);
            self.epoch = reading.epoch;
            self.at = reading.last;
            return true;
        }
        let era = hub.era();
        let last = reading.entries.last().map(|(id, _)| *id);
        let events = reading
            .entries
            .iter()
            .filter_map(|(id, fields)| Some((id.head(era, &reading.epoch), entry::read(fields)?)));
        let events = gather(events.collect());
        self.at = match reading.has_more {
            true => last.unwrap_or(self.at),
            false => reading.last,
        };
        let any = !events.is_empty();
        hub.deliver(events);
        any
    }

    /// Waits until something is added, or for a while. What is added is read elsewhere, together with the check that
    /// nothing was lost.
    async fn wait(&self) -> Result<(), UpstreamError> {
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT")
            .arg(1)
            .arg("BLOCK")
            .arg(BLOCK.as_millis() as u64)
            .arg("STREAMS")
            .arg(&self.streams.keys.stream)
            .arg(self.at.to_string());
        let rung: Value = self.bell.run(Call::Command(&read)).await?;
        drop(rung);
        Ok(())
    }
}
