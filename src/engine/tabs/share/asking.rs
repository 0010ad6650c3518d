//! What this tab wants: whom it asks, for whom it waits, what it takes.

use super::message::{Held, Message};
use super::{ASK_MS, MAX_TRIES, Output, Share, Stage, WAIT_MS, Want};

impl Share {
    /// Asks the others, or begins where there is nobody to ask.
    pub(super) fn ask(&mut self, ticket: u32) {
        let there = self.peers.iter().filter(|peer| !peer.is_quiet);
        let open: Vec<String> = there.map(|peer| peer.name.clone()).collect();
        let until = self.now + ASK_MS;
        let stamp = self.stamp.saturating_add(1);
        let Some(want) = self.want_of(ticket) else {
            return;
        };
        want.tries += 1;
        if open.is_empty() || want.tries > MAX_TRIES {
            return self.begin(ticket);
        }
        want.number = u64::from(ticket) * u64::from(MAX_TRIES + 1) + u64::from(want.tries);
        want.stamp = stamp;
        want.stage = Stage::Asking { open, until };
        let (number, wish) = (want.number, want.wish.clone());
        let is_first = want.tries == 1;
        self.stamp = stamp;
        self.counts.asked += u32::from(is_first);
        self.say(Message::Want {
            number,
            stamp,
            wish,
        });
    }

    pub(super) fn begin(&mut self, ticket: u32) {
        let began = self.heard;
        if let Some(want) = self.want_of(ticket) {
            want.stage = Stage::Fetching { began };
            self.queue.push_back(Output::Begin(ticket));
        }
    }

    /// The wish of which a question was the last one.
    fn asked(&mut self, number: u64) -> Option<&mut Want> {
        let ticket = (number / u64::from(MAX_TRIES + 1)).try_into().ok()?;
        self.want_of(ticket).filter(|want| want.number == number)
    }

    pub(super) fn hear_no(&mut self, from: &str, number: u64) {
        if let Some(Want {
            ticket,
            stage: Stage::Asking { open, .. },
            ..
        }) = self.asked(number)
            && let Some(at) = open.iter().position(|name| name == from)
        {
            open.swap_remove(at);
            if open.is_empty() {
                let ticket = *ticket;
                self.begin(ticket);
            }
        }
    }

    pub(super) fn hear_busy(&mut self, from: String, number: u64, proof: u32) {
        let until = self.now + WAIT_MS;
        let Some(want) = self.asked(number) else {
            return;
        };
        if !matches!(want.stage, Stage::Asking { .. }) {
            return;
        }
        if proof >= want.wish.required {
            want.stage = Stage::Waiting {
                peer: from,
                until,
                has_it: false,
            };
            self.send_away(number);
        } else {
            self.hear_no(&from, number);
        }
    }

    pub(super) fn hear_have(&mut self, from: String, number: u64, held: Held) {
        let until = self.now + WAIT_MS;
        let Some(want) = self.asked(number) else {
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
        self.send_away(number);
        self.say(Message::Give {
            to: from,
            number,
            wish,
        });
    }

    /// It won't be fetched here: who waits for that asks again, and may need what is newer than this tab does.
    fn send_away(&mut self, number: u64) {
        let want = self.asked(number);
        for waiter in want.map_or_else(Vec::new, |want| std::mem::take(&mut want.waiters)) {
            self.say(Message::Gone {
                to: waiter.peer,
                number: waiter.number,
            });
        }
    }

    pub(super) fn hear_value(&mut self, from: &str, number: u64, held: Held) {
        let Some(want) = self.asked(number) else {
            return;
        };
        let ticket = want.ticket;
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
        let Some(want) = self.asked(number) else {
            return;
        };
        let ticket = want.ticket;
        match &want.stage {
            // It had it and can't send it: asked again, it would say the same.
            Stage::Waiting { peer, has_it, .. } if peer == from && *has_it => {
                self.begin(ticket);
            }
            Stage::Waiting { peer, .. } if peer == from => self.ask(ticket),
            _ => self.hear_no(from, number),
        }
    }
}
