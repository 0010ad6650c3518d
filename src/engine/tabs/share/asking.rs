//! What this tab wants: whom it asks, for whom it waits, what it takes.

use std::collections::BTreeSet;

use super::message::{Held, Message};
use super::{ASK_MS, MAX_TRIES, Output, Share, Stage, WAIT_MS, Want};

impl Share {
    /// Asks the others, or begins where there is nobody to ask.
    pub(super) fn ask(&mut self, ticket: u32) {
        let open: BTreeSet<String> = self
            .peers
            .iter()
            .filter(|(_, peer)| !peer.is_quiet)
            .map(|(name, _)| name.clone())
            .collect();
        let Some(want) = self.wants.get_mut(&ticket) else {
            return;
        };
        want.tries += 1;
        if open.is_empty() || want.tries > MAX_TRIES {
            return self.begin(ticket);
        }
        self.asked += 1;
        want.number = self.asked;
        want.stage = Stage::Asking {
            open,
            denied: BTreeSet::new(),
            until: self.now + ASK_MS,
        };
        let (number, wish) = (want.number, want.wish.clone());
        self.counts.asked += u32::from(want.tries == 1);
        self.say(Message::Want { number, wish });
    }

    pub(super) fn begin(&mut self, ticket: u32) {
        if let Some(want) = self.wants.get_mut(&ticket) {
            want.stage = Stage::Fetching { began: self.heard };
            self.queue.push_back(Output::Begin(ticket));
        }
    }

    pub(super) fn begin_unless_running(&mut self, ticket: u32) {
        let runs = self
            .wants
            .get(&ticket)
            .is_none_or(|want| matches!(want.stage, Stage::Fetching { .. } | Stage::Taking));
        if !runs {
            self.begin(ticket);
        }
    }

    pub(super) fn ticket_of(&self, number: u64) -> Option<u32> {
        let mut wants = self.wants.iter();
        wants
            .find(|(_, want)| want.number == number)
            .map(|(ticket, _)| *ticket)
    }

    pub(super) fn hear_no(&mut self, from: &str, number: u64) {
        let Some(ticket) = self.ticket_of(number) else {
            return;
        };
        if let Some(Want {
            stage: Stage::Asking { open, denied, .. },
            ..
        }) = self.wants.get_mut(&ticket)
        {
            open.remove(from);
            denied.insert(from.into());
            if open.is_empty() {
                self.begin(ticket);
            }
        }
    }

    pub(super) fn hear_busy(&mut self, from: String, number: u64, proof: u32) {
        let Some(ticket) = self.ticket_of(number) else {
            return;
        };
        let Some(want) = self.wants.get_mut(&ticket) else {
            return;
        };
        if !matches!(want.stage, Stage::Asking { .. }) {
            return;
        }
        if proof >= want.wish.required {
            want.stage = Stage::Waiting {
                peer: from,
                until: self.now + WAIT_MS,
                has_it: false,
            };
            self.send_away(ticket);
        } else {
            self.hear_no(&from, number);
        }
    }

    pub(super) fn hear_have(&mut self, from: String, number: u64, held: Held) {
        let Some(ticket) = self.ticket_of(number) else {
            return;
        };
        let until = self.now + WAIT_MS;
        let Some(want) = self.wants.get_mut(&ticket) else {
            return;
        };
        if !matches!(want.stage, Stage::Asking { .. }) {
            return;
        }
        if held.proof < want.wish.required || held.updated_at < want.wish.updated_at {
            return self.hear_no(&from, number);
        }
        let wish = want.wish.clone();
        want.stage = Stage::Waiting {
            peer: from.clone(),
            until,
            has_it: true,
        };
        self.send_away(ticket);
        self.say(Message::Give {
            to: from,
            number,
            wish,
        });
    }

    /// It won't be fetched here: who waits for that asks again, and may need what is newer than this tab does.
    fn send_away(&mut self, ticket: u32) {
        let want = self.wants.get_mut(&ticket);
        for waiter in want.map_or_else(Vec::new, |want| std::mem::take(&mut want.waiters)) {
            self.say(Message::Gone {
                to: waiter.peer,
                number: waiter.number,
            });
        }
    }

    pub(super) fn hear_value(&mut self, from: &str, number: u64, held: Held) {
        let ticket = self.ticket_of(number);
        let Some((ticket, want)) =
            ticket.and_then(|ticket| Some((ticket, self.wants.get_mut(&ticket)?)))
        else {
            return;
        };
        let is_waited = matches!(&want.stage, Stage::Waiting { peer, .. } if peer == from);
        if !is_waited {
            return;
        }
        if held.proof < want.wish.required || held.updated_at < want.wish.updated_at {
            self.counts.refused += 1;
            return self.ask(ticket);
        }
        want.stage = Stage::Taking;
        self.counts.taken += 1;
        self.queue.push_back(Output::Take {
            ticket,
            proof: held.proof,
            updated_at: held.updated_at,
        });
    }

    pub(super) fn hear_gone(&mut self, from: &str, number: u64) {
        let Some(ticket) = self.ticket_of(number) else {
            return;
        };
        match self.wants.get(&ticket).map(|want| &want.stage) {
            // It had it and can't send it: asked again, it would say the same.
            Some(Stage::Waiting { peer, has_it, .. }) if peer == from && *has_it => {
                self.begin(ticket);
            }
            Some(Stage::Waiting { peer, .. }) if peer == from => self.ask(ticket),
            _ => self.hear_no(from, number),
        }
    }
}
