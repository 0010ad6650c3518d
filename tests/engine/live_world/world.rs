//! Time, messages and bytes, and what goes wrong with them.

use std::collections::{BTreeMap, VecDeque};

use ferroquery::engine::live::{Answer, Config, Output as LiveOutput, Wake};
use ferroquery::engine::protocol::ByeReason;
use ferroquery::engine::random::Random;
use ferroquery::engine::tabs::share::Share;
use ferroquery::engine::tabs::{Lock, LockEvent, Output, Tabs};

use super::cache::{Cache, KEYS, RETRY_MS};
use super::server::{HEARTBEAT_MS, Server};

mod sharing;

/// How long nothing breaks before the end, in ms: longer than the longest backoff.
const SETTLE_MS: f64 = 120_000.0;
const STREAM: Answer<'static> = Answer {
    status: 200,
    content_type: "text/event-stream",
    retry_after_ms: None,
    wall_ms: None,
};

#[derive(Clone, Debug)]
enum Happens {
    /// A request reaches the server.
    Request {
        tab: usize,
        connection: u64,
        cursor: Option<String>,
        age_ms: Option<u64>,
    },
    /// Bytes reach a tab.
    Bytes {
        tab: usize,
        connection: u64,
        bytes: Vec<u8>,
    },
    Answered {
        tab: usize,
        connection: u64,
    },
    Broken {
        tab: usize,
        connection: u64,
    },
    Token {
        tab: usize,
        connection: u64,
    },
    Said {
        tab: usize,
        text: String,
    },
    /// Another tab speaks of answers, perhaps with one.
    Shares {
        tab: usize,
        text: String,
        version: Option<u64>,
    },
    /// The locks tell which tabs there are.
    Peers {
        tab: usize,
    },
    /// A tab that was watched has died.
    Died {
        tab: usize,
        name: String,
    },
    Granted {
        tab: usize,
    },
    Lost {
        tab: usize,
    },
    Fetch {
        tab: usize,
        key: usize,
    },
    Read {
        tab: usize,
        key: usize,
        fetch: u32,
    },
    Fetched {
        tab: usize,
        key: usize,
        fetch: u32,
        version: Option<u64>,
    },
    Heartbeat,
}

#[derive(Debug)]
struct Tab {
    tabs: Tabs,
    share: Share,
    is_sharing: bool,
    watched: Vec<String>,
    /// Fetches in question: key, fetch, and the oldest version that may be taken.
    tickets: BTreeMap<u32, (usize, u32, u64)>,
    ticket: u32,
    offered: Option<u64>,
    cache: Cache,
    is_gone: bool,
    is_away: bool,
    is_frozen: bool,
    has_channel: bool,
    is_cut: bool,
    /// The one request; what comes of others is not for it any more.
    connection: Option<u64>,
    /// Timers wake up at multiples of this (ms).
    coarse_ms: f64,
    inbox: VecDeque<Happens>,
}

#[derive(Debug)]
pub struct World {
    now: f64,
    random: Random,
    server: Server,
    tabs: Vec<Tab>,
    queue: BTreeMap<(u64, u64), Happens>,
    sequence: u64,
    connections: u64,
    holder: Option<usize>,
    waiting: VecDeque<usize>,
    /// When the last bytes of a connection arrive: streams keep their order.
    arrival: BTreeMap<u64, f64>,
    is_lossy: bool,
    is_calm: bool,
    is_traced: bool,
    shares: bool,
    pub steps: u32,
    /// How often a fetch waited for the live connection to know where it is.
    pub held: u64,
    seed: u64,
}

impl World {
    pub fn new(seed: u64, tabs: usize, lossy: bool, shares: bool) -> World {
        let mut world = World {
            now: 0.0,
            random: Random::new(seed),
            server: Server::new(),
            tabs: Vec::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            connections: 0,
            holder: None,
            waiting: VecDeque::new(),
            arrival: BTreeMap::new(),
            is_lossy: lossy,
            is_calm: false,
            is_traced: std::env::var_os("LIVE_SEED").is_some(),
            shares,
            steps: 0,
            held: 0,
            seed,
        };
        world.later(HEARTBEAT_MS as f64, Happens::Heartbeat);
        for _ in 0..tabs {
            world.open();
        }
        world
    }

    /// Something happens, or something breaks, or some time passes.
    pub fn step(&mut self) {
        self.steps += 1;
        let tab = self.below(self.tabs.len());
        let act = self.below(if self.shares { 44 } else { 40 });
        self.trace(|| format!("{:.0} act {act} on tab {tab}", self.now));
        match act {
            0..=13 => {
                let key = self.below(KEYS);
                self.server.write(key, self.now);
                self.flush_streams();
            }
            14 => self.kill(),
            15 | 16 => self.resume(),
            17 => self.server.trim(),
            18 => {
                self.server.flush(self.now);
                self.flush_streams();
            }
            19 => self.say_bye(),
            20 => self.tabs[tab].is_cut = true,
            21 | 22 => self.tabs[tab].is_cut = false,
            23 => self.tabs[tab].is_frozen = true,
            24 | 25 => self.thaw(tab),
            26 => self.close(tab),
            27 => self.crash(tab),
            28 => self.open(),
            29 => self.put_away(tab),
            30 => self.wake(tab, Wake::PageShow),
            31 => self.wake(tab, Wake::Visible),
            32 => {
                let coarse = [0.0, 1_000.0, 60_000.0];
                self.tabs[tab].coarse_ms = coarse[self.below(3)];
            }
            33 => {
                self.act(tab, |tabs, _| tabs.handle_offline());
                self.wake(tab, Wake::Online);
            }
            34 => self.steal(tab),
            35 => self.pass(30_000.0),
            40 | 41 => self.write_own(tab),
            42 | 43 => self.refetch(tab),
            _ => self.pass(1_500.0),
        }
        let until = self.now + self.random.unit() * 200.0;
        self.run_until(until);
    }

    /// Mends everything, waits, and looks.
    pub fn settle(&mut self) {
        self.is_calm = true;
        self.resume();
        if self.shares {
            // What was written in silence is told in the end.
            for key in 0..KEYS {
                self.server.write(key, self.now);
            }
            self.flush_streams();
        }
        for tab in 0..self.tabs.len() {
            self.tabs[tab].is_cut = false;
            self.tabs[tab].coarse_ms = 0.0;
            self.thaw(tab);
            self.wake(tab, Wake::PageShow);
        }
        self.run_until(self.now + SETTLE_MS);
        let open: Vec<usize> = (0..self.tabs.len())
            .filter(|at| !self.tabs[*at].is_gone)
            .collect();
        for &at in &open {
            let tab = &self.tabs[at];
            assert!(
                tab.tabs.is_live(),
                "seed {}: tab {at} is not live: {:#?}",
                self.seed,
                tab.tabs
            );
            for key in 0..KEYS {
                assert_eq!(
                    (tab.cache.versions[key], tab.cache.is_settled(key)),
                    (self.server.versions[key], true),
                    "seed {}: tab {at} shows an old version of key {key}",
                    self.seed
                );
            }
        }
        let connections = self.server.streams.len();
        let expected = usize::from(!open.is_empty());
        assert_eq!(
            connections,
            expected,
            "seed {}: connections of {} tabs",
            self.seed,
            open.len()
        );
    }

    // What tabs and users do

    fn open(&mut self) {
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

    fn close(&mut self, tab: usize) {
        if self.tabs[tab].is_frozen {
            return;
        }
        self.act(tab, |tabs, _| tabs.close());
        self.share(tab, |share, _| share.close());
        self.tabs[tab].is_gone = true;
        self.tell_death(tab);
    }

    fn crash(&mut self, tab: usize) {
        self.tabs[tab].is_gone = true;
        self.hang_up(tab);
        self.release(tab);
        self.tell_death(tab);
    }

    fn put_away(&mut self, tab: usize) {
        if !self.tabs[tab].is_frozen {
            self.tabs[tab].is_away = true;
            self.act(tab, |tabs, _| tabs.suspend());
            self.share(tab, |share, _| share.close());
        }
    }

    fn wake(&mut self, tab: usize, wake: Wake) {
        if self.tabs[tab].is_frozen || (self.tabs[tab].is_away && wake != Wake::PageShow) {
            return;
        }
        self.tabs[tab].is_away = false;
        if self.shares && wake == Wake::PageShow {
            self.share(tab, |share, now| share.open(now));
        }
        self.act(tab, |tabs, now| tabs.handle_wake(wake, now));
    }

    fn thaw(&mut self, tab: usize) {
        self.tabs[tab].is_frozen = false;
        while let Some(happens) = self.tabs[tab].inbox.pop_front() {
            self.happen(happens);
        }
    }

    /// Some other script takes the lock.
    fn steal(&mut self, tab: usize) {
        if self.holder == Some(tab) {
            self.holder = None;
            self.soon(Happens::Lost { tab });
            self.grant_next();
        }
    }

    // What happens to the server

    fn kill(&mut self) {
        self.server.is_up = false;
        let connections: Vec<u64> = self.server.streams.keys().copied().collect();
        self.server.streams.clear();
        for connection in connections {
            self.hear_of_end(connection);
        }
    }

    fn resume(&mut self) {
        if !self.server.is_up {
            self.server.is_up = true;
            if self.below(2) == 0 {
                self.server.begin_epoch(self.now);
            }
        }
    }

    fn say_bye(&mut self) {
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

    fn hear_of_end(&mut self, connection: u64) {
        let owner = self
            .tabs
            .iter()
            .position(|tab| tab.connection == Some(connection));
        if let Some(tab) = owner {
            self.arrive(connection, Happens::Broken { tab, connection });
        }
    }

    // Time

    fn below(&mut self, bound: usize) -> usize {
        (self.random.unit() * bound as f64) as usize
    }

    fn pass(&mut self, most: f64) {
        let until = self.now + self.random.unit() * most;
        self.run_until(until);
    }

    fn later(&mut self, ms: f64, happens: Happens) {
        self.sequence += 1;
        let at = ((self.now + ms) * 1_000.0) as u64;
        self.queue.insert((at, self.sequence), happens);
    }

    fn run_until(&mut self, end: f64) {
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

    fn soon(&mut self, happens: Happens) {
        let ms = self.random.unit() * 5.0;
        self.later(ms, happens);
    }

    /// `LIVE_SEED` shows what happens in its world.
    fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            println!("{}", line());
        }
    }

    fn happen(&mut self, happens: Happens) {
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

    // What tabs ask for

    fn act(&mut self, tab: usize, act: impl FnOnce(&mut Tabs, f64)) {
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

    fn carry_out(&mut self, tab: usize, output: Output) {
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
    fn use_cache(&mut self, tab: usize, act: impl FnOnce(&mut Cache, f64)) {
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

    fn say(&mut self, from: usize, text: &str) {
        for tab in 0..self.tabs.len() {
            if tab == from || !self.tabs[tab].has_channel {
                continue;
            }
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
                let text = text.to_owned();
                self.later(ms, Happens::Said { tab, text });
            }
        }
    }

    fn read(&mut self, tab: usize, key: usize, fetch: u32) {
        let ms = self.random.unit() * 100.0;
        self.later(ms, Happens::Read { tab, key, fetch });
    }

    fn hang_up(&mut self, tab: usize) {
        if let Some(connection) = self.tabs[tab].connection.take() {
            self.server.streams.remove(&connection);
            self.arrival.remove(&connection);
        }
    }

    /// Sends what the server has queued, cut anywhere; a network that is cut swallows it.
    fn flush_streams(&mut self) {
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

    fn arrive(&mut self, connection: u64, happens: Happens) {
        let at = self.now + self.random.unit() * 50.0;
        let last = self.arrival.get(&connection).copied().unwrap_or(0.0);
        let at = at.max(last + 0.002);
        self.arrival.insert(connection, at);
        self.later(at - self.now, happens);
    }

    fn release(&mut self, tab: usize) {
        self.waiting.retain(|at| *at != tab);
        if self.holder == Some(tab) {
            self.holder = None;
        }
        self.grant_next();
    }

    fn grant_next(&mut self) {
        if self.holder.is_none()
            && let Some(tab) = self.waiting.pop_front()
        {
            self.holder = Some(tab);
            self.soon(Happens::Granted { tab });
        }
    }
}
