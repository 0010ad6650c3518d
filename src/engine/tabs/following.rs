//! A tab that follows the leader.

use super::message::{Entry, Message, Standing, Verdict};
use super::{Lock, Output, Role, Tabs};

/// A follower that hears nothing for about so long asks whether the leader is there, in ms.
pub const QUIET_MS: f64 = 800.0;
/// How long it waits for the answer, in ms.
pub const PROBE_MS: f64 = 400.0;
/// So many questions in a row without an answer: the leader is frozen or hangs.
const PROBES: u32 = 2;

#[derive(Debug)]
pub(super) struct Following {
    /// The number of the next event.
    next: u64,
    /// When the leader was heard last.
    heard: f64,
    /// Questions since then, and when the last one was asked.
    probes: u32,
    probed: f64,
    quiet_ms: f64,
    contradicted: f64,
    pub join: Join,
    /// It has asked before.
    has_asked: bool,
    told: Option<Standing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// Has asked where to begin.
    Asking,
    /// The leader can't say yet.
    Waiting,
    /// Follows.
    Joined,
    /// Has a connection of its own until that is live. Broken: events of the leader were lost meanwhile.
    CatchingUp { broken: bool },
}

impl Following {
    pub fn new(quiet_ms: f64, now: f64) -> Following {
        Following {
            next: 0,
            heard: now,
            probes: 0,
            probed: now,
            quiet_ms,
            contradicted: f64::NEG_INFINITY,
            join: Join::Asking,
            has_asked: false,
            told: None,
        }
    }

    pub fn is_catching_up(&self) -> bool {
        matches!(self.join, Join::CatchingUp { .. })
    }

    /// When to ask again, or to give the leader up.
    pub fn probe_at(&self) -> f64 {
        // A question or its answer may be lost, and the leader heard of otherwise.
        if self.probes > 0 || self.join == Join::Asking {
            self.probed + PROBE_MS
        } else {
            self.heard + self.quiet_ms
        }
    }
}

impl Tabs {
    /// Asks the leader for what comes after the own cursor.
    pub(super) fn ask(&mut self) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        following.join = Join::Asking;
        if std::mem::replace(&mut following.has_asked, true) {
            self.live.shake();
        }
        following.probes += 1;
        following.probed = self.now;
        self.asked += 1;
        let ask = Message::Ask {
            from: self.me.clone(),
            number: self.asked,
            cursor: self.live.cursor().map(Into::into),
        };
        self.send(&ask);
    }

    /// Asks whether the leader is there, and takes the lock from one that does not answer.
    pub(super) fn probe(&mut self) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        if self.now < following.probe_at() {
            return;
        }
        if following.probes >= PROBES {
            following.probes = 0;
            following.heard = self.now;
            self.queue.push_back(Output::Lock(Lock::Steal));
        } else if following.join == Join::Asking {
            self.ask();
        } else {
            following.probes += 1;
            following.probed = self.now;
            self.ping();
        }
    }

    /// A follower hears what the leader says.
    pub(super) fn hear(&mut self, message: Message) {
        let term = match &message {
            Message::Beat { term, .. }
            | Message::Event { term, .. }
            | Message::Answer { term, .. } => term,
            Message::Ask { .. } | Message::Ping { .. } | Message::Wake => return,
        };
        if *term < self.term {
            // It holds the lock, or has lost it and does not know yet. If it does, it will go beyond our term.
            if let Message::Beat { .. } = message {
                self.contradict();
            }
            return;
        }
        let is_new = *term > self.term;
        if is_new {
            self.term = term.clone();
        }
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        following.heard = self.now;
        following.probes = 0;
        let is_ours = matches!(&message, Message::Answer { to, number, .. } if *to == self.me && *number == self.asked);
        if is_new && !(is_ours && following.join == Join::Asking) {
            if following.is_catching_up() {
                self.live.follow();
            }
            return self.ask();
        }
        match message {
            Message::Beat { seq, standing, .. } => self.hear_beat(seq, standing),
            Message::Event { seq, entry, .. } => self.hear_event(seq, entry),
            Message::Answer {
                seq,
                standing,
                verdict,
                ..
            } if is_ours => self.hear_answer(seq, standing, verdict),
            _ => {}
        }
    }

    /// The own connection is live: everything up to its position is here, and since the question was asked, everything that
    /// the leader heard as well.
    pub(super) fn join_after_catching_up(&mut self, is_whole: bool) {
        self.live.follow();
        // Between the own position and the leader's next event lies what was applied early: a hole.
        self.ring.restart(None);
        if !is_whole {
            return self.ask();
        }
        if let Role::Follower(following) = &mut self.role {
            following.join = Join::Joined;
            following.told = Some(Standing::Live);
        }
        self.live.handle_joined(None, true, self.now);
    }

    /// Tells a leader of an earlier term of ours; one that wakes up may have much to say at once.
    fn contradict(&mut self) {
        if let Role::Follower(following) = &mut self.role
            && self.now >= following.contradicted + PROBE_MS
        {
            following.contradicted = self.now;
            self.ping();
        }
    }

    fn ping(&mut self) {
        let term = self.term.clone();
        self.send(&Message::Ping { term });
    }

    fn hear_beat(&mut self, seq: u64, standing: Standing) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        let is_behind = seq >= following.next;
        match &mut following.join {
            Join::Asking => {}
            Join::Waiting if standing == Standing::Live => self.ask(),
            Join::Joined if is_behind => self.ask(),
            Join::CatchingUp { broken } if is_behind => {
                *broken = true;
                following.next = seq + 1;
            }
            Join::CatchingUp { .. } => {}
            // Overtaken by events.
            Join::Joined if seq + 1 < following.next => {}
            Join::Joined if standing == Standing::Live => {
                following.told = Some(standing);
                self.live.handle_joined(None, true, self.now);
            }
            Join::Waiting | Join::Joined => self.tell(standing),
        }
    }

    fn hear_event(&mut self, seq: u64, entry: Entry) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        if seq < following.next {
            return;
        }
        let is_next = seq == following.next;
        match &mut following.join {
            Join::Asking | Join::Waiting => self.live.shake(),
            Join::Joined if is_next => {
                following.next += 1;
                self.live.handle_fed(&entry.text, self.now);
                self.ring.push(entry);
            }
            Join::Joined => self.ask(),
            Join::CatchingUp { broken } => {
                *broken |= !is_next;
                following.next = seq + 1;
                self.live.handle_early(&entry.text, self.now);
            }
        }
    }

    fn hear_answer(&mut self, seq: u64, standing: Standing, verdict: Verdict) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        if following.join != Join::Asking {
            return;
        }
        following.next = seq + 1;
        match verdict {
            Verdict::Follow { cursor, entries } => {
                following.join = Join::Joined;
                let is_live = standing == Standing::Live;
                if !is_live {
                    self.live.shake();
                }
                if self.live.cursor().is_none() {
                    self.ring.restart(cursor.clone());
                }
                for entry in entries {
                    self.live.handle_fed(&entry.text, self.now);
                    self.ring.push(entry);
                }
                self.live
                    .handle_joined(cursor.as_deref(), is_live, self.now);
                self.tell(standing);
            }
            Verdict::CatchUp => {
                following.join = Join::CatchingUp { broken: false };
                following.told = None;
                self.live.connect(self.now);
            }
            Verdict::Wait => {
                following.join = Join::Waiting;
                self.live.shake();
                self.tell(standing);
            }
        }
    }

    /// Tells how the leader's connection stands, once. That it is live shows in its events.
    fn tell(&mut self, standing: Standing) {
        let Role::Follower(following) = &mut self.role else {
            return;
        };
        if following.told.replace(standing) != Some(standing) && standing != Standing::Live {
            self.live.handle_told(Tabs::told(standing), self.now);
        }
    }
}
