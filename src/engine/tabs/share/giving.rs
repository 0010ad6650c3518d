//! What other tabs want of this one.

use super::message::{Held, Message, Said, Wish};
use super::{Found, MAX_WAITERS, Output, Reply, Request, Share, Stage};

impl Share {
    /// What `Look` has found. `now_wall`: `Date.now()`.
    pub fn found(&mut self, request: Request, found: Option<Found>, now_wall: f64) {
        let Request {
            peer,
            number,
            wish,
            reply,
        } = request;
        let held = found.and_then(|found| self.give(&peer, &wish, found, reply, now_wall));
        let to = peer.clone();
        match held {
            Some(held) if reply != Reply::Word => {
                self.counts.given += 1;
                let text = self.text(Message::Value { to, number, held });
                let key = wish.key;
                self.queue.push_back(Output::Value {
                    to: peer,
                    key,
                    text,
                });
            }
            Some(held) => self.say(Message::Have { to, number, held }),
            None if reply != Reply::Word => self.say(Message::Gone { to, number }),
            None => self.say(Message::No { to, number }),
        }
    }

    /// A value could not be sent: its request, by the text that was to go with it.
    pub fn not_sent(&mut self, text: &str) {
        if let Some(Said {
            message: Message::Value { to, number, .. },
            ..
        }) = Said::parse(text)
        {
            self.counts.given = self.counts.given.saturating_sub(1);
            self.say(Message::Gone { to, number });
        }
    }

    pub(super) fn answer(&mut self, from: String, number: u64, stamp: u64, wish: Wish) {
        // Who has said no before it wanted the same has a greater one from then on.
        self.stamp = self.stamp.max(stamp);
        let proof_at = |heard: u32| self.peer(&from).map_or(0, |peer| peer.tick_at(heard));
        let own = self.wants.iter().find(|want| want.wish.key == wish.key);
        let is_before = own.is_some_and(|want| (want.stamp, &self.me) < (stamp, &from));
        let proof = match own.map(|want| &want.stage) {
            // It goes first, and hasn't been asked: it came after the question.
            Some(Stage::Asking { open, .. }) if !is_before && !open.contains(&from) => {
                let ticket = own.map_or(0, |want| want.ticket);
                self.say(Message::No { to: from, number });
                return self.ask(ticket);
            }
            // The fetch begins after this.
            Some(Stage::Asking { .. }) if is_before => Some(proof_at(self.heard)),
            Some(Stage::Fetching { began: at }) => Some(proof_at(*at)),
            // It has been told by us whom to ask, or will be.
            Some(Stage::Asking { .. } | Stage::Waiting { .. } | Stage::Held) => None,
            Some(Stage::Taking) | None => {
                return self.queue.push_back(Output::Look(Request {
                    peer: from,
                    number,
                    wish,
                    reply: Reply::Word,
                }));
            }
        };
        let ticket = own.map(|want| want.ticket);
        let proof = proof.filter(|proof| *proof >= wish.required);
        let (Some(proof), Some(want)) = (proof, ticket.and_then(|ticket| self.want_of(ticket)))
        else {
            return self.say(Message::No { to: from, number });
        };
        want.waiters.retain(|waiter| waiter.peer != from);
        if want.waiters.len() >= MAX_WAITERS {
            return self.say(Message::No { to: from, number });
        }
        want.waiters.push(Request {
            peer: from.clone(),
            number,
            wish,
            reply: Reply::Awaited,
        });
        // That it wants the same is no answer to the own question: it may have asked before it knew of this tab, and fetch by now.
        self.say(Message::Busy {
            to: from,
            number,
            proof,
        });
    }

    pub(super) fn give(
        &self,
        to: &str,
        wish: &Wish,
        found: Found,
        reply: Reply,
        now_wall: f64,
    ) -> Option<Held> {
        let proof = self.peer(to).map_or(0, |peer| peer.tick_at(found.began));
        let age = now_wall - found.updated_at as f64;
        let is_young = proof >= wish.fresh || age <= wish.max_age as f64 || reply == Reply::Awaited;
        let is_proven = proof >= wish.fresh || (proof >= wish.required && found.is_vouched);
        (is_young && is_proven && found.updated_at >= wish.updated_at).then_some(Held {
            proof,
            updated_at: found.updated_at,
        })
    }
}
