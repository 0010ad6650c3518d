//! The tab that holds the connection.

use super::message::{Entry, Message, SEPARATOR, Standing, Term, Verdict};
use super::{Role, Tabs};
use crate::engine::live::Wake;

impl Tabs {
    /// The lock is ours: the connection, too.
    pub(super) fn lead(&mut self) {
        self.term = Term {
            number: self.term.number + 1,
            leader: self.me.clone(),
        };
        self.role = Role::Leader {
            seq: 0,
            standing: Standing::Connecting,
        };
        self.live.connect(self.now);
        self.beat();
    }

    pub(super) fn beat(&mut self) {
        if let Role::Leader { seq, standing } = self.role {
            self.send(&Message::Beat {
                term: self.term.clone(),
                seq,
                standing,
            });
        }
    }

    /// A leader answers.
    pub(super) fn answer(&mut self, message: Message) {
        match message {
            Message::Ask {
                from,
                number,
                cursor,
            } => {
                let Role::Leader { seq, standing } = self.role else {
                    return;
                };
                let verdict = self.verdict(cursor.as_deref());
                self.send(&Message::Answer {
                    term: self.term.clone(),
                    seq,
                    to: from,
                    number,
                    standing,
                    verdict,
                });
            }
            Message::Ping { term } => {
                if term > self.term {
                    // Those who follow it must hear that the lock is here.
                    self.term.number = term.number + 1;
                }
                self.beat();
            }
            Message::Wake => self.live.handle_wake(Wake::Visible, self.now),
            // Another leader: the lock will tell which of the two it still is.
            Message::Beat { .. } | Message::Event { .. } | Message::Answer { .. } => return,
        }
        // Timers of hidden pages sleep, messages wake them.
        self.live.handle_timeout(self.now);
    }

    pub(super) fn verdict(&self, cursor: Option<&str>) -> Verdict {
        let is_live = self.live.is_live();
        let own = self.live.cursor();
        let entries = match cursor {
            None => Some(Vec::new()),
            Some(cursor) => self
                .ring
                .after(cursor)
                .or_else(|| (own == Some(cursor)).then(Vec::new)),
        };
        match entries {
            Some(entries) => Verdict::Follow {
                cursor: own.filter(|_| is_live).map(Into::into),
                entries,
            },
            None if is_live => Verdict::CatchUp,
            None => Verdict::Wait,
        }
    }

    /// An event of the own connection.
    pub(super) fn relay(&mut self, mut text: String, id: String) {
        if text.contains(SEPARATOR) {
            // No JSON holds it: unreadable there as it was here.
            text = format!("event: inv\nid: {id}\ndata: unreadable\n\n");
        }
        let entry = Entry { id, text };
        match &self.role {
            // What catching up has left in the queue lies before the hole that joining leaves.
            Role::Follower(following) if !following.is_catching_up() => return,
            _ => self.ring.push(entry.clone()),
        }
        if let Role::Leader { seq, .. } = &mut self.role {
            *seq += 1;
            let event = Message::Event {
                term: self.term.clone(),
                seq: *seq,
                entry,
            };
            self.send(&event);
        }
    }
}
