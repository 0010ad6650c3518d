//! The engine for JavaScript: numbers in, numbers out.
//!
//! Times are ms: `now` is `Date.now()`, `reading` is `performance.now()`. An environment is a sum of 1 (focused), 2 (online) and
//! 4 (server). Commands tell whether `next` has something to say. Decisions give a number, or a question as a negative number
//! `-(1 + topic + 16 * observer)`, which `answer` answers.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::decoding::Decoding;

use crate::engine::core::Engine as Core;
use crate::engine::fetch::Environment;
use crate::engine::fetch::NetworkMode;
use crate::engine::observer::Setting;
use crate::engine::pending::Decision;
use crate::engine::query::FetchStatus;
use crate::engine::query::Scalars;
use crate::engine::query::Status;

/// No id.
pub(super) const NONE: u32 = u32::MAX;
/// Parts tags and event arguments: one string crosses the boundary, not many.
pub(super) const SEPARATOR: char = '\u{1f}';
/// Numbers of a query's state, in the order of `load`.
const SCRATCH: usize = 16;

/// The engine of one query cache.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) core: Rc<RefCell<Core>>,
    pub(super) inbox: Vec<u32>,
    pub(super) scratch: Box<[f64; SCRATCH]>,
    pub(super) decoding: Decoding,
}

pub(super) const fn environment(bits: u32) -> Environment {
    Environment {
        focused: bits & 1 != 0,
        online: bits & 2 != 0,
        server: bits & 4 != 0,
    }
}

pub(super) const fn network_mode(code: u32) -> NetworkMode {
    match code {
        1 => NetworkMode::Always,
        2 => NetworkMode::OfflineFirst,
        _ => NetworkMode::Online,
    }
}

/// A number, or a function where the flag says so.
pub(super) const fn setting(value: f64, dynamic: bool) -> Setting<f64> {
    if dynamic {
        Setting::Dynamic
    } else {
        Setting::Constant(value)
    }
}

pub(super) fn names(joined: &str) -> impl Iterator<Item = &str> + Clone {
    joined.split(SEPARATOR).filter(|name| !name.is_empty())
}

#[wasm_bindgen]
impl Engine {
    /// An engine whose random numbers grow from `seed`.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: f64) -> Self {
        Self {
            core: Rc::new(RefCell::new(Core::new(seed.to_bits()))),
            inbox: vec![0; 64],
            scratch: Box::new([0.0; SCRATCH]),
            decoding: Decoding::default(),
        }
    }

    /// Where `load` leaves a query's state: 16 `f64`.
    pub fn scratch_ptr(&self) -> *const f64 {
        self.scratch.as_ptr()
    }

    /// Room for `length` ids or symbols (`u32`) that the next command reads.
    pub fn inbox_ptr(&mut self, length: usize) -> *const u32 {
        if self.inbox.len() < length {
            self.inbox.resize(length, 0);
        }
        self.inbox.as_ptr()
    }

    /// Where the selection begins: `u32` ids.
    pub fn selection_ptr(&self) -> *const u32 {
        self.core.borrow().selection().as_ptr()
    }

    /// Where the freed symbols begin: `u32`.
    pub fn freed_ptr(&self) -> *const u32 {
        self.core.borrow().freed().as_ptr()
    }

    /// Whether somebody listens to the cache.
    pub fn set_events(&mut self, wanted: bool) {
        self.core.borrow_mut().set_events(wanted);
    }

    /// What the managers say now, after a callback of the user.
    pub fn look(&mut self, bits: u32) {
        self.core.borrow_mut().look(environment(bits));
    }

    /// The next effect: code in the low 5 bits, payload above.
    #[allow(clippy::should_implement_trait, reason = "JavaScript's name for it")]
    pub fn next(&mut self) -> f64 {
        self.core.borrow_mut().next().pack()
    }

    /// Answers an effect that asks.
    pub fn reply(&mut self, answer: f64) {
        self.core.borrow_mut().reply(answer);
    }

    /// A callback has thrown.
    pub fn abandon(&mut self) {
        self.core.borrow_mut().abandon();
    }

    /// The host timer has fired.
    pub fn fire(&mut self, reading: f64, now: f64, bits: u32) -> bool {
        self.core.borrow_mut().fire(reading, now, environment(bits))
    }

    /// From now on the host has a timer for each deadline, or else one for all.
    pub fn set_timers_apart(&mut self, apart: bool, reading: f64) -> bool {
        self.core.borrow_mut().set_timers_apart(apart, reading)
    }

    /// The host has lost its own timers of deadlines.
    pub fn lose_timers(&mut self) {
        self.core.borrow_mut().lose_timers();
    }

    /// What has become of the deadlines' own timers: triples of a timer, its delay (ms; NaN where it is cleared), and whether it
    /// repeats (0 or 1).
    pub fn timer_changes(&mut self) -> Vec<f64> {
        let changes = self.core.borrow_mut().timer_changes();
        changes
            .into_iter()
            .flat_map(|change| {
                let delay = change.at.unwrap_or(f64::NAN);
                [
                    f64::from(change.timer),
                    delay,
                    f64::from(u8::from(change.repeats)),
                ]
            })
            .collect()
    }

    /// The own timer of a deadline has fired.
    pub fn fire_one(&mut self, timer: u32, reading: f64, now: f64, bits: u32) -> bool {
        self.core
            .borrow_mut()
            .fire_one(timer, reading, now, environment(bits))
    }

    /// Whether the host timer should be cleared.
    pub fn disarm(&mut self) -> bool {
        self.core.borrow_mut().disarm()
    }

    pub(super) fn decide(&mut self, decision: Decision) -> f64 {
        self.core.borrow_mut().decide(decision)
    }

    pub(super) fn decide_at(&mut self, reading: f64, decision: Decision) -> f64 {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.decide(decision)
    }

    pub(super) fn scratch_state(&self) -> Scalars {
        let scratch = &*self.scratch;
        Scalars {
            status: match scratch[0] as u8 {
                1 => Status::Error,
                2 => Status::Success,
                _ => Status::Pending,
            },
            fetch_status: match scratch[1] as u8 {
                1 => FetchStatus::Fetching,
                2 => FetchStatus::Paused,
                _ => FetchStatus::Idle,
            },
            has_data: scratch[2] != 0.0,
            invalidated: scratch[3] != 0.0,
            data_update_count: scratch[4],
            data_updated_at: scratch[5],
            error_update_count: scratch[6],
            error_updated_at: scratch[7],
            failure_count: scratch[8],
        }
    }
}
