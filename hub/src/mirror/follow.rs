//! Listening to Redis.

use std::time::Duration;

use ferroquery::engine::protocol::{MAX_OPS, ResetReason};
use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, Value};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::{Ended, Mirror, News};
use crate::streams::patience;
use crate::upstream::UpstreamError;

/// Between two looks at whether the connection and the office still stand; a third of the lease.
const LOOK: Duration = Duration::from_secs(2);
/// Messages that may wait; with more, the connection counts as lost.
const QUEUE: usize = 65_536;

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
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let told = tokio::select! {
                push = pushes.recv() => match push {
                    Some(push) => self.hear(push, &mut pushes).await,
                    None => Err(lost("messages came in faster than they could be published")),
                },
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
                        "notify-keyspace-events is {flags:?}: set it to \"EA\" in the configuration of Redis"
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
    ) -> Result<(), Ended> {
        let mut keys = Vec::new();
        let mut next = Some(first);
        while let Some(push) = next {
            match read(push)? {
                Some(News::Flushed) => {
                    self.tell(News::Keys(std::mem::take(&mut keys))).await?;
                    self.tell(News::Flushed).await?;
                }
                Some(News::Keys(more)) => keys.extend(more),
                None => {}
            }
            next = match keys.len() < MAX_OPS / 8 {
                true => pushes.try_recv().ok(),
                false => None,
            };
        }
        for keys in keys.chunks(MAX_OPS / 4) {
            self.tell(News::Keys(keys.to_vec())).await?;
        }
        Ok(())
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

fn read(push: PushInfo) -> Result<Option<News>, Ended> {
    let bytes = |value: Value| match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.into_bytes()),
        _ => None,
    };
    let mut data = push.data;
    Ok(match push.kind {
        PushKind::Disconnection => return Err(lost("the connection broke")),
        PushKind::Invalidate => match data.pop() {
            Some(Value::Array(keys)) => {
                Some(News::Keys(keys.into_iter().filter_map(bytes).collect()))
            }
            _ => Some(News::Flushed),
        },
        PushKind::PMessage => {
            let key = data.pop().and_then(bytes);
            key.map(|key| News::Keys(vec![key]))
        }
        _ => None,
    })
}

fn lost(why: &str) -> Ended {
    Ended::Lost(UpstreamError(format!("Redis: {why}")))
}
