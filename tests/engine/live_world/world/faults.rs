//! What tabs and users do, and what breaks.

use super::*;

impl World {
    pub(super) fn open(&mut self) {
        let is_rendered = self.below(2) == 0;
        let config = Config {
            cursor: is_rendered.then(|| self.server.cursor()),
            asks_token: self.below(3) == 0,
            cap_ms: 10_000.0,
            answer_ms: 5_000,
            heartbeat_ms: HEARTBEAT_MS,
            spread_ms: 300,
            ..Config::default()
        };
        let seed = (self.random.unit() * 1e15) as u64;
        // Loaded with the page, or by an earlier life of it: nobody knows how old that is.
        let cache = Cache::loaded(&self.server.versions, seed, self.now);
        self.tabs.push(Tab {
            tabs: Tabs::new(config, seed, true),
            share: Share::new(seed),
            is_sharing: false,
            watched: Vec::new(),
            tickets: BTreeMap::new(),
            ticket: 0,
            offered: None,
            cache,
            is_gone: false,
            is_away: false,
            is_frozen: false,
            has_channel: false,
            is_cut: false,
            connection: None,
            coarse_ms: 0.0,
            inbox: VecDeque::new(),
        });
        let at = self.tabs.len() - 1;
        if self.below(2) == 0 {
            let until = self.now + self.random.unit() * 2_000.0;
            self.server.write(0, self.now);
            self.flush_streams();
            self.run_until(until);
        }
        if self.shares {
            self.share(at, |share, now| share.open(now));
        }
        self.tabs[at].cache.begin_live();
        self.act(at, |tabs, now| {
            tabs.begin(now);
            tabs.connect(now);
        });
    }

    pub(super) fn close(&mut self, tab: usize) {
        if self.tabs[tab].is_frozen {
            return;
        }
        self.act(tab, |tabs, _| tabs.close());
        self.share(tab, |share, _| share.close());
        self.tabs[tab].is_gone = true;
        self.tell_death(tab);
    }

    pub(super) fn crash(&mut self, tab: usize) {
        self.tabs[tab].is_gone = true;
        self.hang_up(tab);
        self.release(tab);
        self.tell_death(tab);
    }

    pub(super) fn put_away(&mut self, tab: usize) {
        if !self.tabs[tab].is_frozen {
            self.tabs[tab].is_away = true;
            self.act(tab, |tabs, _| tabs.suspend());
            self.share(tab, |share, _| share.close());
        }
    }

    pub(super) fn wake(&mut self, tab: usize, wake: Wake) {
        if self.tabs[tab].is_frozen || (self.tabs[tab].is_away && wake != Wake::PageShow) {
            return;
        }
        self.tabs[tab].is_away = false;
        if self.shares && wake == Wake::PageShow {
            self.share(tab, |share, now| share.open(now));
        }
        self.act(tab, |tabs, now| tabs.handle_wake(wake, now));
    }

    pub(super) fn thaw(&mut self, tab: usize) {
        self.tabs[tab].is_frozen = false;
        while let Some(happens) = self.tabs[tab].inbox.pop_front() {
            self.happen(happens);
        }
    }

    /// Some other script takes the lock.
    pub(super) fn steal(&mut self, tab: usize) {
        if self.holder == Some(tab) {
            self.holder = None;
            self.soon(Happens::Lost { tab });
            self.grant_next();
        }
    }

    // What happens to the server

    pub(super) fn kill(&mut self) {
        self.server.is_up = false;
        let connections: Vec<u64> = self.server.streams.keys().copied().collect();
        self.server.streams.clear();
        for connection in connections {
            self.hear_of_end(connection);
        }
    }

    pub(super) fn resume(&mut self) {
        if !self.server.is_up {
            self.server.is_up = true;
            if self.below(2) == 0 {
                self.server.begin_epoch(self.now);
            }
        }
    }

    pub(super) fn say_bye(&mut self) {
        let connections: Vec<u64> = self.server.streams.keys().copied().collect();
        let Some(&connection) = connections.get(self.below(connections.len().max(1))) else {
            return;
        };
        let reason = [ByeReason::Slow, ByeReason::Drain][self.below(2)].clone();
        let bye = Server::bye(reason).into_bytes();
        if let Some(stream) = self.server.streams.get_mut(&connection) {
            stream.extend(bye);
        }
        self.flush_streams();
        self.server.streams.remove(&connection);
        self.hear_of_end(connection);
    }

    pub(super) fn hear_of_end(&mut self, connection: u64) {
        let owner = self
            .tabs
            .iter()
            .position(|tab| tab.connection == Some(connection));
        if let Some(tab) = owner {
            self.arrive(connection, Happens::Broken { tab, connection });
        }
    }
}
