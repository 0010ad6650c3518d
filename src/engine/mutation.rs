//! One mutation's scalars and the transitions between them.

use super::timers::TimerId;

/// Where a mutation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Status {
    /// It hasn't been executed.
    #[default]
    Idle = 0,
    /// It runs, sleeps before another try, or waits.
    Pending = 1,
    /// It brought data.
    Success = 2,
    /// It gave up.
    Error = 3,
}

impl Status {
    /// From the number by which JavaScript says it.
    pub const fn from_code(code: u32) -> Self {
        match code {
            1 => Self::Pending,
            2 => Self::Success,
            3 => Self::Error,
            _ => Self::Idle,
        }
    }
}

/// The scalars of a mutation's state. Counts and times are `f64` because users may supply any number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scalars {
    /// Where it stands.
    pub status: Status,
    /// Whether it waits for the network or for its scope.
    pub paused: bool,
    /// Failed tries.
    pub failure_count: f64,
    /// When it was executed (ms of `Date.now()`).
    pub submitted_at: f64,
}

/// What happens to a mutation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// It is executed, or its context has come; `at` in ms of `Date.now()`.
    Submit {
        /// Whether it waits.
        paused: bool,
        /// When (ms).
        at: f64,
    },
    /// A try failed, the one of this number.
    Fail(f64),
    /// It waits.
    Pause,
    /// It goes on.
    Continue,
    /// It brought data.
    Succeed,
    /// It gave up.
    GiveUp,
}

impl Scalars {
    /// Takes a step.
    pub fn take(&mut self, step: Step) {
        match step {
            Step::Submit { paused, at } => {
                *self = Self {
                    status: Status::Pending,
                    paused,
                    failure_count: 0.0,
                    submitted_at: at,
                }
            }
            Step::Fail(count) => self.failure_count = count,
            Step::Pause => self.paused = true,
            Step::Continue => self.paused = false,
            Step::Succeed => {
                self.status = Status::Success;
                self.failure_count = 0.0;
                self.paused = false;
            }
            Step::GiveUp => {
                self.status = Status::Error;
                self.failure_count += 1.0;
                self.paused = false;
            }
        }
    }
}

/// A place in the queue of a scope.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub(super) scope: u32,
    pub(super) sequence: u64,
}

/// A mutation that a cache holds, or that still runs.
#[derive(Debug)]
pub struct Mutation {
    /// Its scalars.
    pub state: Scalars,
    /// The cache to which it belongs.
    pub(super) cache: u32,
    /// Its place among the mutations of its cache; 0 outside.
    pub(super) sequence: u64,
    /// The scope that its options name.
    pub(super) scope: Option<u32>,
    /// Where it stands in a queue: in that of the scope which it named when it was stored.
    pub(super) queue: Option<Place>,
    pub(super) observers: u32,
    pub(super) runs: u32,
    /// How long it stays unwatched (ms): the longest wish.
    pub(super) gc_time: f64,
    pub(super) gc: TimerId,
    /// When its time was first over while it was pending (ms of the engine's clock).
    pub(super) overdue: Option<f64>,
}

impl Mutation {
    /// One outside its cache's list.
    pub(super) const fn new(cache: u32, state: Scalars) -> Self {
        Self {
            state,
            cache,
            sequence: 0,
            scope: None,
            queue: None,
            observers: 0,
            runs: 0,
            gc_time: 0.0,
            gc: TimerId::NONE,
            overdue: None,
        }
    }

    /// Whether it stands in a queue, and others wait for it or it waits itself.
    pub const fn is_queued(&self) -> bool {
        self.queue.is_some() && (matches!(self.state.status, Status::Pending) || self.state.paused)
    }

    /// Whether it is in its cache's list.
    pub const fn is_stored(&self) -> bool {
        self.sequence != 0
    }
}
