//! One connection for all tabs of an origin: who holds it, and how the others keep up.
//!
//! A lock of the browser elects the leader, and is the only authority: it falls to the next tab when its holder closes or
//! crashes, and is stolen from one that no longer answers. The leader's connection is [`Live`] as it is without tabs; each event
//! is handed on with a number. A follower applies them in order to a [`Live`] of its own, so its cursor is always one from which
//! the server could go on. What the channel loses, doubles or reorders shows as a gap in the numbers; the leader then tells
//! what lies between from its last events, or the follower catches up on a connection of its own and joins when it is live.

use std::collections::VecDeque;

use super::live::{Answer, Config, Live, Output as LiveOutput, Reason, Stats, Status, Wake};
use super::random::Random;
use message::{Message, Standing, Term};
use ring::Ring;

pub use message::{MAX_MESSAGE, VERSION};

mod following;
mod leading;
mod message;
mod name;
mod ring;
pub mod share;

use following::{Following, Join};
pub use following::{PROBE_MS, QUIET_MS};
pub use name::{answers_name, lock_name};

/// What the caller is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// For the own connection and the cache.
    Live(LiveOutput),
    /// Say this to the other tabs.
    Send(String),
    /// Do something about the lock.
    Lock(Lock),
    /// Open (`true`) or close the channel to the other tabs. What comes before it is open is lost.
    Channel(bool),
}

/// What to do about the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Wait in its queue.
    Request,
    /// Take it from whoever has it; the place in the queue is given up.
    Steal,
    /// Give it back, or leave the queue.
    Release,
}

/// What happened to the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockEvent {
    /// It is ours.
    Granted,
    /// It was ours, and another tab has stolen it.
    Lost,
    /// There are no locks here.
    Unavailable,
}

/// A live connection that may be shared. Its commands and what happens to it are those of [`Live`], in the same drain order.
#[derive(Debug)]
pub struct Tabs {
    live: Live,
    role: Role,
    me: String,
    /// The latest that was heard of.
    term: Term,
    ring: Ring,
    queue: VecDeque<Output>,
    random: Random,
    asked: u64,
    shares: bool,
    /// The followers are to hear how the connection stands.
    beats: bool,
    now: f64,
}

#[derive(Debug)]
enum Role {
    /// Not sharing: there are no other tabs, or no way to them.
    Alone,
    /// Before `connect`, and after the end.
    Idle,
    /// The page is put away.
    Away,
    Leader {
        seq: u64,
        standing: Standing,
    },
    Follower(Following),
}

impl Tabs {
    /// `shares`: there are a lock and a channel. Clients that are to spread need different seeds.
    pub fn new(config: Config, seed: u64, shares: bool) -> Tabs {
        let mut random = Random::new(seed ^ 0x7461_6273);
        let mut part = || (random.unit() * 4_294_967_296.0) as u32;
        Tabs {
            me: format!("{:08x}{:08x}", part(), part()),
            live: Live::new(
                Config {
                    relays: shares,
                    ..config
                },
                seed,
            ),
            role: if shares { Role::Idle } else { Role::Alone },
            term: Term::default(),
            ring: Ring::default(),
            queue: VecDeque::new(),
            random,
            asked: 0,
            shares,
            beats: false,
            now: 0.0,
        }
    }

    /// As [`Live::begin`].
    pub fn begin(&mut self, now: f64) {
        self.live.begin(now);
    }

    /// Connects, or follows the tab that has.
    pub fn connect(&mut self, now: f64) {
        self.now = now;
        match self.role {
            Role::Alone => self.live.connect(now),
            Role::Idle => self.enter(),
            Role::Away | Role::Leader { .. } | Role::Follower(_) => {}
        }
    }

    /// The page is put away: leaves the other tabs, and waits for a wake-up.
    pub fn suspend(&mut self) {
        if matches!(self.role, Role::Leader { .. } | Role::Follower(_)) {
            self.leave();
            self.role = Role::Away;
        }
        self.live.suspend();
    }

    /// Disconnects for good, or until [`connect`](Self::connect).
    pub fn close(&mut self) {
        if matches!(self.role, Role::Leader { .. } | Role::Follower(_)) {
            self.leave();
        }
        if self.shares {
            self.role = Role::Idle;
        }
        self.live.close();
    }

    /// As for [`Live::handle_token`].
    pub fn handle_token(&mut self, given: Result<(), &str>, now: f64) {
        self.now = now;
        self.live.handle_token(given, now);
    }

    /// As for [`Live::handle_response`].
    pub fn handle_response(&mut self, answer: Answer<'_>, now: f64) {
        self.now = now;
        self.live.handle_response(answer, now);
    }

    /// As for [`Live::handle_bytes`].
    pub fn handle_bytes(&mut self, bytes: &[u8], now: f64) {
        self.now = now;
        self.live.handle_bytes(bytes, now);
    }

    /// As for [`Live::handle_closed`].
    pub fn handle_closed(&mut self, error: Option<&str>, now: f64) {
        self.now = now;
        self.live.handle_closed(error, now);
    }

    /// As for [`Live::handle_wake`]; the leader hears of it, too.
    pub fn handle_wake(&mut self, wake: Wake, now: f64) {
        self.now = now;
        match self.role {
            Role::Away => self.enter(),
            Role::Follower(_) => self.send(&Message::Wake),
            _ => {}
        }
        self.live.handle_wake(wake, now);
    }

    /// As for [`Live::handle_offline`].
    pub fn handle_offline(&mut self) {
        self.live.handle_offline();
    }

    /// Time has passed. Does nothing before [`deadline`](Self::deadline).
    pub fn handle_timeout(&mut self, now: f64) {
        self.now = now;
        self.live.handle_timeout(now);
        self.probe();
    }

    /// Something happened to the lock.
    pub fn handle_lock(&mut self, event: LockEvent, now: f64) {
        self.now = now;
        match (event, &self.role) {
            (LockEvent::Granted, Role::Follower(_)) => self.lead(),
            (LockEvent::Granted, Role::Leader { .. }) => {}
            (LockEvent::Granted, _) => self.queue.push_back(Output::Lock(Lock::Release)),
            (LockEvent::Lost, Role::Leader { .. }) => {
                self.queue.push_back(Output::Lock(Lock::Request));
                self.seek();
            }
            (LockEvent::Unavailable, Role::Follower(_) | Role::Leader { .. }) => {
                self.queue.push_back(Output::Channel(false));
                self.shares = false;
                self.role = Role::Alone;
                self.live.connect(now);
            }
            _ => {}
        }
    }

    /// Another tab has said something.
    pub fn handle_message(&mut self, text: &str, now: f64) {
        self.now = now;
        let Some(message) = Message::parse(text) else {
            return;
        };
        match self.role {
            Role::Leader { .. } => self.answer(message),
            Role::Follower(_) => self.hear(message),
            Role::Alone | Role::Idle | Role::Away => {}
        }
    }

    /// As for [`Live::poll_output`].
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.queue.pop_front() {
                return Some(output);
            }
            let Some(output) = self.live.poll_output() else {
                if std::mem::take(&mut self.beats) {
                    self.beat();
                    continue;
                }
                return None;
            };
            match output {
                LiveOutput::Relay { text, id } => self.relay(text, id),
                LiveOutput::Status(status) => {
                    if let Some(status) = self.follow_status(status) {
                        return Some(Output::Live(LiveOutput::Status(status)));
                    }
                }
                output => return Some(Output::Live(output)),
            }
        }
    }

    /// As for [`Live::deadline`].
    pub fn deadline(&self) -> Option<f64> {
        let own = self.live.deadline();
        let Role::Follower(following) = &self.role else {
            return own;
        };
        let probe = following.probe_at();
        Some(own.map_or(probe, |own| own.min(probe)))
    }

    /// The position up to which everything was applied.
    pub fn cursor(&self) -> Option<&str> {
        self.live.cursor()
    }

    /// Whether everything up to this position was applied here.
    pub fn has_applied(&self, cursor: &str) -> bool {
        self.live.cursor() == Some(cursor) || self.ring.knows(cursor)
    }

    /// As for [`Live::lag`].
    pub fn lag(&self, now: f64) -> Option<f64> {
        self.live.lag(now)
    }

    /// As for [`Live::is_live`].
    pub fn is_live(&self) -> bool {
        self.live.is_live()
    }

    /// Whether this tab holds the connection of all.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader { .. })
    }

    /// Counts since the start, of the own connection and of what was handed on.
    pub fn stats(&self) -> Stats {
        self.live.stats()
    }

    fn send(&mut self, message: &Message) {
        self.queue.push_back(Output::Send(message.write()));
    }

    /// Joins the other tabs.
    fn enter(&mut self) {
        self.queue.push_back(Output::Channel(true));
        self.queue.push_back(Output::Lock(Lock::Request));
        self.ring.restart(None);
        self.seek();
    }

    fn leave(&mut self) {
        self.queue.push_back(Output::Lock(Lock::Release));
        self.queue.push_back(Output::Channel(false));
    }

    /// Looks for a leader to follow.
    fn seek(&mut self) {
        let was_live = self.live.is_live();
        self.live.follow();
        if was_live {
            self.live.handle_told(Status::Connecting, self.now);
        }
        let quiet_ms = QUIET_MS * (0.9 + 0.2 * self.random.unit());
        self.role = Role::Follower(Following::new(quiet_ms, self.now));
        self.ask();
    }

    /// What the own connection's status means to the others; `None`: it isn't one to be told.
    fn follow_status(&mut self, status: Status) -> Option<Status> {
        match &mut self.role {
            Role::Leader { standing, .. } => {
                let is_over = matches!(status, Status::Stopped(_));
                *standing = match &status {
                    Status::Connecting => Standing::Connecting,
                    Status::Replaying => Standing::Replaying,
                    Status::Live => Standing::Live,
                    _ => Standing::Offline,
                };
                // That it is live is told behind the event that made it so.
                self.beats = true;
                if is_over {
                    self.beats = false;
                    // The next tab may have better rights.
                    self.leave();
                    self.role = Role::Idle;
                }
            }
            Role::Follower(following) => match (&following.join, &status) {
                (Join::CatchingUp { broken }, Status::Live) => {
                    let is_whole = !*broken;
                    self.join_after_catching_up(is_whole);
                    return None;
                }
                (_, Status::Stopped(_)) => {
                    self.leave();
                    self.role = Role::Idle;
                }
                _ => {}
            },
            Role::Alone | Role::Idle | Role::Away => {}
        }
        Some(status)
    }

    fn told(standing: Standing) -> Status {
        match standing {
            Standing::Connecting => Status::Connecting,
            Standing::Replaying => Status::Replaying,
            Standing::Live => Status::Live,
            Standing::Offline => Status::Waiting {
                reason: Reason::Elsewhere,
                delay_ms: 0.0,
            },
        }
    }
}
