//! What tabs ask for.

use super::*;

impl World {
    pub(super) fn act(&mut self, tab: usize, act: impl FnOnce(&mut Tabs, f64)) {
        if self.tabs[tab].is_gone {
            return;
        }
        act(&mut self.tabs[tab].tabs, self.now);
        while let Some(output) = self.tabs[tab].tabs.poll_output() {
            self.carry_out(tab, output);
        }
        if self.tabs[tab].tabs.cursor().is_some() {
            self.share(tab, |share, now| share.handle_position(now));
        }
        self.use_cache(tab, |_, _| {});
    }

    pub(super) fn carry_out(&mut self, tab: usize, output: Output) {
        self.trace(|| format!("{:.0} tab {tab} {output:?}", self.now));
        match output {
            Output::Send(text) => self.say(tab, &text),
            Output::Channel(open) => self.tabs[tab].has_channel = open,
            Output::Lock(Lock::Request) => {
                self.waiting.push_back(tab);
                self.grant_next();
            }
            Output::Lock(Lock::Steal) => {
                self.waiting.retain(|at| *at != tab);
                if let Some(holder) = self.holder.replace(tab) {
                    self.soon(Happens::Lost { tab: holder });
                }
                self.soon(Happens::Granted { tab });
            }
            Output::Lock(Lock::Release) => self.release(tab),
            Output::Live(LiveOutput::AskToken { .. }) => {
                self.connections += 1;
                let connection = self.connections;
                self.tabs[tab].connection = Some(connection);
                let ms = self.random.unit() * 50.0;
                self.later(ms, Happens::Token { tab, connection });
            }
            Output::Live(LiveOutput::Connect { cursor, age_ms, .. }) => {
                self.connections += 1;
                let connection = self.connections;
                self.tabs[tab].connection = Some(connection);
                let ms = self.random.unit() * 50.0;
                self.later(
                    ms,
                    Happens::Request {
                        tab,
                        connection,
                        cursor,
                        age_ms,
                    },
                );
            }
            Output::Live(LiveOutput::Abort) => self.hang_up(tab),
            Output::Live(LiveOutput::Mark) => self.tabs[tab].cache.mark(),
            Output::Live(LiveOutput::ApplyOps { ops, mode, .. }) => {
                self.tabs[tab].cache.apply_operations(&ops, mode, self.now);
            }
            Output::Live(LiveOutput::ApplyReset {
                scope, spread_ms, ..
            }) => {
                self.tabs[tab]
                    .cache
                    .apply_reset(&scope, spread_ms, self.now);
            }
            Output::Live(LiveOutput::ApplyUnproven { from_start }) => {
                self.tabs[tab].cache.apply_unproven(from_start, self.now);
            }
            Output::Live(LiveOutput::Status(_)) => {}
            Output::Live(LiveOutput::Relay { .. }) => panic!("tabs relay by themselves"),
        }
    }

    /// Does something with a tab's cache, and calls the query functions that this asks for.
    pub(super) fn use_cache(&mut self, tab: usize, act: impl FnOnce(&mut Cache, f64)) {
        let cache = &mut self.tabs[tab].cache;
        act(cache, self.now);
        let asked = std::mem::take(&mut cache.asked);
        let failed = std::mem::take(&mut cache.failed);
        for (key, fetch) in asked {
            if self.shares {
                self.wish(tab, key, fetch);
            } else {
                self.read(tab, key, fetch);
            }
        }
        for key in failed {
            self.later(RETRY_MS, Happens::Fetch { tab, key });
        }
    }

    pub(super) fn say(&mut self, from: usize, text: &str) {
        for tab in 0..self.tabs.len() {
            if tab == from || !self.tabs[tab].has_channel {
                continue;
            }
            self.carry(|| Happens::Said {
                tab,
                text: text.to_owned(),
            });
        }
    }

    /// Between tabs a word may be lost, come late or twice.
    pub(super) fn carry(&mut self, word: impl Fn() -> Happens) {
        let is_noisy = self.is_lossy && !self.is_calm;
        let chance = self.below(20);
        let copies = match chance {
            0 if is_noisy => 0,
            1 if is_noisy => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let ms = if is_noisy {
                self.random.unit() * 20.0
            } else {
                1.0
            };
            self.later(ms, word());
        }
    }

    pub(super) fn read(&mut self, tab: usize, key: usize, fetch: u32) {
        let ms = self.random.unit() * 100.0;
        self.later(ms, Happens::Read { tab, key, fetch });
    }

    pub(super) fn hang_up(&mut self, tab: usize) {
        if let Some(connection) = self.tabs[tab].connection.take() {
            self.server.streams.remove(&connection);
            self.arrival.remove(&connection);
        }
    }

    /// Sends what the server has queued, cut anywhere; a network that is cut swallows it.
    pub(super) fn flush_streams(&mut self) {
        let streams: Vec<u64> = self.server.streams.keys().copied().collect();
        for connection in streams {
            let Some(tab) = self
                .tabs
                .iter()
                .position(|tab| tab.connection == Some(connection))
            else {
                continue;
            };
            let bytes = self
                .server
                .streams
                .get_mut(&connection)
                .map(std::mem::take)
                .unwrap_or_default();
            if bytes.is_empty() {
                continue;
            }
            if self.tabs[tab].is_cut {
                // TCP delivers without a hole or not at all.
                self.server.streams.remove(&connection);
                continue;
            }
            let cut = self.below(bytes.len() + 1);
            for piece in [&bytes[..cut], &bytes[cut..]] {
                let bytes = piece.to_vec();
                self.arrive(
                    connection,
                    Happens::Bytes {
                        tab,
                        connection,
                        bytes,
                    },
                );
            }
        }
    }

    pub(super) fn arrive(&mut self, connection: u64, happens: Happens) {
        let at = self.now + self.random.unit() * 50.0;
        let last = self.arrival.get(&connection).copied().unwrap_or(0.0);
        let at = at.max(last + 0.002);
        self.arrival.insert(connection, at);
        self.later(at - self.now, happens);
    }

    pub(super) fn release(&mut self, tab: usize) {
        self.waiting.retain(|at| *at != tab);
        if self.holder == Some(tab) {
            self.holder = None;
        }
        self.grant_next();
    }

    pub(super) fn grant_next(&mut self) {
        if self.holder.is_none()
            && let Some(tab) = self.waiting.pop_front()
        {
            self.holder = Some(tab);
            self.soon(Happens::Granted { tab });
        }
    }
}
