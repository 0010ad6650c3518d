//! Answers that tabs share: one fetch for one key at a time, and what a tab has is not fetched by another.
//!
//! A tab that is about to fetch asks the others. One that fetches the key lets it wait; one that has a fresh answer offers it;
//! if all say no, or none is there, it fetches. Where several ask at once, the one of the least stamp goes first (Lamport 1978:
//! Time, Clocks, and the Ordering of Events), and of equal ones that of the least name: all see the same order.
//!
//! **Never an answer from before an invalidation.** Clocks prove nothing between tabs, so none is asked. Each tab counts what
//! the others can't know: its own invalidations, manual writes and wishes (its *tick*, `answers.rs`). Its messages tell its tick;
//! who fetches knows which ticks it had heard before. So "your tick 7 was known here when this fetch began" says that the fetch
//! began after whatever had made that tab count to 7. What servers invalidate is known to both: a tab's wish tells how far its
//! live connection is, and an answer that is older than the wish is only given by a tab that has applied everything up to
//! there and still has it as fresh.

use std::collections::VecDeque;

use crate::engine::random::Random;
use message::{Message, Said};
use output::Reply;
use peer::Peer;
use want::{Stage, Want};

pub use message::{MAX_KEY, VERSION, Wish};
pub use output::{Counts, Found, Output, Request};
pub use waiting::{ASK_MS, JOIN_MS, PATIENCE_MS, PROBE_MS, QUIET_MS, WAIT_MS};

mod asking;
mod giving;
mod meeting;
mod message;
mod output;
mod peer;
mod waiting;
mod want;

/// Who waits for one that waits for another asks again, so that many tabs that want at once come to one.
const MAX_TRIES: u32 = 8;
const MAX_PEERS: usize = 64;
const MAX_WAITERS: usize = 64;

#[derive(Debug, PartialEq)]
enum State {
    Closed,
    Joining { until: f64 },
    Open,
}

/// One tab among those that share. Times are in ms of any clock that doesn't go back.
#[derive(Debug)]
pub struct Share {
    me: String,
    state: State,
    peers: Vec<Peer>,
    /// Counts the news of all peers' ticks.
    heard: u32,
    /// The greatest stamp of any question so far.
    stamp: u64,
    /// What the others are told of ours.
    tick: u32,
    /// By ticket.
    wants: Vec<Want>,
    /// Fetches that wait for the live connection, by ticket, and until when.
    early: Vec<(u32, f64)>,
    watched: Vec<String>,
    queue: VecDeque<Output>,
    counts: Counts,
    now: f64,
    /// When the caller's timer fires; infinite where none is armed.
    armed: f64,
}

impl Share {
    /// Tabs need different seeds.
    pub fn new(seed: u64) -> Share {
        let mut random = Random::new(seed ^ 0x7368_6172);
        let mut part = || (random.unit() * 4_294_967_296.0) as u32;
        Share {
            me: format!("{:08x}{:08x}", part(), part()),
            state: State::Closed,
            peers: Vec::new(),
            heard: 1,
            stamp: 0,
            tick: 0,
            wants: Vec::new(),
            early: Vec::new(),
            watched: Vec::new(),
            queue: VecDeque::new(),
            counts: Counts::default(),
            now: 0.0,
            armed: f64::INFINITY,
        }
    }

    /// This tab's name.
    pub fn name(&self) -> &str {
        &self.me
    }

    /// What has been heard so far: what a fetch that begins now can prove.
    pub fn heard(&self) -> u32 {
        self.heard
    }

    /// Counts since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether other tabs may be there that answer.
    fn has_peers(&self) -> bool {
        match self.state {
            State::Closed => false,
            State::Joining { .. } => true,
            State::Open => self.peers.iter().any(|peer| !peer.is_quiet),
        }
    }

    // Commands

    /// Joins the other tabs.
    pub fn open(&mut self, now: f64) {
        self.now = now;
        if self.state == State::Closed {
            self.state = State::Joining {
                until: now + JOIN_MS,
            };
            self.queue.push_back(Output::Channel(true));
        }
    }

    /// Leaves them: who waits for this tab is told, and who waits here fetches.
    pub fn close(&mut self) {
        if self.state == State::Closed {
            return;
        }
        self.say(Message::Bye);
        self.state = State::Closed;
        self.peers.clear();
        for at in 0..self.wants.len() {
            let want = &mut self.wants[at];
            want.waiters.clear();
            if !matches!(want.stage, Stage::Fetching { .. } | Stage::Taking) {
                let ticket = want.ticket;
                self.begin(ticket);
            }
        }
        self.ask_early();
        self.watch();
        self.queue.push_back(Output::Channel(false));
    }

    /// A fetch is about to call its query function, while the live connection doesn't know yet where it is, so that nobody could
    /// say that an answer isn't older than what the server has said. Whether it waits for that: it comes to `Ask`.
    pub fn hold(&mut self, ticket: u32, now: f64) -> bool {
        self.now = now;
        let place = self.early.binary_search_by(|(early, _)| early.cmp(&ticket));
        let until = match place {
            Ok(at) => self.early[at].1,
            Err(_) => now + PATIENCE_MS,
        };
        let waits = self.has_peers() && now < until;
        match place {
            Ok(at) if !waits => {
                self.early.remove(at);
            }
            Err(at) if waits => self.early.insert(at, (ticket, until)),
            _ => {}
        }
        waits
    }

    /// A fetch is about to call its query function: comes to `Begin` or `Take`.
    pub fn want(&mut self, ticket: u32, wish: Wish, now: f64) {
        self.now = now;
        self.forget_early(ticket);
        self.tick = self.tick.max(wish.fresh);
        let is_shared = self.state != State::Closed && wish.is_sayable();
        let want = Want {
            ticket,
            wish,
            stage: Stage::Held,
            number: 0,
            stamp: 0,
            tries: 0,
            waiters: Vec::new(),
        };
        match self.place(ticket) {
            Ok(at) => self.wants[at] = want,
            Err(at) => self.wants.insert(at, want),
        }
        if !is_shared {
            self.begin(ticket);
        } else if self.state == State::Open {
            self.ask(ticket);
        }
    }

    /// A fetch has ended: with an answer that is stored now, or without.
    pub fn settle(&mut self, ticket: u32, has_answer: bool) {
        self.forget_early(ticket);
        let Ok(at) = self.place(ticket) else {
            return;
        };
        for waiter in self.wants.remove(at).waiters {
            if has_answer {
                self.queue.push_back(Output::Look(waiter));
            } else {
                self.say(Message::Gone {
                    to: waiter.peer,
                    number: waiter.number,
                });
            }
        }
    }

    /// What `Take` offers isn't to be taken; `required`: what an answer would have to prove.
    pub fn refuse(&mut self, ticket: u32, required: u32, now: f64) {
        self.now = now;
        self.counts.refused += 1;
        self.counts.taken = self.counts.taken.saturating_sub(1);
        if let Some(want) = self.want_of(ticket) {
            want.wish.required = required.max(want.wish.required);
            self.ask(ticket);
        }
    }

    // What happens

    /// The live connection may know where it is, or has ended.
    pub fn handle_position(&mut self, now: f64) {
        self.now = now;
        self.ask_early();
    }

    /// These tabs hold a lock.
    pub fn handle_peers<'a>(&mut self, names: impl Iterator<Item = &'a str>, now: f64) {
        self.now = now;
        if self.state == State::Closed {
            return;
        }
        for name in names {
            self.meet(name);
        }
        self.begin_open();
    }

    /// A tab that was watched has died.
    pub fn handle_death(&mut self, name: &str, now: f64) {
        self.now = now;
        self.part(name);
    }

    /// Another tab has said something; `has_value`: with a value.
    pub fn handle_message(&mut self, text: &str, has_value: bool, now: f64) {
        self.now = now;
        if self.state == State::Closed {
            return;
        }
        let Some(Said {
            from,
            tick,
            message,
        }) = Said::parse(text)
        else {
            self.counts.refused += 1;
            return;
        };
        if from == self.me {
            return;
        }
        if message == Message::Bye {
            return self.part(&from);
        }
        if !self.meet(&from) {
            return;
        }
        self.note(&from, tick);
        match message {
            Message::Hello | Message::Bye => {}
            Message::Want {
                number,
                stamp,
                wish,
            } => self.answer(from, number, stamp, wish),
            Message::Give { to, number, wish } if to == self.me => {
                self.queue.push_back(Output::Look(Request {
                    peer: from,
                    number,
                    wish,
                    reply: Reply::Value,
                }));
            }
            Message::No { to, number } if to == self.me => self.hear_no(&from, number),
            Message::Busy { to, number, proof } if to == self.me => {
                self.hear_busy(from, number, proof);
            }
            Message::Have { to, number, held } if to == self.me => {
                self.hear_have(from, number, held);
            }
            Message::Value { to, number, held } if to == self.me && has_value => {
                self.hear_value(&from, number, held);
            }
            Message::Gone { to, number } if to == self.me => self.hear_gone(&from, number),
            Message::Ping { to } if to == self.me => self.say(Message::Pong { to: from }),
            _ => {}
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.queue.is_empty() {
            self.watch();
        }
        self.queue.pop_front()
    }

    fn ask_early(&mut self) {
        let early = self.early.iter().map(|(ticket, _)| *ticket);
        self.queue.extend(early.map(Output::Ask));
    }

    fn forget_early(&mut self, ticket: u32) {
        let place = self.early.binary_search_by(|(early, _)| early.cmp(&ticket));
        if let Ok(at) = place {
            self.early.remove(at);
        }
    }

    fn place(&self, ticket: u32) -> Result<usize, usize> {
        self.wants.binary_search_by(|want| want.ticket.cmp(&ticket))
    }

    fn want_of(&mut self, ticket: u32) -> Option<&mut Want> {
        let at = self.place(ticket).ok()?;
        self.wants.get_mut(at)
    }

    fn peer(&self, name: &str) -> Option<&Peer> {
        self.peers.iter().find(|peer| peer.name == name)
    }

    fn peer_of(&mut self, name: &str) -> Option<&mut Peer> {
        self.peers.iter_mut().find(|peer| peer.name == name)
    }

    fn text(&self, message: Message) -> String {
        Said {
            from: self.me.clone(),
            tick: self.tick,
            message,
        }
        .write()
    }

    fn say(&mut self, message: Message) {
        let text = self.text(message);
        self.queue.push_back(Output::Send(text));
    }
}
