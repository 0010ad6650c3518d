//! What happens when.

use super::*;

impl World {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.random.unit() * bound as f64) as usize
    }

    pub(super) fn pass(&mut self, most: f64) {
        let until = self.now + self.random.unit() * most;
        self.run_until(until);
    }

    pub(super) fn later(&mut self, ms: f64, happens: Happens) {
        self.sequence += 1;
        let at = ((self.now + ms) * 1_000.0) as u64;
        self.queue.insert((at, self.sequence), happens);
    }

    pub(super) fn run_until(&mut self, end: f64) {
        loop {
            let timer = (0..self.tabs.len())
                .filter(|at| !self.tabs[*at].is_gone && !self.tabs[*at].is_frozen)
                .filter_map(|at| {
                    let tab = &self.tabs[at];
                    let armed = tab.cache.armed.unwrap_or(f64::INFINITY);
                    let sharing = tab.share.deadline().unwrap_or(f64::INFINITY);
                    let live = tab.tabs.deadline().unwrap_or(f64::INFINITY);
                    let deadline = live.min(armed).min(sharing);
                    let deadline = deadline.max(self.now);
                    let coarse = tab.coarse_ms;
                    let wakes = if coarse > 0.0 {
                        (deadline / coarse).ceil() * coarse
                    } else {
                        deadline
                    };
                    wakes.is_finite().then_some((wakes, at))
                })
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let next = self.queue.keys().next().map(|key| key.0 as f64 / 1_000.0);
            let timer_at = timer.map_or(f64::INFINITY, |timer| timer.0);
            let next_at = next.unwrap_or(f64::INFINITY);
            if timer_at.min(next_at) > end {
                self.now = self.now.max(end);
                return;
            }
            if let Some((at, tab)) = timer.filter(|_| timer_at <= next_at) {
                self.now = self.now.max(at);
                self.use_cache(tab, |cache, now| cache.fire(now));
                self.act(tab, |tabs, now| tabs.handle_timeout(now));
                if self.shares {
                    self.share(tab, |share, now| share.handle_timeout(now));
                }
            } else if let Some((key, happens)) = self.queue.pop_first() {
                self.now = self.now.max(key.0 as f64 / 1_000.0);
                self.happen(happens);
            }
        }
    }

    pub(super) fn soon(&mut self, happens: Happens) {
        let ms = self.random.unit() * 5.0;
        self.later(ms, happens);
    }

    /// `LIVE_SEED` shows what happens in its world.
    pub(super) fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            println!("{}", line());
        }
    }

    pub(super) fn happen(&mut self, happens: Happens) {
        self.trace(|| match &happens {
            Happens::Bytes {
                tab,
                connection,
                bytes,
            } => {
                let text = String::from_utf8_lossy(bytes);
                format!("{:.0} tab {tab} gets on {connection}: {text:?}", self.now)
            }
            other => format!("{:.0} {other:?}", self.now),
        });
        let tab = match &happens {
            Happens::Heartbeat => {
                self.server.heartbeat();
                self.flush_streams();
                return self.later(HEARTBEAT_MS as f64, Happens::Heartbeat);
            }
            Happens::Request {
                tab,
                connection,
                cursor,
                age_ms,
            } => {
                if self.tabs[*tab].connection != Some(*connection) || self.tabs[*tab].is_gone {
                    return;
                }
                if self.tabs[*tab].is_cut {
                    return;
                }
                if !self.server.is_up {
                    let broken = Happens::Broken {
                        tab: *tab,
                        connection: *connection,
                    };
                    return self.arrive(*connection, broken);
                }
                self.server
                    .connect(*connection, cursor.as_deref(), *age_ms, self.now);
                let answered = Happens::Answered {
                    tab: *tab,
                    connection: *connection,
                };
                self.arrive(*connection, answered);
                return self.flush_streams();
            }
            Happens::Read { tab, key, fetch } => {
                let can = self.server.is_up && !self.tabs[*tab].is_cut;
                let version = can.then(|| self.server.versions[*key]);
                let fetched = Happens::Fetched {
                    tab: *tab,
                    key: *key,
                    fetch: *fetch,
                    version,
                };
                let ms = self.random.unit() * 100.0;
                return self.later(ms, fetched);
            }
            Happens::Bytes { tab, .. }
            | Happens::Answered { tab, .. }
            | Happens::Broken { tab, .. }
            | Happens::Token { tab, .. }
            | Happens::Said { tab, .. }
            | Happens::Shares { tab, .. }
            | Happens::Peers { tab }
            | Happens::Died { tab, .. }
            | Happens::Granted { tab }
            | Happens::Lost { tab }
            | Happens::Fetch { tab, .. }
            | Happens::Fetched { tab, .. } => *tab,
        };
        if self.tabs[tab].is_gone {
            return;
        }
        if self.tabs[tab].is_frozen {
            return self.tabs[tab].inbox.push_back(happens);
        }
        let current = self.tabs[tab].connection;
        match happens {
            Happens::Bytes {
                connection, bytes, ..
            } if current == Some(connection) => {
                self.act(tab, |tabs, now| tabs.handle_bytes(&bytes, now));
            }
            Happens::Answered { connection, .. } if current == Some(connection) => {
                self.act(tab, |tabs, now| tabs.handle_response(STREAM, now));
            }
            Happens::Broken { connection, .. } if current == Some(connection) => {
                self.hang_up(tab);
                self.act(tab, |tabs, now| tabs.handle_closed(None, now));
            }
            Happens::Token { connection, .. } if current == Some(connection) => {
                let given = if self.below(5) == 0 {
                    Err("none")
                } else {
                    Ok(())
                };
                self.act(tab, |tabs, now| tabs.handle_token(given, now));
            }
            Happens::Said { text, .. } if self.tabs[tab].has_channel => {
                self.act(tab, |tabs, now| tabs.handle_message(&text, now));
            }
            Happens::Shares { text, version, .. } if self.tabs[tab].is_sharing => {
                self.tabs[tab].offered = version;
                let has_value = version.is_some();
                self.share(tab, |share, now| {
                    share.handle_message(&text, has_value, now)
                });
            }
            Happens::Peers { .. } if self.tabs[tab].is_sharing => {
                let names: Vec<String> = self
                    .tabs
                    .iter()
                    .filter(|tab| !tab.is_gone && tab.is_sharing)
                    .map(|tab| tab.share.name().into())
                    .collect();
                self.share(tab, |share, now| {
                    share.handle_peers(names.iter().map(String::as_str), now)
                });
            }
            Happens::Died { name, .. } => {
                self.share(tab, |share, now| share.handle_death(&name, now));
            }
            Happens::Granted { .. } if self.holder == Some(tab) => {
                self.act(tab, |tabs, now| tabs.handle_lock(LockEvent::Granted, now));
            }
            Happens::Lost { .. } if self.holder != Some(tab) => {
                self.act(tab, |tabs, now| tabs.handle_lock(LockEvent::Lost, now));
            }
            Happens::Fetch { key, .. } => self.use_cache(tab, |cache, now| cache.fetch(key, now)),
            Happens::Fetched {
                key,
                fetch,
                version,
                ..
            } => {
                if self.shares && !self.tabs[tab].cache.is_in_flight(key, fetch) {
                    return;
                }
                self.use_cache(tab, |cache, now| cache.answer(key, fetch, version, now));
                self.settle_share(tab, key, fetch, version.is_some());
            }
            _ => {}
        }
    }
}
