//! A schedule: a query that is fetched again and again, whether somebody watches it or not.

use super::fetch::{Environment, NetworkMode};
use super::random::Random;
use super::timers::TimerId;

/// One scheduled query.
#[derive(Debug)]
pub struct Scheduled {
    /// The query that it keeps; it may have been removed since.
    pub(super) query: u32,
    pub(super) every: f64,
    /// Up to which share of `every` a fetch comes earlier.
    pub(super) jitter: f64,
    pub(super) while_hidden: bool,
    pub(super) network: NetworkMode,
    pub(super) timer: TimerId,
    /// When it is due (ms of the engine's clock).
    pub(super) due: f64,
    /// It was due, and could not be fetched.
    pub(super) is_missed: bool,
}

impl Scheduled {
    pub(super) fn can_run(&self, environment: Environment) -> bool {
        (self.while_hidden || environment.focused) && self.network.can_start(environment)
    }

    pub(super) fn wait(&self, random: &mut Random) -> f64 {
        self.every * (1.0 - self.jitter * random.unit())
    }
}
