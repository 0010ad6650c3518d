//! Time, messages and bytes, and what goes wrong with them.

use std::collections::{BTreeMap, VecDeque};

use ferroquery::engine::live::{Answer, Config, Output as LiveOutput, Wake};
use ferroquery::engine::protocol::ByeReason;
use ferroquery::engine::random::Random;
use ferroquery::engine::tabs::share::Share;
use ferroquery::engine::tabs::{Lock, LockEvent, Output, Tabs};

use super::cache::{Cache, KEYS, RETRY_MS};
use super::server::{HEARTBEAT_MS, Server};

mod faults;
mod outputs;
mod sharing;
mod time;

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
}
