//! Which other tabs there are, and whether they still are.

use std::collections::BTreeSet;

use super::message::Message;
use super::peer::Peer;
use super::{MAX_PEERS, Output, PROBE_MS, QUIET_MS, Share, Stage, State};

impl Share {
    pub(super) fn begin_open(&mut self) {
        if self.state == State::Open {
            return;
        }
        self.state = State::Open;
        self.say(Message::Hello);
        let held: Vec<u32> = self
            .wants
            .iter()
            .filter(|(_, want)| matches!(want.stage, Stage::Held))
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in held {
            self.ask(ticket);
        }
    }

    /// Notes that a tab is there; whether there is room for it.
    pub(super) fn meet(&mut self, name: &str) -> bool {
        if name == self.me || name.is_empty() {
            return false;
        }
        if !self.peers.contains_key(name) {
            if self.peers.len() >= MAX_PEERS {
                return false;
            }
            self.peers.insert(name.into(), Peer::new(self.now));
        }
        true
    }

    pub(super) fn note(&mut self, name: &str, tick: u32) {
        let Some(peer) = self.peers.get_mut(name) else {
            return;
        };
        peer.spoke = self.now;
        peer.pinged = None;
        peer.is_quiet = false;
        if peer.is_news(tick) {
            self.heard += 1;
            peer.note(tick, self.heard);
        }
    }

    pub(super) fn part(&mut self, name: &str) {
        self.peers.remove(name);
        self.give_up(name);
    }

    /// Nothing is to be expected of a tab.
    pub(super) fn give_up(&mut self, name: &str) {
        let tickets: Vec<u32> = self.wants.keys().copied().collect();
        for ticket in tickets {
            let Some(want) = self.wants.get_mut(&ticket) else {
                continue;
            };
            want.waiters.retain(|waiter| waiter.peer != name);
            match &mut want.stage {
                Stage::Asking { open, .. } => {
                    let was_open = open.remove(name);
                    if was_open && open.is_empty() {
                        self.begin(ticket);
                    }
                }
                Stage::Waiting { peer, .. } if peer == name => {
                    self.counts.takeovers += 1;
                    self.ask(ticket);
                }
                _ => {}
            }
        }
    }

    /// Asks tabs that are waited for whether they are there, and gives up those that don't answer.
    pub(super) fn probe(&mut self) {
        let waited: BTreeSet<String> = self.waited().map(Into::into).collect();
        for name in waited {
            let Some(peer) = self.peers.get_mut(&name) else {
                continue;
            };
            match peer.pinged {
                None if self.now >= peer.spoke + QUIET_MS => {
                    peer.pinged = Some(self.now);
                    self.say(Message::Ping { to: name });
                }
                Some(at) if self.now >= at + PROBE_MS => {
                    peer.is_quiet = true;
                    peer.pinged = None;
                    self.give_up(&name);
                }
                _ => {}
            }
        }
    }

    pub(super) fn waited(&self) -> impl Iterator<Item = &str> {
        self.wants.values().filter_map(|want| match &want.stage {
            Stage::Waiting { peer, .. } => Some(peer.as_str()),
            _ => None,
        })
    }

    /// Tells which tabs are to be watched.
    pub(super) fn watch(&mut self) {
        let waited: BTreeSet<String> = self.waited().map(Into::into).collect();
        for name in self.watched.difference(&waited) {
            self.queue.push_back(Output::Watch(name.clone(), false));
        }
        for name in waited.difference(&self.watched) {
            self.queue.push_back(Output::Watch(name.clone(), true));
        }
        self.watched = waited;
    }
}
