//! One client's stream, from `hello` to `bye`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ferroquery::engine::protocol::{Bye, ByeReason, Hello, Message, Reset, Sync};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::audience::Queued;
use crate::booking::Booking;
use crate::cursor::Head;
use crate::entry::Entry;
use crate::filter::Filter;
use crate::metrics::Reason;
use crate::shared::Shared;

/// Frames are sent together up to about this many bytes.
const CHUNK: usize = 32 * 1024;

/// What a client gets for the time it was away.
pub(crate) enum Replay {
    /// All it missed, oldest first, still to be filtered.
    Entries(VecDeque<Arc<Entry>>),
    /// History is lost.
    Reset(Reset),
}

/// The state at the moment of attaching: the queue holds what came after it, the replay what came before.
pub(crate) struct Opening {
    pub(crate) hello: Hello,
    pub(crate) replay: Replay,
    /// The head of history at that moment.
    pub(crate) bound: Head,
    /// The replay holds all of the last so many ms, as was asked.
    pub(crate) age_ms: Option<u64>,
}

pub(crate) struct Connection {
    hub: Arc<Shared>,
    booking: Booking,
    filter: Arc<Filter>,
    queue: mpsc::Receiver<Queued>,
    /// The replay went up to here. Another hub may have been ahead of this one, whose queue then brings some again.
    bound: Head,
    age_ms: Option<u64>,
    drain: watch::Receiver<Option<Duration>>,
    is_draining: bool,
    stage: Stage,
    heartbeat_at: Instant,
    close_at: Instant,
    /// When the token ends.
    ends_at: Option<Instant>,
    said_bye: bool,
}

enum Stage {
    Hello(Hello, Replay),
    Replay(Replay, u64),
    Live,
    Over,
}

enum Wake {
    Frame(Option<Queued>),
    Drain(Duration),
    Close,
    Heartbeat,
}

impl Connection {
    pub(crate) fn new(
        hub: Arc<Shared>,
        booking: Booking,
        filter: Arc<Filter>,
        queue: mpsc::Receiver<Queued>,
        opening: Opening,
        ends_at: Option<Instant>,
    ) -> Self {
        let now = Instant::now();
        let config = &hub.config;
        // Connections that were opened together must not all come back together.
        let rotate_at = now + config.lifetime.mul_f64(0.8 + 0.2 * rand::random::<f64>());
        Self {
            drain: hub.drain.subscribe(),
            is_draining: false,
            booking,
            filter,
            queue,
            stage: Stage::Hello(opening.hello, opening.replay),
            bound: opening.bound,
            age_ms: opening.age_ms,
            heartbeat_at: now + config.heartbeat,
            close_at: ends_at.map_or(rotate_at, |ends_at| ends_at.min(rotate_at)),
            ends_at,
            said_bye: false,
            hub,
        }
    }

    /// The next bytes to send; `None` when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        let chunk = match std::mem::replace(&mut self.stage, Stage::Live) {
            // A token may end while a long history is replayed.
            Stage::Replay(..) if self.has_ended() => self.bye(ByeReason::Exp),
            Stage::Hello(hello, replay) => self.replay(hello_frame(hello), replay, 0),
            Stage::Replay(replay, sent) => self.replay(Vec::new(), replay, sent),
            Stage::Live => self.live().await,
            Stage::Over => {
                self.stage = Stage::Over;
                return None;
            }
        };
        self.heartbeat_at = Instant::now() + self.hub.config.heartbeat;
        Some(chunk.into())
    }

    /// Replays a chunk, and closes the replay if that was the last one.
    fn replay(&mut self, mut chunk: Vec<u8>, replay: Replay, mut sent: u64) -> Vec<u8> {
        let metrics = &self.hub.metrics;
        let end = match replay {
            Replay::Reset(reset) => {
                metrics.count_ending("reset");
                Message::Reset(reset)
            }
            Replay::Entries(mut entries) => {
                while let Some(entry) = entries.pop_front() {
                    if let Some(frame) = entry.frame(&self.filter.passing(entry.content())) {
                        chunk.extend_from_slice(&frame);
                        sent += 1;
                        metrics.replayed.inc();
                    }
                    if chunk.len() >= CHUNK {
                        self.stage = Stage::Replay(Replay::Entries(entries), sent);
                        return chunk;
                    }
                }
                metrics.count_ending("sync");
                Message::Sync(Sync {
                    replayed: sent,
                    age_ms: self.age_ms,
                })
            }
        };
        chunk.extend_from_slice(end.frame(Some(self.bound.cursor.as_str())).as_bytes());
        chunk
    }

    async fn live(&mut self) -> Vec<u8> {
        loop {
            // Frames come first in the selection below, so a busy stream would never see its end there.
            if Instant::now() >= self.close_at {
                return self.bye(match self.has_ended() {
                    true => ByeReason::Exp,
                    false => ByeReason::Drain,
                });
            }
            let wake = tokio::select! {
                biased;
                frame = self.queue.recv() => Wake::Frame(frame),
                window = drained(&mut self.drain), if !self.is_draining => Wake::Drain(window),
                () = sleep_until(self.close_at) => Wake::Close,
                () = sleep_until(self.heartbeat_at) => Wake::Heartbeat,
            };
            match wake {
                Wake::Frame(Some(queued)) => {
                    let mut chunk = Vec::new();
                    self.take(queued, &mut chunk);
                    self.take_queued(&mut chunk, CHUNK);
                    if !chunk.is_empty() {
                        return chunk;
                    }
                }
                Wake::Frame(None) => return self.bye(ByeReason::Slow),
                Wake::Drain(window) => {
                    self.is_draining = true;
                    self.close_at = self
                        .close_at
                        .min(Instant::now() + window.mul_f64(rand::random()));
                }
                Wake::Close => {}
                // A frame may have come just now; then it is next, and the silence is over anyway.
                Wake::Heartbeat => {
                    if let Some(head) = self.hub.position_if(|| self.queue.is_empty()) {
                        let known = match head.place > self.bound.place {
                            true => &head,
                            false => &self.bound,
                        };
                        return Message::Hb.frame(Some(known.cursor.as_str())).into_bytes();
                    }
                }
            }
        }
    }

    fn take_queued(&mut self, chunk: &mut Vec<u8>, limit: usize) {
        while chunk.len() < limit {
            match self.queue.try_recv() {
                Ok(queued) => self.take(queued, chunk),
                Err(_) => break,
            }
        }
    }

    /// What has been replayed already is not sent again.
    fn take(&self, queued: Queued, chunk: &mut Vec<u8>) {
        if queued.place > self.bound.place {
            chunk.extend_from_slice(&queued.frame);
        }
    }

    fn has_ended(&self) -> bool {
        self.ends_at
            .is_some_and(|ends_at| Instant::now() >= ends_at)
    }

    /// The last chunk: what is queued, so that the client need not fetch it again, and the farewell.
    fn bye(&mut self, reason: ByeReason) -> Vec<u8> {
        self.booking.leave();
        self.stage = Stage::Over;
        self.said_bye = true;
        self.hub.metrics.count_bye(&reason);
        let mut chunk = Vec::new();
        // What came in after the token had ended is not its bearer's to read; it waits in history.
        if reason != ByeReason::Exp {
            self.take_queued(&mut chunk, usize::MAX);
        }
        let config = &self.hub.config;
        let bye = Bye {
            reason,
            delay_ms: config.retry.as_millis() as u64,
            jitter_ms: config.jitter.as_millis() as u64,
        };
        chunk.extend_from_slice(Message::Bye(bye).frame(None).as_bytes());
        chunk
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.said_bye {
            let reason = String::from("left");
            let closed = &self.hub.metrics.closed;
            closed.get_or_create(&Reason { reason }).inc();
        }
    }
}

fn hello_frame(hello: Hello) -> Vec<u8> {
    Message::Hello(hello).frame(None).into_bytes()
}

/// Resolves when the hub drains, to the time over which connections close.
async fn drained(drain: &mut watch::Receiver<Option<Duration>>) -> Duration {
    match drain.wait_for(Option::is_some).await {
        Ok(window) => window.unwrap_or_default(),
        // The hub is gone, and with it whoever would have sent anything.
        Err(_) => Duration::ZERO,
    }
}
