//! One fetch of one query: tries, sleeps, pauses.

use super::http::heard::Heard;
use super::timers::TimerId;

/// Which network a fetch needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetworkMode {
    /// Starts and goes on only online.
    #[default]
    Online,
    /// Doesn't care.
    Always,
    /// Starts anyway, goes on only online.
    OfflineFirst,
}

/// What the page's managers say at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// Somebody looks at the page.
    pub focused: bool,
    /// There is a network.
    pub online: bool,
    /// No timers, no automatic retries.
    pub server: bool,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            focused: true,
            online: true,
            server: false,
        }
    }
}

impl NetworkMode {
    /// Whether a fetch may start.
    pub fn can_start(self, environment: Environment) -> bool {
        self != Self::Online || environment.online
    }

    /// Whether a fetch may go on after a sleep or a pause.
    pub fn can_continue(self, environment: Environment) -> bool {
        environment.focused && (self == Self::Always || environment.online)
    }
}

/// Where a fetch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The query function works.
    Running,
    /// A try failed, the next waits for its time.
    Sleeping,
    /// The network or the focus is missing.
    Paused,
    /// It goes on, and runs next.
    Continued,
    /// It has failed for good; that is told next.
    GivenUp,
}

/// A fetch that hasn't settled.
#[derive(Debug)]
pub struct Fetch {
    /// Which fetch of its query it is.
    pub generation: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Failed tries.
    pub failures: f64,
    /// Nobody waits any more: no further try.
    pub retry_cancelled: bool,
    /// Which network it needs.
    pub network: NetworkMode,
    /// When the next try is due.
    pub sleep: TimerId,
    /// What its answers said of themselves.
    pub heard: Option<Box<Heard>>,
    /// The failed try's answer leaves no hope for another one, unless the user wants it.
    pub hopeless: bool,
    /// How long it is to sleep before another one (ms): at least as long as an answer has said.
    pub pause: f64,
    /// What had been heard of other tabs when the query function was called (0 where nothing is shared).
    pub began: u32,
    /// The own tick then.
    pub tick: u32,
    /// When the query function was called last (ms of `Date.now()`); NaN where nobody measures.
    pub ran_at: f64,
}

impl Fetch {
    /// Whether it may go on; one that never ran needs only what a start needs.
    pub fn can_continue(&self, environment: Environment) -> bool {
        if self.failures == 0.0 {
            self.network.can_start(environment)
        } else {
            self.network.can_continue(environment)
        }
    }

    /// A fetch that begins.
    pub const fn new(generation: u32, network: NetworkMode) -> Self {
        let sleep = TimerId::NONE;
        Self {
            generation,
            phase: Phase::Running,
            failures: 0.0,
            retry_cancelled: false,
            network,
            sleep,
            heard: None,
            hopeless: false,
            pause: 0.0,
            began: 0,
            tick: 0,
            ran_at: f64::NAN,
        }
    }
}

/// The pause before the next try where the user says nothing (ms): 1 s, 2 s, 4 s … 30 s, as React Query documents it.
pub fn default_retry_delay(failures: f64) -> f64 {
    // They are whole: `exp2` would bring a table of 4 kB.
    (1000.0 * 2_f64.powi(failures.min(16.0) as i32)).min(30_000.0)
}

/// How many tries follow a failure where the user says nothing.
pub const fn default_retry(server: bool) -> f64 {
    if server { 0.0 } else { 3.0 }
}
