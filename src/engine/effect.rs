//! What the engine asks JavaScript to do, one thing at a time.

use super::memory::{Moment, Reason};

/// Which action an `updated` event tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Action {
    /// The one that the caller holds: it issued the command.
    Callers = 0,
    /// `invalidate`.
    Invalidate = 1,
    /// `pause`.
    Pause = 2,
    /// `continue`.
    Continue = 3,
}

/// One step for JavaScript to carry out. Ids are those of queries and observers, of mutations and their runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// The command is done.
    Done,
    /// Tell an observer to compute its result anew.
    Notify(u32),
    /// Tell the cache's listeners that a query changed.
    Event(u32, Action),
    /// Fetch a query, for the caller of the command.
    Fetch(u32),
    /// Fetch for an observer that focus or reconnect woke up.
    Wake(u32),
    /// Fetch for an observer whose interval has passed.
    Poll(u32),
    /// Compute the result of an observer whose data turned stale.
    Stale(u32),
    /// A fetch that was announced begins: from now on it is the query's fetch.
    Begin(u32),
    /// The sleep of a fetch (query, generation) is over: call `wake_fetch` in a microtask.
    Wakened(u32, u32),
    /// Call the query function of a fetch (query, generation).
    Run(u32, u32),
    /// Let a fetch (query, generation) fail with its last error: nobody waits for another try.
    Reject(u32, u32),
    /// Call `continue_fetch` in a microtask.
    Continue(u32),
    /// Remove a query whose time is over.
    Remove(u32),
    /// Take a last snapshot and call `release`: nothing needs the slot.
    Release(u32),
    /// Reset a query (an operation in mode `remove` hit it while watched).
    Reset(u32),
    /// Answer a question about an option of an observer (topic, observer).
    Ask(u32, u32),
    /// Set the host timer anew (delay in ms).
    Arm(f64),
    /// Ask for `timer_changes`, and set and clear the deadlines' own host timers.
    Timers,
    /// No deadline is left: look again in a microtask, then clear the host timer.
    Disarm,
    /// All that operations had marked has been asked for.
    Swept,
    /// Pack a query's data, then say `frozen`; in a slice of work of its own, or in the midst of what somebody does.
    Freeze(u32, Moment),
    /// Remove a query: memory is short.
    Evict(u32, Reason),
    /// Remove a mutation whose time is over.
    CollectMutation(u32),
    /// The sleep of a run is over: call `wake_run` in a microtask.
    WakeRun(u32),
    /// Fetch for a schedule.
    Scheduled(u32),
    /// Queries wait to be written to the store: do so when the page is idle.
    Save,
}

impl Effect {
    /// As one number: code in the low 5 bits, payload above (below 2^48). Of a generation the low 16 bits are told.
    pub fn pack(self) -> f64 {
        let (code, payload) = match self {
            Self::Done => (0, 0.0),
            Self::Notify(observer) => (1, f64::from(observer)),
            Self::Event(query, action) => (2 + action as u32, f64::from(query)),
            Self::Fetch(query) => (6, f64::from(query)),
            Self::Wake(observer) => (7, f64::from(observer)),
            Self::Poll(observer) => (8, f64::from(observer)),
            Self::Stale(observer) => (9, f64::from(observer)),
            Self::Run(query, generation) => (10, fetch(query, generation)),
            Self::Reject(query, generation) => (11, fetch(query, generation)),
            Self::Continue(query) => (12, f64::from(query)),
            Self::Remove(query) => (13, f64::from(query)),
            Self::Release(query) => (14, f64::from(query)),
            Self::Reset(query) => (15, f64::from(query)),
            Self::Ask(topic, observer) => (16, f64::from(topic) + 16.0 * f64::from(observer)),
            Self::Arm(delay) => (17, delay),
            Self::Disarm => (18, 0.0),
            Self::Swept => (19, 0.0),
            Self::Begin(query) => (20, f64::from(query)),
            Self::Wakened(query, generation) => (21, fetch(query, generation)),
            Self::CollectMutation(mutation) => (22, f64::from(mutation)),
            Self::WakeRun(run) => (23, f64::from(run)),
            Self::Freeze(query, moment) => (24 + moment as u32, f64::from(query)),
            Self::Evict(query, reason) => (29 + reason as u32, f64::from(query)),
            Self::Scheduled(schedule) => (27, f64::from(schedule)),
            Self::Save => (28, 0.0),
            Self::Timers => (31, 0.0),
        };
        f64::from(code) + 32.0 * payload
    }
}

/// A fetch as a payload: two of one query that are in flight at once are never 2^16 generations apart.
fn fetch(query: u32, generation: u32) -> f64 {
    f64::from(query) + 4_294_967_296.0 * f64::from(generation & 0xffff)
}
