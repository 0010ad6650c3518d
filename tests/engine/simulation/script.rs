//! What the world does, the same for the engine and for the model.

use ferroquery::engine::observer::{Enabled, Options, Refetch, Setting};

use crate::interner::Part;

/// Keys of the world's queries; some share prefixes and parts.
pub const KEYS: [&[Part]; 5] = [
    &[Part::Text("a")],
    &[Part::Text("a"), Part::Number(1)],
    &[Part::Text("a"), Part::Text("b")],
    &[Part::Text("b")],
    &[Part::Text("b"), Part::Number(1)],
];

/// How often a failed fetch is tried again.
pub const RETRIES: f64 = 2.0;
/// The pause before that (ms).
pub const RETRY_DELAY_MS: f64 = 20.0;
/// How long an unwatched query stays (ms).
pub const GC_TIME_MS: f64 = 150.0;

/// What an observer asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wishes {
    pub enabled: bool,
    /// ms, or `STATIC`.
    pub stale_time: f64,
    /// On mount, focus and reconnect alike.
    pub refetch: Refetch,
    pub retry_on_mount: bool,
    /// ms, 0 for none.
    pub interval: f64,
    pub in_background: bool,
    /// All of it is said by functions.
    pub dynamic: bool,
    /// It stops watching as soon as it is told of data.
    pub leaves: bool,
}

impl Wishes {
    /// As the engine takes them.
    pub fn options(&self) -> Options {
        fn setting<T>(dynamic: bool, value: T) -> Setting<T> {
            if dynamic {
                Setting::Dynamic
            } else {
                Setting::Constant(value)
            }
        }
        Options {
            enabled: setting(
                self.dynamic,
                if self.enabled {
                    Enabled::Yes
                } else {
                    Enabled::No
                },
            ),
            stale_time: setting(self.dynamic, self.stale_time),
            on_mount: setting(self.dynamic, self.refetch),
            on_focus: setting(self.dynamic, self.refetch),
            on_reconnect: setting(self.dynamic, self.refetch),
            retry_on_mount: setting(self.dynamic, self.retry_on_mount),
            interval: setting(self.dynamic, self.interval),
            interval_in_background: self.in_background,
            suspense: false,
            skips_cache: false,
            early: 0.0,
        }
    }
}

/// How a call of a query function ends.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// When (ms).
    pub at: f64,
    pub fails: bool,
}

/// The answer to the `run`-th call of a query's function, which starts at `now`: any fixed mixture will do.
pub fn answer(seed: u64, query: usize, run: u32, now: f64) -> Answer {
    let mut mixed = seed ^ ((query as u64) << 32) ^ u64::from(run);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    Answer {
        at: now + 1.0 + (mixed % 40) as f64,
        fails: (mixed >> 8).is_multiple_of(3),
    }
}

/// What both sides tell of, to be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told {
    /// A query function was called.
    Run(f64, usize),
    /// A query's time was over, or an operation dropped it.
    Removed(f64, usize),
    /// A sweep has ended.
    Swept(f64),
}

/// One thing that users, pages or servers do.
#[derive(Debug, Clone)]
pub enum Act {
    Watch(usize, Wishes),
    Unwatch(prop::sample::Index, bool),
    Fetch(usize),
    Write(usize),
    Cancel(usize),
    Remove(usize),
    /// `invalidateQueries` with this prefix of a key.
    Invalidate(usize),
    /// Operations of a server.
    Operate(Vec<Said>, ferroquery::engine::protocol::Mode),
    Focus(bool),
    Online(bool),
    Elapse(u32),
    /// The machine sleeps: time passes, no timer fires before the end.
    Sleep(u32),
    /// Fake timers come or go.
    FakeTimers(bool),
}

/// What an operation hits.
#[derive(Debug, Clone, Copy)]
pub enum Said {
    Key(usize),
    Prefix(usize),
    Glob(&'static str),
    Everything,
}

use proptest::prelude::prop;
