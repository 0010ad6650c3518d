//! Tabs that share answers. Each answer that is taken must be as new as anything that its tab knew of.

use ferroquery::engine::tabs::share::{Counts, Found, Output as ShareOutput, Share, Wish};

use super::{Happens, KEYS, World};

impl World {
    /// A fetch may take what another tab has.
    pub(super) fn wish(&mut self, tab: usize, key: usize, fetch: u32) {
        self.tabs[tab].ticket += 1;
        let ticket = self.tabs[tab].ticket;
        self.tabs[tab].tickets.insert(ticket, (key, fetch, 0));
        self.ask(tab, ticket);
    }

    /// Says what it would take, or waits for the live connection to know where it is.
    fn ask(&mut self, tab: usize, ticket: u32) {
        let Some((key, fetch, _)) = self.tabs[tab].tickets.get(&ticket).copied() else {
            return;
        };
        let cursor = self.tabs[tab].tabs.cursor().map(str::to_owned);
        if cursor.is_none() {
            let mut is_held = false;
            self.share(tab, |share, now| is_held = share.hold(ticket, now));
            self.held += u64::from(is_held);
            if is_held {
                return;
            }
        }
        let terms = self.tabs[tab].cache.terms(key, cursor.is_some(), self.now);
        let known = cursor.as_ref().and_then(|at| self.server.committed.get(at));
        let oldest = known.map_or(0, |versions| versions[key]);
        let oldest = oldest.max(self.tabs[tab].cache.own[key]);
        self.tabs[tab].tickets.insert(ticket, (key, fetch, oldest));
        let wish = Wish {
            key: format!("[\"k\",{key}]"),
            required: terms.required,
            fresh: terms.fresh,
            max_age: terms.max_age as u64,
            updated_at: terms.updated_at as u64,
            positions: cursor.unwrap_or_default(),
        };
        self.share(tab, |share, now| share.want(ticket, wish, now));
    }

    pub(super) fn settle_share(&mut self, tab: usize, key: usize, fetch: u32, has_answer: bool) {
        let tickets = &mut self.tabs[tab].tickets;
        let ticket = tickets
            .iter()
            .find(|(_, one)| (one.0, one.1) == (key, fetch))
            .map(|(ticket, _)| *ticket);
        if let Some(ticket) = ticket {
            tickets.remove(&ticket);
            self.share(tab, |share, _| share.settle(ticket, has_answer));
        }
    }

    pub(super) fn share(&mut self, tab: usize, act: impl FnOnce(&mut Share, f64)) {
        if self.tabs[tab].is_gone {
            return;
        }
        act(&mut self.tabs[tab].share, self.now);
        while let Some(output) = self.tabs[tab].share.poll_output() {
            self.trace(|| format!("{:.0} tab {tab} {output:?}", self.now));
            self.carry_out_share(tab, output);
        }
    }

    pub(super) fn carry_out_share(&mut self, tab: usize, output: ShareOutput) {
        match output {
            ShareOutput::Channel(open) => {
                self.tabs[tab].is_sharing = open;
                if open {
                    self.soon(Happens::Peers { tab });
                }
            }
            ShareOutput::Send(text) => {
                for other in 0..self.tabs.len() {
                    self.say_share(tab, other, &text, None);
                }
            }
            ShareOutput::Value { to, key, text } => {
                let key = key_of(&key);
                let version = self.tabs[tab].cache.versions[key];
                let other = self.tabs.iter().position(|tab| tab.share.name() == to);
                if let Some(other) = other {
                    self.say_share(tab, other, &text, Some(version));
                }
            }
            ShareOutput::Watch(name, true) => {
                let is_dead = self
                    .tabs
                    .iter()
                    .any(|tab| tab.share.name() == name && tab.is_gone);
                self.tabs[tab].watched.push(name.clone());
                if is_dead {
                    self.soon(Happens::Died { tab, name });
                }
            }
            ShareOutput::Watch(name, false) => {
                self.tabs[tab].watched.retain(|watched| *watched != name);
            }
            ShareOutput::Ask(ticket) => self.ask(tab, ticket),
            ShareOutput::Begin(ticket) => {
                let Some((key, fetch, _)) = self.tabs[tab].tickets.get(&ticket).copied() else {
                    return;
                };
                let heard = self.tabs[tab].share.heard();
                self.tabs[tab].cache.begin_shared(key, fetch, heard);
                self.read(tab, key, fetch);
            }
            ShareOutput::Take {
                ticket,
                proof,
                updated_at,
            } => self.take(tab, ticket, proof, updated_at),
            ShareOutput::Look(request) => {
                let is_vouched = request.positions().is_empty()
                    || self.tabs[tab].tabs.has_applied(request.positions());
                let offer = self.tabs[tab].cache.offer(key_of(request.key()));
                let found = offer.map(|(began, updated_at)| Found {
                    began,
                    updated_at: updated_at as u64,
                    is_vouched,
                });
                self.share(tab, |share, now| share.found(request, found, now));
            }
        }
    }

    pub(super) fn take(&mut self, tab: usize, ticket: u32, proof: u32, updated_at: u64) {
        let Some((key, fetch, oldest)) = self.tabs[tab].tickets.get(&ticket).copied() else {
            return;
        };
        let version = self.tabs[tab].offered.take().expect("it came with a value");
        if let Some(required) = self.tabs[tab].cache.required_of(key, proof) {
            return self.share(tab, |share, now| share.refuse(ticket, required, now));
        }
        let own = self.tabs[tab].cache.own[key];
        assert!(
            version >= oldest.max(own),
            "seed {}: tab {tab} takes version {version} of key {key}, and knew of {oldest} and {own}",
            self.seed
        );
        self.use_cache(tab, |cache, now| {
            cache.take(key, fetch, version, updated_at as f64, now)
        });
        self.tabs[tab].tickets.remove(&ticket);
        self.share(tab, |share, _| share.settle(ticket, true));
    }

    pub(super) fn say_share(&mut self, from: usize, to: usize, text: &str, version: Option<u64>) {
        if from == to || !self.tabs[to].is_sharing || self.tabs[to].is_gone {
            return;
        }
        self.carry(|| Happens::Shares {
            tab: to,
            text: text.to_owned(),
            version,
        });
    }

    /// A tab's lock is free: those who watch it hear of that.
    pub(super) fn tell_death(&mut self, dead: usize) {
        let name = self.tabs[dead].share.name().to_owned();
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].watched.contains(&name) {
                let name = name.clone();
                self.soon(Happens::Died { tab, name });
            }
        }
    }

    /// A user writes, and makes the own page look again; nobody else is told.
    pub(super) fn write_own(&mut self, tab: usize) {
        if self.tabs[tab].is_gone || self.tabs[tab].is_frozen {
            return;
        }
        let key = self.below(KEYS);
        let version = self.server.write_silently(key);
        self.abandon(tab, key);
        self.use_cache(tab, |cache, now| cache.invalidate(key, version, now));
    }

    /// Some page looks again, as on focus.
    pub(super) fn refetch(&mut self, tab: usize) {
        if !self.tabs[tab].is_gone && !self.tabs[tab].is_frozen {
            let key = self.below(KEYS);
            self.use_cache(tab, |cache, now| cache.fetch(key, now));
        }
    }

    /// A key's fetch is cancelled.
    pub(super) fn abandon(&mut self, tab: usize, key: usize) {
        let tickets = &mut self.tabs[tab].tickets;
        let gone: Vec<u32> = tickets
            .iter()
            .filter(|(_, one)| one.0 == key)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in gone {
            self.tabs[tab].tickets.remove(&ticket);
            self.share(tab, |share, _| share.settle(ticket, false));
        }
    }

    /// What all tabs have shared.
    pub fn shared(&self) -> Counts {
        self.tabs.iter().fold(Counts::default(), |sum, tab| {
            let counts = tab.share.counts();
            Counts {
                asked: sum.asked + counts.asked,
                taken: sum.taken + counts.taken,
                given: sum.given + counts.given,
                takeovers: sum.takeovers + counts.takeovers,
                refused: sum.refused + counts.refused,
            }
        })
    }
}

/// The key of a hash text.
fn key_of(text: &str) -> usize {
    let digits = text
        .strip_prefix("[\"k\",")
        .and_then(|rest| rest.strip_suffix(']'));
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("a key of this world")
}
