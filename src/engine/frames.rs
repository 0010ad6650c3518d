//! The stack of what is still to be done.
//!
//! A command pushes a boundary and its frames; `Engine::next` works on the topmost frame only. A command that JavaScript
//! issues while it carries out an effect pushes its own boundary and is done before the frames below go on: depth first.

use super::effect::Action;
use super::fetch::NetworkMode;
use super::memory::Slice;
use super::timers::Deadline;

/// A run of ids in the arena.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub start: usize,
    pub at: usize,
    pub end: usize,
}

/// What is done to one query after the other.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// Mark invalidated.
    Invalidate,
    /// Drop those from the run that nothing may refetch; `kept` are left so far.
    ChooseRefetch { kept: usize },
    /// Fetch.
    Refetch,
    /// Fetch for the first observer that wants it now.
    Wake { focus: bool },
    /// Let a paused fetch go on.
    Resume { focus: bool },
    /// Fetch what operations marked.
    Sweep,
    /// Reset what is watched, remove the rest.
    Drop,
}

/// One thing to be done.
#[derive(Debug)]
pub enum Frame {
    /// The end of a command.
    Boundary,
    /// Tell the observers of a transition, then the cache's listeners.
    Announce {
        observers: Run,
        query: u32,
        action: Action,
    },
    /// Begin a fetch that has been announced.
    Begin {
        query: u32,
        generation: u32,
        network: NetworkMode,
    },
    /// Run a fetch that has begun, or let it wait for the network.
    Start { query: u32, generation: u32 },
    /// Go on with a fetch that has been announced as continued.
    Proceed { query: u32, generation: u32 },
    /// Let a fetch sleep until its next try.
    Sleep { query: u32, generation: u32 },
    /// A fetch has settled: look whether an operation hit it meanwhile.
    Settled { query: u32 },
    /// Work through a run of queries.
    Each {
        work: Work,
        run: Run,
        now: f64,
        answers: Vec<f64>,
    },
    /// Handle all due deadlines.
    Fire { now: f64 },
    /// Handle this one.
    Due { at: f64, what: Deadline, now: f64 },
    /// Freeze and drop values.
    Tidy { slice: Slice },
    /// Tell that a sweep has ended.
    Swept,
}

impl Frame {
    /// Whether the frame only tells or marks, so that a throwing callback may cut it off.
    pub fn is_telling(&self) -> bool {
        matches!(
            self,
            Self::Announce { .. }
                | Self::Each {
                    work: Work::Invalidate | Work::ChooseRefetch { .. },
                    ..
                }
        )
    }
}
