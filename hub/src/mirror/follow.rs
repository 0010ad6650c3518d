//! Listening to Redis.

use std::collections::HashMap;
use std::time::Duration;

use ferroquery::engine::protocol::{MAX_OPS, ResetReason};
use redis::PushInfo;
use redis::aio::MultiplexedConnection;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::heard::{Fate, Heard};
use super::prefixes::Listing;
use super::present::Present;
use super::{Ended, Mirror, On};
use crate::streams::patience;
use crate::upstream::UpstreamError;

/// Between two looks at whether the connection and the office still stand; a third of the lease.
const LOOK: Duration = Duration::from_secs(2);
/// Messages that may wait; with more, the connection counts as lost.
const QUEUE: usize = 65_536;
/// Keys that Redis looks at for one answer while they are listed.
const PAGE: usize = 1_000;

/// A way to hear of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// `CLIENT TRACKING ON BCAST`: tells of FLUSHDB, too.
    Tracking,
    /// Keyspace notifications: silent on FLUSHDB, and only if the server is configured for them.
    Keyspace,
}

impl Mirror {
    /// Mirrors until something ends it; an error means that Redis doesn't have this source.
    pub(super) async fn follow(&self, source: Source) -> Result<Ended, UpstreamError> {
        let (sender, mut pushes) = mpsc::channel::<PushInfo>(QUEUE);
        let mut connection = match self.connect(sender).await {
            Ok(connection) => connection,
            Err(error) => return Ok(Ended::Lost(error)),
        };
        self.listen(source, &mut connection).await?;
        // Only from here on is nothing missed; what came before may have been.
        if let Err(ended) = self.publish(self.reset(ResetReason::UpstreamLoss)).await {
            return Ok(ended);
        }
        if let Some(hub) = self.hub.upgrade() {
            hub.metrics.mirror_leads.set(1);
        }
        tracing::info!(?source, "mirroring");
        let mut present = Present::default();
        let mut listing = self.prefixes.listing();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let told = tokio::select! {
                push = pushes.recv() => match push {
                    Some(push) => self.hear(push, &mut pushes, &mut present, &mut connection).await,
                    None => Err(lost("messages came in faster than they could be published")),
                },
                () = std::future::ready(()), if self.on == On::Changed && present.is_partial() => {
                    self.list(&mut listing, &mut present, &mut connection).await
                }
                _ = look.tick() => self.look(&mut connection).await,
            };
            if let Err(ended) = told {
                return Ok(ended);
            }
        }
    }

    async fn connect(
        &self,
        sender: mpsc::Sender<PushInfo>,
    ) -> Result<MultiplexedConnection, UpstreamError> {
        let failed = |error: redis::RedisError| UpstreamError(format!("Redis: {error}"));
        let client = self.link.client();
        let info = client.get_connection_info().clone();
        let settings = info
            .redis_settings()
            .clone()
            .set_protocol(redis::ProtocolVersion::RESP3);
        let client = redis::Client::open(info.set_redis_settings(settings)).map_err(failed)?;
        // A sender that is dropped at the first message that has no room ends the queue, behind what is in it.
        let sender = parking_lot::Mutex::new(Some(sender));
        let config = patience().set_push_sender(move |push: PushInfo| {
            let mut sender = sender.lock();
            let sent = sender
                .as_ref()
                .is_some_and(|sender| sender.try_send(push).is_ok());
            if !sent {
                *sender = None;
            }
            Ok::<_, ()>(())
        });
        client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(failed)
    }

    async fn listen(
        &self,
        source: Source,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), UpstreamError> {
        let refused = |error: redis::RedisError| UpstreamError(format!("Redis: {error}"));
        match source {
            Source::Tracking => {
                let mut tracking = redis::cmd("CLIENT");
                tracking.arg("TRACKING").arg("ON").arg("BCAST");
                for prefix in self.prefixes.froms() {
                    tracking.arg("PREFIX").arg(prefix);
                }
                tracking.exec_async(connection).await.map_err(refused)
            }
            Source::Keyspace => {
                // Where CONFIG is forbidden there is no telling; then whoever chose this source knows.
                let flags: Result<(String, String), _> = redis::cmd("CONFIG")
                    .arg("GET")
                    .arg("notify-keyspace-events")
                    .query_async(connection)
                    .await;
                if let Ok((_, flags)) = flags
                    && !(flags.contains('E') && flags.contains('A'))
                {
                    return Err(UpstreamError(format!(
                        "notify-keyspace-events is {flags:?}: set it to EA in redis.conf, or with redis-cli config set notify-keyspace-events EA"
                    )));
                }
                let db = self
                    .link
                    .client()
                    .get_connection_info()
                    .redis_settings()
                    .db();
                redis::cmd("PSUBSCRIBE")
                    .arg(format!("__keyevent@{db}__:*"))
                    .exec_async(connection)
                    .await
                    .map_err(refused)
            }
        }
    }

    /// Publishes a message together with what else is waiting.
    async fn hear(
        &self,
        first: PushInfo,
        pushes: &mut mpsc::Receiver<PushInfo>,
        present: &mut Present,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Ended> {
        let mut keys = Vec::new();
        let mut next = Some(first);
        while let Some(push) = next {
            match Heard::of(push) {
                Heard::Keys(more) => keys.extend(more),
                Heard::Flushed => {
                    let heard = std::mem::take(&mut keys);
                    self.tell_changed(heard, present, connection).await?;
                    present.clear();
                    self.publish(self.reset(ResetReason::Flush)).await?;
                }
                Heard::Disconnected => return Err(lost("the connection broke")),
                Heard::Nothing => {}
            }
            next = match keys.len() < MAX_OPS / 8 {
                true => pushes.try_recv().ok(),
                false => None,
            };
        }
        self.tell_changed(keys, present, connection).await
    }

    /// Publishes those of the keys whose change counts.
    async fn tell_changed(
        &self,
        mut heard: Vec<(Vec<u8>, Fate)>,
        present: &mut Present,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Ended> {
        heard.retain(|(key, _)| self.prefixes.has(key));
        let changed = match self.on {
            On::Any => heard.into_iter().map(|(key, _)| key).collect(),
            On::Deleted => {
                let gone = heard.into_iter().filter(|(_, fate)| *fate == Fate::Gone);
                gone.map(|(key, _)| key).collect()
            }
            On::Changed => {
                self.without_first_values(heard, present, connection)
                    .await?
            }
        };
        for keys in changed.chunks(MAX_OPS / 4) {
            self.tell(keys).await?;
        }
        Ok(())
    }

    async fn without_first_values(
        &self,
        heard: Vec<(Vec<u8>, Fate)>,
        present: &mut Present,
        connection: &mut MultiplexedConnection,
    ) -> Result<Vec<Vec<u8>>, Ended> {
        let mut exist = redis::pipe();
        let mut asked: HashMap<&[u8], u32> = HashMap::new();
        for (key, fate) in &heard {
            if *fate == Fate::Unknown {
                *asked.entry(key).or_default() += 1;
                exist.cmd("EXISTS").arg(key);
            }
        }
        let mut found: Vec<bool> = Vec::new();
        if !asked.is_empty() {
            found = exist
                .query_async(connection)
                .await
                .map_err(|error| lost(&error.to_string()))?;
        }
        let mut found = found.into_iter();
        let mut is_change = |key: &[u8], fate: Fate| {
            let (exists, times) = match fate {
                Fate::Unknown => (found.next() == Some(true), asked[key]),
                Fate::Gone => (false, 1),
                Fate::Written => (true, 1),
                Fate::Kept => return false,
            };
            if !exists {
                present.forget(key);
                return true;
            }
            // What was told of twice may have been filled, deleted and filled again.
            !present.note(key) || times > 1
        };
        let verdicts: Vec<bool> = heard
            .iter()
            .map(|(key, fate)| is_change(key, *fate))
            .collect();
        let changed = heard
            .into_iter()
            .zip(verdicts)
            .filter(|(_, verdict)| *verdict);
        Ok(changed.map(|((key, _), _)| key).collect())
    }

    /// Lists some more of the keys that exist.
    async fn list(
        &self,
        listing: &mut Listing,
        present: &mut Present,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Ended> {
        let Some((pattern, cursor)) = listing.next() else {
            present.complete();
            if let Some(hub) = self.hub.upgrade() {
                hub.metrics
                    .mirror_knows
                    .set(i64::from(present.is_complete()));
            }
            return Ok(());
        };
        let page: Result<(u64, Vec<Vec<u8>>), _> = redis::cmd("SCAN")
            .arg(cursor)
            .arg("MATCH")
            .arg(pattern)
            .arg("COUNT")
            .arg(PAGE)
            .query_async(connection)
            .await;
        match page {
            Ok((cursor, keys)) => {
                for key in keys.iter().filter(|key| self.prefixes.has(key)) {
                    present.note(key);
                }
                listing.advance(cursor);
                Ok(())
            }
            Err(error) if error.is_io_error() => Err(lost(&error.to_string())),
            Err(error) => {
                tracing::warn!(%error, "keys can't be listed: each write counts as a change");
                present.give_up();
                Ok(())
            }
        }
    }

    /// A connection may be dead without saying so.
    async fn look(&self, connection: &mut MultiplexedConnection) -> Result<(), Ended> {
        let answer = redis::cmd("PING").exec_async(connection).await;
        answer.map_err(|error| lost(&error.to_string()))?;
        match self.is_elected().await? {
            true => Ok(()),
            false => Err(Ended::Deposed),
        }
    }
}

fn lost(why: &str) -> Ended {
    Ended::Lost(UpstreamError(format!("Redis: {why}")))
}
