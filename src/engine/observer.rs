//! What the engine knows of an observer: the constants among its options, and which of them only a function can tell.

use super::timers::TimerId;

/// An option that is a constant, or a function that JavaScript has to call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting<T> {
    /// Known.
    Constant(T),
    /// Ask.
    Dynamic,
}

/// When an event (mount, focus, reconnect) makes an observer fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refetch {
    /// Never.
    No,
    /// If stale.
    IfStale,
    /// Even if fresh.
    Always,
}

/// What an observer says of itself. Nothing said is a yes, and yet a change when it becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// `false`.
    No,
    /// `true`.
    Yes,
    /// Nothing.
    Unsaid,
}

impl Enabled {
    /// From the number by which JavaScript says it.
    pub const fn from_code(code: u32) -> Self {
        match code {
            0 => Self::No,
            2 => Self::Unsaid,
            _ => Self::Yes,
        }
    }
}

impl Refetch {
    /// From the number by which JavaScript says it.
    pub const fn from_code(code: u32) -> Self {
        match code {
            0 => Self::No,
            2 => Self::Always,
            _ => Self::IfStale,
        }
    }
}

/// The options of an observer as the engine needs them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Whether it may fetch by itself.
    pub enabled: Setting<Enabled>,
    /// How long data stays fresh (ms); `STATIC` for ever.
    pub stale_time: Setting<f64>,
    /// On mount.
    pub on_mount: Setting<Refetch>,
    /// On window focus.
    pub on_focus: Setting<Refetch>,
    /// On reconnect.
    pub on_reconnect: Setting<Refetch>,
    /// Whether a mount tries again after an error.
    pub retry_on_mount: Setting<bool>,
    /// How often it polls (ms), 0 for never, NaN where nothing is said.
    pub interval: Setting<f64>,
    /// Whether it polls without focus.
    pub interval_in_background: bool,
    /// Whether an error is left to an error boundary.
    pub suspense: bool,
    /// Whether it fetches whenever it comes to a query, however fresh the data is.
    pub skips_cache: bool,
    /// How eagerly it refreshes before the data turns stale (the β of `early.rs`); 0: not at all.
    pub early: f32,
}

/// Two bits of an option word: 3 means a function.
const fn two_bits(bits: u32, at: u32) -> u32 {
    (bits >> at) & 3
}

const fn flag(bits: u32, at: u32) -> Setting<bool> {
    match two_bits(bits, at) {
        3 => Setting::Dynamic,
        code => Setting::Constant(code != 0),
    }
}

const fn refetch(bits: u32, at: u32) -> Setting<Refetch> {
    match two_bits(bits, at) {
        3 => Setting::Dynamic,
        code => Setting::Constant(Refetch::from_code(code)),
    }
}

const fn number(bits: u32, at: u32, value: f64) -> Setting<f64> {
    if (bits >> at) & 1 == 1 {
        Setting::Dynamic
    } else {
        Setting::Constant(value)
    }
}

impl Options {
    /// Unpacks the option word that JavaScript packs; `stale_time` and `interval` in ms.
    ///
    /// Bits: 0 enabled, 2 on mount, 4 on focus, 6 on reconnect, 8 retry on mount (two bits each, 3 for a function);
    /// 10 stale time is a function, 11 interval is a function, 12 polls in background, 13 suspense,
    /// 14 skips the cache; 16 to 31 the upper half of the `f32` that tells how eagerly it refreshes early.
    pub fn unpack(bits: u32, stale_time: f64, interval: f64) -> Self {
        Self {
            enabled: match two_bits(bits, 0) {
                3 => Setting::Dynamic,
                code => Setting::Constant(Enabled::from_code(code)),
            },
            stale_time: number(bits, 10, stale_time),
            on_mount: refetch(bits, 2),
            on_focus: refetch(bits, 4),
            on_reconnect: refetch(bits, 6),
            retry_on_mount: flag(bits, 8),
            interval: number(bits, 11, interval),
            interval_in_background: (bits >> 12) & 1 == 1,
            suspense: (bits >> 13) & 1 == 1,
            skips_cache: (bits >> 14) & 1 == 1,
            early: f32::from_bits(bits & 0xffff_0000),
        }
    }
}

/// An observer from its first listener to its end.
#[derive(Debug)]
pub struct Observer {
    /// The query it watches.
    pub query: u32,
    /// Its options.
    pub options: Options,
    /// Whether its last result was stale.
    pub last_stale: bool,
    /// When the data of its last result came (ms).
    pub last_updated_at: f64,
    pub(super) stale_timer: TimerId,
    pub(super) interval_timer: TimerId,
    pub(super) early_timer: TimerId,
    /// The interval in force (ms), 0 or NaN for none; before the first choice -Infinity, which no wish equals.
    pub(super) interval: f64,
    /// No longer among its query's observers, but a running notification may still reach it.
    pub(super) gone: bool,
}
