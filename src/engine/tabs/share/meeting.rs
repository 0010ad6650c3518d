//! Which other tabs there are, and whether they still are.

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
        for at in 0..self.wants.len() {
            if matches!(self.wants[at].stage, Stage::Held) {
                self.ask(self.wants[at].ticket);
            }
        }
    }

    /// Notes that a tab is there; whether there is room for it.
    pub(super) fn meet(&mut self, name: &str) -> bool {
        if name == self.me || name.is_empty() {
            return false;
        }
        if self.peer(name).is_none() {
            if self.peers.len() >= MAX_PEERS {
                return false;
            }
            self.peers.push(Peer::new(name, self.now));
        }
        true
    }

    pub(super) fn note(&mut self, name: &str, tick: u32) {
        let (now, heard) = (self.now, self.heard + 1);
        let Some(peer) = self.peer_of(name) else {
            return;
        };
        peer.spoke = now;
        peer.pinged = None;
        peer.is_quiet = false;
        if peer.is_news(tick) {
            peer.note(tick, heard);
            self.heard = heard;
        }
    }

    pub(super) fn part(&mut self, name: &str) {
        self.peers.retain(|peer| peer.name != name);
        self.give_up(name);
    }

    /// Nothing is to be expected of a tab.
    pub(super) fn give_up(&mut self, name: &str) {
        for at in 0..self.wants.len() {
            let want = &mut self.wants[at];
            let ticket = want.ticket;
            want.waiters.retain(|waiter| waiter.peer != name);
            match &mut want.stage {
                Stage::Asking { open, .. } => {
                    let before = open.len();
                    open.retain(|other| other != name);
                    if open.is_empty() && before > 0 {
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
        let now = self.now;
        for name in self.waited() {
            let Some(peer) = self.peer_of(&name) else {
                continue;
            };
            match peer.pinged {
                None if now >= peer.spoke + QUIET_MS => {
                    peer.pinged = Some(now);
                    self.say(Message::Ping { to: name });
                }
                Some(at) if now >= at + PROBE_MS => {
                    peer.is_quiet = true;
                    peer.pinged = None;
                    self.give_up(&name);
                }
                _ => {}
            }
        }
    }

    /// The tabs that are waited for.
    fn waited(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for want in &self.wants {
            if let Stage::Waiting { peer, .. } = &want.stage
                && !names.contains(peer)
            {
                names.push(peer.clone());
            }
        }
        names
    }

    /// Tells which tabs are to be watched.
    pub(super) fn watch(&mut self) {
        let waited = self.waited();
        for name in self.watched.iter().filter(|name| !waited.contains(name)) {
            self.queue.push_back(Output::Watch(name.clone(), false));
        }
        for name in waited.iter().filter(|name| !self.watched.contains(name)) {
            self.queue.push_back(Output::Watch(name.clone(), true));
        }
        self.watched = waited;
    }
}
