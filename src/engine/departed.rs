//! An observer between two queries.

use super::timers::TimerId;

/// What an observer waits for while it is between two queries.
#[derive(Debug)]
pub(super) struct Departed {
    pub(super) observer: u32,
    pub(super) stale_timer: TimerId,
    pub(super) interval_timer: TimerId,
    pub(super) interval: f64,
}
