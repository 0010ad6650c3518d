//! The query cache of a tab: the real engine with watched queries, and which version of each key they show.

use ferroquery::engine::answers::Terms;
use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::fetching::Meets;
use ferroquery::engine::observer::{Options, Refetch, Setting};
use ferroquery::engine::protocol::{Mode, Op};
use ferroquery::engine::unproven::Before;

use crate::interner::{Interner, Part};

pub const KEYS: usize = 6;
/// How long after a failure the page tries again, in ms.
pub const RETRY_MS: f64 = 1_000.0;
const HERE: Environment = Environment {
    focused: true,
    online: true,
    server: false,
};

#[derive(Debug)]
pub struct Cache {
    engine: Engine,
    slots: Vec<u32>,
    pub versions: [u64; KEYS],
    start: Before,
    before: Before,
    /// When the host timer fires (ms).
    pub armed: Option<f64>,
    /// Query functions that were called: key and fetch.
    pub asked: Vec<(usize, u32)>,
    /// The oldest versions that this tab's user may see: those after its own writes.
    pub own: [u64; KEYS],
    /// Keys whose fetch has failed.
    pub failed: Vec<usize>,
}

impl Cache {
    /// All keys in these versions, watched, and fresh for ever: only what the server says makes them old.
    pub fn loaded(versions: &[u64; KEYS], seed: u64, now: f64) -> Cache {
        let mut cache = Cache {
            engine: Engine::new(seed),
            slots: Vec::new(),
            versions: *versions,
            start: Before::default(),
            before: Before::default(),
            armed: None,
            asked: Vec::new(),
            own: [0; KEYS],
            failed: Vec::new(),
        };
        let mut interner = Interner::default();
        cache.engine.read_clock(now);
        for key in 0..KEYS {
            let parts = [Part::Text("k"), Part::Number(key as u32)];
            let slot = interner.index(&mut cache.engine, &parts);
            cache.slots.push(slot);
            let pending = cache.engine.write(slot, true, now, true);
            cache.drain(pending, now);
            cache.engine.watch(slot, options(), false, now);
        }
        cache
    }

    /// Whether a key is neither marked nor being fetched.
    pub fn is_settled(&self, key: usize) -> bool {
        let state = self.engine.state(self.slots[key]);
        !state.invalidated && state.fetch_status as u8 == 0
    }

    pub fn fetch(&mut self, key: usize, now: f64) {
        let slot = self.slots[key];
        self.engine.read_clock(now);
        if self.engine.wish_fetch(slot, false) == Meets::Nothing {
            self.engine
                .start_fetch(slot, NetworkMode::Online, false, HERE);
            self.drain(true, now);
        }
    }

    /// The query function has come to an end; `None`: it failed.
    pub fn answer(&mut self, key: usize, fetch: u32, version: Option<u64>, now: f64) {
        let slot = self.slots[key];
        self.engine.read_clock(now);
        let pending = match version {
            Some(version) => {
                let pending = self.engine.succeed(slot, fetch, true, now);
                self.versions[key] = version;
                pending
            }
            None => {
                self.failed.push(key);
                self.engine.fail(slot, fetch, true, now)
            }
        };
        self.drain(pending, now);
    }

    /// What a fetch would take from another tab.
    pub fn terms(&mut self, key: usize, is_placed: bool, now: f64) -> Terms {
        self.engine
            .terms(self.slots[key], false, is_placed, f64::INFINITY, now)
    }

    pub fn begin_shared(&mut self, key: usize, fetch: u32, heard: u32) {
        self.engine.begin_shared(self.slots[key], fetch, heard);
    }

    pub fn offer(&self, key: usize) -> Option<(u32, f64)> {
        self.engine.offer(self.slots[key])
    }

    pub fn required_of(&self, key: usize, proof: u32) -> Option<u32> {
        self.engine.required_of(self.slots[key], proof)
    }

    /// Takes another tab's answer.
    pub fn take(&mut self, key: usize, fetch: u32, version: u64, updated_at: f64, now: f64) {
        let slot = self.slots[key];
        self.engine.read_clock(now);
        self.engine.take_shared(slot, fetch);
        let pending = self.engine.succeed(slot, fetch, true, updated_at);
        self.versions[key] = version;
        self.drain(pending, now);
        self.engine.fetch_ended(slot);
    }

    /// Whether the fetch still is the key's.
    pub fn is_in_flight(&self, key: usize, fetch: u32) -> bool {
        self.engine.is_fetching(self.slots[key], fetch)
    }

    /// The user has written version `own`, and says that the key is old.
    pub fn invalidate(&mut self, key: usize, own: u64, now: f64) {
        self.own[key] = own;
        self.engine.read_clock(now);
        self.engine.set_selection(&[self.slots[key]]);
        let pending = self.engine.invalidate_selected(now);
        self.drain(pending, now);
        let slot = self.slots[key];
        if self.engine.wish_fetch(slot, true) == Meets::Outdated {
            self.engine.cancel_fetch(slot);
        }
        self.engine
            .start_fetch(slot, NetworkMode::Online, false, HERE);
        self.drain(true, now);
    }

    pub fn apply_operations(&mut self, ops: &[Op], mode: Mode, now: f64) {
        self.engine.read_clock(now);
        let pending = self.engine.apply_operations(ops, mode, None, 0.0, now);
        self.drain(pending, now);
    }

    pub fn apply_reset(&mut self, scope: &[String], spread_ms: f64, now: f64) {
        self.engine.read_clock(now);
        let pending = self.engine.apply_reset(scope, spread_ms, now);
        self.drain(pending, now);
    }

    pub fn mark(&mut self) {
        self.before = self.engine.progress();
    }

    pub fn begin_live(&mut self) {
        self.start = self.engine.progress();
    }

    pub fn apply_unproven(&mut self, from_start: bool, now: f64) {
        self.engine.read_clock(now);
        let start = std::mem::take(&mut self.start);
        let mut before = std::mem::take(&mut self.before);
        if from_start {
            before = start;
        }
        let pending = self.engine.apply_unproven(&before, now);
        self.drain(pending, now);
    }

    /// Lets the host timer fire if it is due.
    pub fn fire(&mut self, now: f64) {
        if self.armed.is_some_and(|at| at <= now) {
            self.armed = None;
            let pending = self.engine.fire(now, now, HERE);
            self.drain(pending, now);
        }
    }

    fn drain(&mut self, pending: bool, now: f64) {
        if !pending {
            return;
        }
        loop {
            let key = |slot: u32| self.slots.iter().position(|own| *own == slot).unwrap();
            match self.engine.next() {
                Effect::Done => return,
                Effect::Fetch(slot) => {
                    let key = key(slot);
                    self.fetch(key, now);
                }
                Effect::Run(slot, fetch) => {
                    let key = key(slot);
                    self.asked.push((key, fetch));
                }
                Effect::Arm(delay) => self.armed = Some(now + delay),
                _ => {}
            }
        }
    }
}

fn options() -> Options {
    Options {
        enabled: Options::unpack(1, 0.0, 0.0).enabled,
        stale_time: Setting::Constant(f64::INFINITY),
        on_mount: Setting::Constant(Refetch::IfStale),
        on_focus: Setting::Constant(Refetch::No),
        on_reconnect: Setting::Constant(Refetch::No),
        retry_on_mount: Setting::Constant(true),
        interval: Setting::Constant(0.0),
        interval_in_background: false,
        suspense: false,
        skips_cache: false,
        early: 0.0,
    }
}
