//! History in a Redis Stream: several hubs serve it, and any of them may die.
//!
//! The stream's entries hold `inv` or `reset`, each a body of the protocol as JSON, so that a backend may add them itself
//! (`XADD ferroquery:{inv}:stream * inv '{"ops":[…]}'`). The epoch lives beside the stream and goes with it: after a flush,
//! an eviction or a restart without data there is a new one, and cursors of the old one are reset.
//!
//! On the `redis` crate rather than fred: one multiplexed connection, scripts, and RESP3 pushes (for the mirror) are all
//! that is needed, and each is used as it is; fred's pools, its own reconnection and its routing would have to be held back,
//! since a reconnection here must be followed by the question whether anything was lost.

mod entry;
mod link;
mod tail;

use std::fmt;
use std::time::Duration;

use redis::Script;

use crate::authorize::BoxFuture;
use crate::config::HubConfig;
use crate::content::Content;
use crate::cursor::{Cursor, Epoch, Head};
use crate::hub::Hub;
use crate::upstream::{From, Missed, Since, Upstream, UpstreamError};

use link::Call;
pub(crate) use link::{Link, patience};

/// The most bytes of one replay.
const MAX_REPLAY_BYTES: usize = 8 * 1024 * 1024;
/// How long the one that mirrors may be silent before another takes over.
const LEASE: Duration = Duration::from_secs(6);

/// Where a history in Redis is, and how long.
#[derive(Clone, Debug)]
pub struct StreamsConfig {
    /// Begins the names of all keys. Hubs with the same namespace share a history.
    pub namespace: String,
    /// About how many events are kept.
    pub max_events: usize,
}

/// A history in a Redis Stream.
pub struct Streams {
    link: Link,
    keys: StreamKeys,
    max_events: usize,
    read: Script,
    add: Script,
    campaign: Script,
}

/// The braces keep the keys in one slot of a cluster.
#[derive(Clone, Debug)]
struct StreamKeys {
    stream: String,
    epoch: String,
    lease: String,
}

/// Why a history in Redis can't be used; a text for whoever configures the server.
#[derive(Debug)]
pub struct StreamsError(String);

/// What [`Streams::read`] found.
struct Reading {
    verdict: Verdict,
    epoch: Epoch,
    last: EntryId,
    entries: Vec<(EntryId, Vec<(String, String)>)>,
    has_more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Resumed,
    Foreign,
    Trimmed,
}

/// `<ms>-<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EntryId {
    ms: u64,
    number: u64,
}

/// Where a reading begins.
#[derive(Clone, Copy)]
enum Start<'a> {
    Head,
    /// An epoch and an entry.
    After(&'a str, EntryId),
    /// So many ms ago.
    Age(u64),
}

impl Start<'_> {
    fn epoch(&self) -> &str {
        match self {
            Start::After(epoch, _) => epoch,
            _ => "",
        }
    }

    fn id(&self) -> String {
        match self {
            Start::After(_, id) => id.to_string(),
            _ => String::new(),
        }
    }

    fn age_ms(&self) -> String {
        match self {
            Start::Age(age_ms) => age_ms.to_string(),
            _ => String::new(),
        }
    }
}

impl Streams {
    /// The names of all keys of a namespace begin like this.
    pub(crate) fn own_prefix(namespace: &str) -> String {
        format!("{namespace}:{{inv}}:")
    }

    /// Starts a hub whose history is in Redis (6.2 or newer).
    ///
    /// # Errors
    /// A wrong URL, or a Redis that can't be reached or refuses the commands that are needed.
    pub async fn open(
        url: &str,
        config: StreamsConfig,
        hub: HubConfig,
    ) -> Result<Hub, StreamsError> {
        let own = Self::own_prefix(&config.namespace);
        let link = Link::new(url).map_err(|error| StreamsError(error.0))?;
        let make = |link: Link| Streams {
            link,
            keys: StreamKeys {
                stream: format!("{own}stream"),
                epoch: format!("{own}epoch"),
                lease: format!("{own}mirror"),
            },
            max_events: config.max_events.max(1),
            read: script(include_str!("streams/read.lua")),
            add: script(include_str!("streams/add.lua")),
            campaign: Script::new(include_str!("streams/campaign.lua")),
        };
        let streams = make(link.clone());
        let reading = streams
            .read(Start::Head, 1, 0)
            .await
            .map_err(|error| StreamsError(error.0))?;
        let head = reading.last.head(0, &reading.epoch);
        let tail = tail::Tail::new(make(link), reading.epoch.clone(), reading.last);
        let hub = Hub::over(hub, Box::new(streams), reading.epoch, head);
        tokio::spawn(tail.run(std::sync::Arc::downgrade(hub.shared())));
        Ok(hub)
    }

    async fn read(
        &self,
        from: Start<'_>,
        limit: usize,
        max_bytes: usize,
    ) -> Result<Reading, UpstreamError> {
        type Found = (
            String,
            String,
            String,
            Vec<(String, Vec<(String, String)>)>,
            bool,
        );
        let mut call = self.read.prepare_invoke();
        call.key(&self.keys.stream)
            .key(&self.keys.epoch)
            .arg(Epoch::random().as_str())
            .arg(from.epoch())
            .arg(from.id())
            .arg(limit)
            .arg(max_bytes)
            .arg(from.age_ms());
        let found: Found = self.link.run(Call::Script(&call)).await?;
        let (verdict, epoch, last, entries, has_more) = found;
        let id = |text: String| {
            EntryId::parse(&text).ok_or_else(|| UpstreamError(format!("no id of an entry: {text}")))
        };
        Ok(Reading {
            verdict: match verdict.as_str() {
                "foreign" => Verdict::Foreign,
                "trimmed" => Verdict::Trimmed,
                _ => Verdict::Resumed,
            },
            epoch: Epoch::named(&epoch),
            last: id(last)?,
            entries: entries
                .into_iter()
                .map(|(text, fields)| Ok((id(text)?, fields)))
                .collect::<Result<_, UpstreamError>>()?,
            has_more,
        })
    }

    async fn add(
        &self,
        content: &Content,
        who: Option<&str>,
    ) -> Result<Option<Cursor>, UpstreamError> {
        let (field, body) = entry::write(content);
        let mut call = self.add.prepare_invoke();
        call.key(&self.keys.stream)
            .key(&self.keys.epoch)
            .arg(Epoch::random().as_str())
            .arg(self.max_events)
            .arg(field)
            .arg(body);
        if let Some(who) = who {
            call.key(&self.keys.lease).arg(who);
        }
        let added: Vec<String> = self.link.run(Call::Script(&call)).await?;
        Ok(match added.as_slice() {
            [epoch, id] => Some(Epoch::named(epoch).cursor(id)),
            _ => None,
        })
    }

    async fn since(&self, from: From<'_>, limit: usize) -> Result<Since, UpstreamError> {
        let start = match from {
            From::Head => Some(Start::Head),
            From::Age(age_ms) => Some(Start::Age(age_ms)),
            From::Cursor(cursor) => cursor.parts().and_then(|(epoch, id)| {
                let id = EntryId::parse(id)?;
                Some(Start::After(epoch, id))
            }),
        };
        let is_foreign = start.is_none();
        let start = start.unwrap_or(Start::Head);
        let reading = self.read(start, limit, MAX_REPLAY_BYTES).await?;
        let is_age = matches!(from, From::Age(_));
        let is_whole = is_age && reading.verdict == Verdict::Resumed && !reading.has_more;
        let missed = match reading.verdict {
            _ if is_foreign => Missed::Foreign,
            _ if is_age && !is_whole => Missed::Entries(Vec::new()),
            Verdict::Foreign => Missed::Foreign,
            Verdict::Trimmed => Missed::Trimmed,
            Verdict::Resumed if reading.has_more => Missed::TooMany,
            Verdict::Resumed => Missed::Entries(
                reading
                    .entries
                    .iter()
                    .filter_map(|(id, fields)| {
                        let content = entry::read(fields)?;
                        Some(crate::entry::Entry::new(
                            id.head(0, &reading.epoch),
                            content,
                        ))
                    })
                    .collect(),
            ),
        };
        Ok(Since {
            missed,
            is_whole,
            head: reading.last.head(0, &reading.epoch),
            epoch: reading.epoch.as_str().to_owned(),
        })
    }
}

impl Upstream for Streams {
    fn write<'a>(&'a self, content: &'a Content) -> BoxFuture<'a, Result<Cursor, UpstreamError>> {
        Box::pin(async move {
            let added = self.add(content, None).await?;
            added.ok_or_else(|| UpstreamError("Redis didn't say where the entry is".into()))
        })
    }

    fn since<'a>(
        &'a self,
        from: From<'a>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Since, UpstreamError>> {
        Box::pin(self.since(from, limit))
    }

    fn campaign<'a>(&'a self, who: &'a str) -> BoxFuture<'a, Result<bool, UpstreamError>> {
        Box::pin(async move {
            let mut call = self.campaign.key(&self.keys.lease);
            call.arg(who).arg(LEASE.as_millis() as u64);
            self.link.run(Call::Script(&call)).await
        })
    }

    fn write_as<'a>(
        &'a self,
        who: &'a str,
        content: &'a Content,
    ) -> BoxFuture<'a, Result<Option<Cursor>, UpstreamError>> {
        Box::pin(self.add(content, Some(who)))
    }
}

impl EntryId {
    fn parse(text: &str) -> Option<Self> {
        let (ms, number) = text.split_once('-')?;
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(ms) || !plain(number) {
            return None;
        }
        Some(Self {
            ms: ms.parse().ok()?,
            number: number.parse().ok()?,
        })
    }

    fn head(self, era: u32, epoch: &Epoch) -> Head {
        let place = crate::cursor::Place {
            era,
            major: self.ms,
            minor: self.number,
        };
        Head {
            place,
            cursor: epoch.cursor(self),
        }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.number)
    }
}

impl fmt::Display for StreamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StreamsError {}

/// A script that makes sure of the epoch first.
fn script(body: &str) -> Script {
    Script::new(&format!("{}{body}", include_str!("streams/begin.lua")))
}
