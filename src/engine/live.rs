//! The client's side of the live protocol: when to connect, what to apply, and when a gap must be assumed.

use std::collections::VecDeque;

use super::backoff::Backoff;
use super::protocol::is_id;
use super::random::Random;
use super::sse::Parser;

pub use attempt::MAX_FLOOR_MS;
pub use config::Config;
pub use input::{Answer, Wake};
pub use output::Output;
pub use status::{Reason, Status};

mod attempt;
mod config;
mod event;
mod fed;
mod input;
mod output;
mod status;

/// A request that takes longer to the server than this may have been overtaken by what was asked for after it, in ms.
const REQUEST_MS: f64 = 1_000.0;

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests.
    pub connects: u32,
    /// Events of any name.
    pub events: u32,
    /// Events of a name that this version does not know.
    pub ignored: u32,
    /// Operations applied.
    pub operations: u32,
    /// Resets applied, the client's own included.
    pub resets: u32,
}

/// One live connection, over all its requests. It does no IO and reads no clock: `now` is in ms, from any start, and must
/// not go back.
///
/// - **Commands**: [`connect`](Self::connect), [`follow`](Self::follow), [`suspend`](Self::suspend), [`close`](Self::close).
/// - **What happened**: [`handle_token`](Self::handle_token), [`handle_response`](Self::handle_response),
///   [`handle_bytes`](Self::handle_bytes), [`handle_closed`](Self::handle_closed), [`handle_wake`](Self::handle_wake),
///   [`handle_offline`](Self::handle_offline), [`handle_timeout`](Self::handle_timeout), and for what another tab hands on
///   [`handle_fed`](Self::handle_fed), [`handle_early`](Self::handle_early), [`handle_joined`](Self::handle_joined).
/// - **What to do**: [`poll_output`](Self::poll_output), [`deadline`](Self::deadline).
/// - **Getters**: [`cursor`](Self::cursor), [`is_live`](Self::is_live), [`lag`](Self::lag), [`stats`](Self::stats).
///
/// Drain order: after each command and each `handle_*`, carry out `poll_output` until it gives `None`, in its order, before
/// anything else is handed in; then wait until `deadline`, at the latest, and call `handle_timeout`. A call for the next
/// output says that the last one was carried out: only then is its id committed.
#[derive(Debug)]
pub struct Live {
    config: Config,
    random: Random,
    backoff: Backoff,
    phase: Phase,
    parser: Parser,
    queue: VecDeque<Queued>,
    cursor: Option<String>,
    /// The stream's id that was queued for commit last.
    noted: String,
    /// Something may have been missed that no replay will bring: the next `sync` counts as a reset of everything.
    gap: bool,
    /// What the cache holds may be older than any history that comes: so until the first `sync` of a start without cursor.
    unproven: bool,
    /// When the caller noted how far the queries had come: before that, everything is unproven.
    started: Option<f64>,
    /// How far back the last request asks the server to begin, in ms.
    age_ms: Option<u64>,
    /// The server has replayed all that was published since `started`.
    is_covered: bool,
    /// Events may have been lost since the last mark, while another tab was followed.
    is_shaky: bool,
    /// A replay was completed once, so that what comes without a cursor comes after a hole.
    was_live: bool,
    /// The token of the last request was refused, or expires.
    token_refused: bool,
    offline: bool,
    /// When the server was last heard of while nothing was missing.
    known: Option<f64>,
    /// What the wall clock of the server is ahead of `now`, in ms.
    wall_ahead: Option<f64>,
    /// When to ask for another token, before the stream's own expires.
    renew_at: Option<f64>,
    heartbeat_ms: u64,
    retry_ms: u64,
    jitter_ms: u64,
    stats: Stats,
}

#[derive(Debug)]
enum Phase {
    Idle,
    /// A wake-up brings `at` forward, but not below `floor`, which the server asked for.
    Waiting {
        at: f64,
        floor: f64,
    },
    /// The token is on its way.
    Asking {
        since: f64,
    },
    Connecting {
        since: f64,
    },
    Open {
        heard: f64,
        live: bool,
    },
    /// Events come from another tab's connection.
    Fed {
        live: bool,
    },
    /// The page is put away, such as in the cache of a browser's history.
    Suspended,
}

#[derive(Debug)]
enum Queued {
    Connect { marked: bool },
    Output(Output),
    Commit(Option<String>),
}

impl Live {
    /// Nothing happens before [`connect`](Self::connect). Clients that are to spread need different seeds.
    pub fn new(mut config: Config, seed: u64) -> Live {
        let given = config.cursor.take();
        let cursor = given.clone().filter(|cursor| is_id(cursor));
        Live {
            random: Random::new(seed),
            backoff: Backoff::new(config.base_ms, config.cap_ms),
            phase: Phase::Idle,
            parser: Parser::new(config.event_bytes, ""),
            queue: VecDeque::new(),
            gap: given.is_some() && cursor.is_none(),
            unproven: given.is_none(),
            started: None,
            age_ms: None,
            is_covered: false,
            is_shaky: false,
            cursor,
            noted: String::new(),
            was_live: false,
            token_refused: false,
            offline: false,
            known: None,
            wall_ahead: None,
            renew_at: None,
            heartbeat_ms: config.heartbeat_ms,
            retry_ms: 0,
            jitter_ms: 0,
            stats: Stats::default(),
            config,
        }
    }

    /// The caller has just noted how far the queries have come, as [`Output::Mark`] asks for it later: without a cursor, the
    /// server is asked to begin with what was published from this moment on.
    pub fn begin(&mut self, now: f64) {
        self.started.get_or_insert(now);
    }

    /// Connects now, unless connected or connecting.
    pub fn connect(&mut self, now: f64) {
        if !self.has_request() {
            self.start(now);
        }
    }

    /// The page is put away: ends the request, and waits for a wake-up.
    pub fn suspend(&mut self) {
        if !matches!(self.phase, Phase::Idle | Phase::Suspended) {
            self.abort();
            self.phase = Phase::Suspended;
            self.tell(Status::Waiting {
                reason: Reason::Suspended,
                delay_ms: 0.0,
            });
        }
    }

    /// Disconnects for good, or until [`connect`](Self::connect).
    pub fn close(&mut self) {
        self.abort();
        self.phase = Phase::Idle;
        self.tell(Status::Closed);
    }

    /// The token is there, or why there is none.
    pub fn handle_token(&mut self, given: Result<(), &str>, now: f64) {
        if !matches!(self.phase, Phase::Asking { .. }) {
            return;
        }
        match given {
            Ok(()) => self.request(now),
            Err(cause) => self.fail(Reason::Token(cause.into()), 0.0, now),
        }
    }

    /// The answer to the request is here, up to its body.
    pub fn handle_response(&mut self, answer: Answer<'_>, now: f64) {
        let Phase::Connecting { since } = self.phase else {
            return;
        };
        if now - since > REQUEST_MS {
            self.age_ms = None;
        }
        match answer.status {
            200 if is_event_stream(answer.content_type) => {
                self.noted = self.cursor.clone().unwrap_or_default();
                self.parser = Parser::new(self.config.event_bytes, &self.noted);
                self.wall_ahead = answer.wall_ms.map(|wall| wall - now);
                self.phase = Phase::Open {
                    heard: now,
                    live: false,
                };
                self.tell(Status::Replaying);
            }
            200 => {
                let kind = answer.content_type.chars().take(100).collect();
                self.fail(Reason::NotAStream(kind), 0.0, now);
            }
            status @ (204 | 403) => {
                self.abort();
                self.phase = Phase::Idle;
                self.tell(Status::Stopped(Reason::Http(status)));
            }
            status => {
                self.token_refused |= status == 401;
                self.fail(
                    Reason::Http(status),
                    answer.retry_after_ms.unwrap_or(0.0),
                    now,
                );
            }
        }
    }

    /// The next bytes of the body.
    pub fn handle_bytes(&mut self, bytes: &[u8], now: f64) {
        let Phase::Open { heard, live } = &mut self.phase else {
            return;
        };
        *heard = now;
        if *live {
            self.known = Some(now);
        }
        let mut parser = std::mem::replace(&mut self.parser, Parser::new(0, ""));
        let pushed = parser.push(bytes, &mut |event| {
            // A `bye` ends the connection for us, whatever follows it.
            if self.is_open() {
                self.handle_event(event, Source::Own, now);
            }
        });
        if self.is_open() {
            match pushed {
                Ok(()) => {
                    if self.config.relays && parser.last_id() != self.noted {
                        let id = parser.last_id().to_owned();
                        self.relay(format!("id: {id}\n\n"), id);
                    }
                    self.note(parser.last_id());
                }
                Err(overflow) => {
                    // The next replay would run into the same event: go round it, and own up to the gap.
                    self.lose_cursor();
                    self.fail(Reason::Overflow(overflow.to_string()), 0.0, now);
                }
            }
        }
        self.parser = parser;
    }

    /// The request failed, or its body ended or failed, without an [`Output::Abort`].
    pub fn handle_closed(&mut self, error: Option<&str>, now: f64) {
        if self.is_open() || matches!(self.phase, Phase::Connecting { .. }) {
            self.phase = Phase::Idle;
            self.fail(
                error.map_or(Reason::Closed, |error| Reason::Network(error.into())),
                0.0,
                now,
            );
        }
    }

    /// The page or the network is back: resume at once if disconnected, or if the connection is dead by the clock.
    pub fn handle_wake(&mut self, wake: Wake, now: f64) {
        let was_offline = self.offline && wake == Wake::Online;
        // A page in the cache of a browser's history does not hear that the network is back.
        self.offline &= wake == Wake::Visible;
        match self.phase {
            Phase::Waiting { floor, .. } => {
                self.phase = Phase::Waiting {
                    at: floor.max(now),
                    floor,
                }
            }
            Phase::Open { .. } | Phase::Connecting { .. } if was_offline => self.restart(now),
            Phase::Open { heard, .. } if now >= heard + self.silence() => self.restart(now),
            Phase::Suspended => self.start(now),
            _ => {}
        }
        self.handle_timeout(now);
    }

    /// The network is gone: no attempts until a wake-up. A connection that exists is kept, browsers are wrong at times.
    pub fn handle_offline(&mut self) {
        self.offline = true;
    }

    /// Time has passed. Does nothing before [`deadline`](Self::deadline).
    pub fn handle_timeout(&mut self, now: f64) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.phase {
            Phase::Idle | Phase::Fed { .. } | Phase::Suspended => {}
            Phase::Waiting { .. } => self.start(now),
            Phase::Asking { .. } => self.fail(Reason::NoToken(self.config.answer_ms), 0.0, now),
            Phase::Connecting { .. } => {
                self.fail(Reason::NoAnswer(self.config.answer_ms), 0.0, now)
            }
            Phase::Open { heard, .. } if now >= heard + self.silence() => {
                self.fail(Reason::Silent(self.heartbeat_ms), 0.0, now)
            }
            Phase::Open { .. } => {
                self.token_refused = true;
                self.restart(now);
            }
        }
    }

    /// What to do next. Asking says that the output before was carried out.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            match self.queue.pop_front()? {
                Queued::Commit(cursor) => self.cursor = cursor,
                Queued::Output(output) => return Some(output),
                Queued::Connect { marked: false } if self.cursor.is_none() => {
                    self.queue.push_front(Queued::Connect { marked: true });
                    self.is_shaky = false;
                    return Some(Output::Mark);
                }
                Queued::Connect { .. } => {
                    self.gap |= self.was_live && self.cursor.is_none();
                    return Some(Output::Connect {
                        cursor: self.cursor.clone(),
                        age_ms: self.age_ms.filter(|_| self.cursor.is_none()),
                        attempt: self.backoff.failures(),
                    });
                }
            }
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), on the clock of `now`; `None`: not before something happens.
    pub fn deadline(&self) -> Option<f64> {
        match self.phase {
            Phase::Idle | Phase::Fed { .. } | Phase::Suspended => None,
            Phase::Waiting { .. } if self.offline => None,
            Phase::Waiting { at, .. } => Some(at),
            Phase::Asking { since } | Phase::Connecting { since } => {
                Some(since + self.config.answer_ms as f64)
            }
            Phase::Open { heard, .. } => {
                let silent_at = heard + self.silence();
                Some(self.renew_at.map_or(silent_at, |at| at.min(silent_at)))
            }
        }
    }

    /// The position up to which everything was applied.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Whether all that was missed has come in, and what comes is heard of.
    pub fn is_live(&self) -> bool {
        matches!(
            self.phase,
            Phase::Open { live: true, .. } | Phase::Fed { live: true }
        )
    }

    /// For how long nothing has been known of the server, in ms: 0 while live, `None` before the first `sync` or `reset`.
    pub fn lag(&self, now: f64) -> Option<f64> {
        if self.is_live() {
            return Some(0.0);
        }
        self.known.map(|known| (now - known).max(0.0))
    }

    /// Counts since the start.
    pub fn stats(&self) -> Stats {
        self.stats
    }
}

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The own connection.
    Own,
    /// Another tab's, whose stream is followed.
    Fed,
    /// Another tab's, while an own connection catches up to it: applied, but its id is not ours yet.
    Early,
}

fn is_event_stream(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("text/event-stream")
}
