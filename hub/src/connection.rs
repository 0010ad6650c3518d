//! One client's stream, from `hello` to `bye`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ferroquery::engine::protocol::{Bye, ByeReason, Hello, Message, Reset, Sync};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::audience::Seat;
use crate::cursor::Position;
use crate::entry::Entry;
use crate::filter::Filter;
use crate::hub::Hub;

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
    pub(crate) bound: Position,
}

pub(crate) struct Connection {
    hub: Hub,
    seat: Seat,
    filter: Arc<Filter>,
    queue: mpsc::Receiver<Bytes>,
    drain: watch::Receiver<Option<Duration>>,
    is_draining: bool,
    stage: Stage,
    heartbeat_at: Instant,
    close_at: Instant,
}

enum Stage {
    Hello(Opening),
    Replay {
        replay: Replay,
        sent: u64,
        bound: Position,
    },
    Live,
    Over,
}

enum Wake {
    Frame(Option<Bytes>),
    Drain(Duration),
    Close,
    Heartbeat,
}

impl Connection {
    pub(crate) fn new(
        hub: Hub,
        seat: Seat,
        filter: Arc<Filter>,
        queue: mpsc::Receiver<Bytes>,
        opening: Opening,
    ) -> Self {
        let now = Instant::now();
        let config = hub.config();
        Self {
            drain: hub.watch_drain(),
            is_draining: false,
            seat,
            filter,
            queue,
            stage: Stage::Hello(opening),
            heartbeat_at: now + config.heartbeat,
            // Connections that were opened together must not all come back together.
            close_at: now + config.lifetime.mul_f64(0.8 + 0.2 * rand::random::<f64>()),
            hub,
        }
    }

    /// The next bytes to send; `None` when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        let chunk = match std::mem::replace(&mut self.stage, Stage::Live) {
            Stage::Hello(Opening {
                hello,
                replay,
                bound,
            }) => self.replay(hello_frame(hello), replay, 0, bound),
            Stage::Replay {
                replay,
                sent,
                bound,
            } => self.replay(Vec::new(), replay, sent, bound),
            Stage::Live => self.live().await,
            Stage::Over => {
                self.stage = Stage::Over;
                return None;
            }
        };
        self.heartbeat_at = Instant::now() + self.hub.config().heartbeat;
        Some(chunk.into())
    }

    /// Replays a chunk, and closes the replay if that was the last one.
    fn replay(
        &mut self,
        mut chunk: Vec<u8>,
        replay: Replay,
        mut sent: u64,
        bound: Position,
    ) -> Vec<u8> {
        let end = match replay {
            Replay::Reset(reset) => Message::Reset(reset),
            Replay::Entries(mut entries) => {
                while let Some(entry) = entries.pop_front() {
                    if let Some(frame) =
                        entry.frame(self.hub.epoch(), &self.filter.passing(entry.subjects()))
                    {
                        chunk.extend_from_slice(&frame);
                        sent += 1;
                    }
                    if chunk.len() >= CHUNK {
                        self.stage = Stage::Replay {
                            replay: Replay::Entries(entries),
                            sent,
                            bound,
                        };
                        return chunk;
                    }
                }
                Message::Sync(Sync { replayed: sent })
            }
        };
        let cursor = self.hub.epoch().cursor(bound);
        chunk.extend_from_slice(end.frame(Some(cursor.as_str())).as_bytes());
        chunk
    }

    async fn live(&mut self) -> Vec<u8> {
        loop {
            // Frames come first in the selection below, so a busy stream would never see its end there.
            if Instant::now() >= self.close_at {
                return self.bye(ByeReason::Drain);
            }
            let wake = tokio::select! {
                biased;
                frame = self.queue.recv() => Wake::Frame(frame),
                window = drained(&mut self.drain), if !self.is_draining => Wake::Drain(window),
                () = sleep_until(self.close_at) => Wake::Close,
                () = sleep_until(self.heartbeat_at) => Wake::Heartbeat,
            };
            match wake {
                Wake::Frame(Some(frame)) => {
                    let mut chunk = frame.to_vec();
                    self.take_queued(&mut chunk, CHUNK);
                    return chunk;
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
                    if let Some(cursor) = self.hub.position_if(|| self.queue.is_empty()) {
                        return Message::Hb.frame(Some(cursor.as_str())).into_bytes();
                    }
                }
            }
        }
    }

    fn take_queued(&mut self, chunk: &mut Vec<u8>, limit: usize) {
        while chunk.len() < limit {
            match self.queue.try_recv() {
                Ok(frame) => chunk.extend_from_slice(&frame),
                Err(_) => break,
            }
        }
    }

    /// The last chunk: what is queued, so that the client need not fetch it again, and the farewell.
    fn bye(&mut self, reason: ByeReason) -> Vec<u8> {
        self.hub.leave(&self.seat);
        self.stage = Stage::Over;
        let mut chunk = Vec::new();
        self.take_queued(&mut chunk, usize::MAX);
        let config = self.hub.config();
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
        self.hub.leave(&self.seat);
        self.hub.count_closed();
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
