//! Commands of runs.

use super::core::Engine;
use super::fetch::{Environment, Fetch, NetworkMode, Phase};
use super::run::Run;
use super::timers::Deadline;

impl Engine {
    /// An execution of a mutation begins; its id. `failures`: tries that failed in an engine before this one.
    pub fn begin_run(&mut self, mutation: u32, network: NetworkMode, failures: f64) -> u32 {
        self.mutations[mutation].runs += 1;
        let mut fetch = Fetch::new(0, network);
        fetch.failures = failures;
        self.runs.insert(Run { mutation, fetch })
    }

    /// Whether it may start now: the network and the scope say so.
    pub fn can_start_run(&self, id: u32, environment: Environment) -> bool {
        let run = &self.runs[id];
        run.fetch.network.can_start(environment) && self.can_run(run.mutation)
    }

    /// Starts it; if that can't be, it waits.
    pub fn start_run(&mut self, id: u32, environment: Environment) -> bool {
        let starts = self.can_start_run(id, environment);
        self.enter(id, starts)
    }

    /// Sets the time of its next try, once the failure of the last one has been told; whether there is something to drain.
    pub fn sleep_run(&mut self, id: u32) -> bool {
        let sleeping = |run: &&mut Run| run.fetch.phase == Phase::Sleeping;
        if let Some(run) = self.runs.get_mut(id).filter(sleeping) {
            self.timers.clear(&mut run.fetch.sleep);
            let at = self.clock.now() + std::mem::take(&mut run.fetch.pause);
            run.fetch.sleep = self.timers.set(at, Deadline::RunRetry(id));
        }
        self.timer_pending()
    }

    /// A sleep is over: whether it goes on; otherwise it waits.
    pub fn wake_run(&mut self, id: u32, environment: Environment) -> bool {
        let goes_on = self.can_continue(id, environment);
        self.enter(id, goes_on)
    }

    /// Takes up a run that waits, if the network and the scope let it; whether they do.
    pub fn continue_run(&mut self, id: u32, environment: Environment) -> bool {
        let continues =
            self.runs[id].fetch.phase == Phase::Paused && self.can_continue(id, environment);
        if continues {
            self.runs[id].fetch.phase = Phase::Continued;
        }
        continues
    }

    /// Puts a run of an engine before this one where it stood.
    pub fn restore_run(&mut self, id: u32, paused: bool) {
        if paused {
            self.runs[id].fetch.phase = Phase::Paused;
        }
    }

    /// Failed tries.
    pub fn run_failures(&self, id: u32) -> f64 {
        self.runs[id].fetch.failures
    }

    /// The execution has settled.
    pub fn end_run(&mut self, id: u32) -> bool {
        if let Some(mut run) = self.runs.remove(id) {
            self.timers.clear(&mut run.fetch.sleep);
            self.mutations[run.mutation].runs -= 1;
        }
        self.timer_pending()
    }

    fn can_continue(&self, id: u32, environment: Environment) -> bool {
        let run = &self.runs[id];
        run.fetch.can_continue(environment) && self.can_run(run.mutation)
    }

    fn enter(&mut self, id: u32, runs: bool) -> bool {
        self.runs[id].fetch.phase = if runs { Phase::Running } else { Phase::Paused };
        runs
    }
}
