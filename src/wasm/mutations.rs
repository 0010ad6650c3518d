//! Mutations for JavaScript. Times and environments are those of the rest of the engine.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, NONE, environment, network_mode, setting};
use crate::engine::mutation::{Scalars, Status, Step};
use crate::engine::pending::Decision;

#[wasm_bindgen]
impl Engine {
    /// A mutation cache begins; its id.
    pub fn open_mutations(&mut self) -> u32 {
        self.core.borrow_mut().open_mutations()
    }

    /// A mutation cache has no slots any more.
    pub fn close_mutations(&mut self, cache: u32) {
        self.core.borrow_mut().close_mutations(cache);
    }

    /// A slot for a mutation in this state. `status`: 0 idle, 1 pending, 2 success, 3 error.
    pub fn create_mutation(
        &mut self,
        cache: u32,
        status: u32,
        paused: bool,
        failure_count: f64,
        submitted_at: f64,
    ) -> u32 {
        let state = scalars(status, paused, failure_count, submitted_at);
        self.core.borrow_mut().create_mutation(cache, state)
    }

    /// Replaces a mutation's state.
    pub fn set_mutation_state(
        &mut self,
        mutation: u32,
        status: u32,
        paused: bool,
        failure_count: f64,
        submitted_at: f64,
    ) {
        let state = scalars(status, paused, failure_count, submitted_at);
        self.core.borrow_mut().set_mutation_state(mutation, state);
    }

    /// Takes the scope and a wish for how long the mutation stays unwatched (ms, NaN for none); the longest wish.
    pub fn set_mutation_options(
        &mut self,
        mutation: u32,
        scope: Option<String>,
        gc_time: f64,
        server: bool,
    ) -> f64 {
        self.core
            .borrow_mut()
            .set_mutation_options(mutation, scope.as_deref(), gc_time, server)
    }

    /// Puts a mutation into its cache's list; whether `next` has something to say.
    pub fn store_mutation(&mut self, mutation: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.store_mutation(mutation)
    }

    /// Takes a mutation out of its cache's list, alone or with all others (`clear`); whether `next` has something to say.
    pub fn unstore_mutation(&mut self, mutation: u32, clear: bool) -> bool {
        self.core.borrow_mut().unstore_mutation(mutation, clear)
    }

    /// Whether others wait for it in the queue of a scope, or it waits itself.
    pub fn is_queued(&self, mutation: u32) -> bool {
        self.core.borrow().is_queued(mutation)
    }

    /// Frees the slot of a mutation that nothing needs; whether it did.
    pub fn release_mutation(&mut self, mutation: u32) -> bool {
        self.core.borrow_mut().release_mutation(mutation)
    }

    /// An observer begins to watch; whether `next` has something to say.
    pub fn watch_mutation(&mut self, mutation: u32) -> bool {
        self.core.borrow_mut().watch_mutation(mutation)
    }

    /// An observer, if it was one, leaves; whether `next` has something to say.
    pub fn unwatch_mutation(&mut self, mutation: u32, known: bool, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.unwatch_mutation(mutation, known)
    }

    /// Stops the time after which the mutation goes; whether `next` has something to say.
    pub fn clear_mutation_gc(&mut self, mutation: u32) -> bool {
        self.core.borrow_mut().clear_mutation_gc(mutation)
    }

    /// Executed, or its context has come.
    pub fn submit_mutation(&mut self, mutation: u32, paused: bool, now: f64) {
        self.step(mutation, Step::Submit { paused, at: now });
    }

    /// A try failed, the one of this number.
    pub fn fail_mutation(&mut self, mutation: u32, count: f64) {
        self.step(mutation, Step::Fail(count));
    }

    /// It waits, or else goes on.
    pub fn pause_mutation(&mut self, mutation: u32, paused: bool) {
        self.step(mutation, if paused { Step::Pause } else { Step::Continue });
    }

    /// It brought data, or else gave up.
    pub fn settle_mutation(&mut self, mutation: u32, succeeded: bool) {
        self.step(
            mutation,
            if succeeded {
                Step::Succeed
            } else {
                Step::GiveUp
            },
        );
    }

    /// Whether the mutation's scope lets it run.
    pub fn can_run(&self, mutation: u32) -> bool {
        self.core.borrow().can_run(mutation)
    }

    /// The mutation of the same scope that waits longest.
    pub fn next_in_scope(&self, mutation: u32) -> u32 {
        self.core.borrow().next_in_scope(mutation).unwrap_or(NONE)
    }

    /// Selects the pending mutations of a cache, in insertion order; how many.
    pub fn select_pending(&mut self, cache: u32) -> usize {
        self.core.borrow_mut().select_pending(cache)
    }

    /// Selects the mutations of a cache that wait, in insertion order; how many.
    pub fn select_paused(&mut self, cache: u32) -> usize {
        self.core.borrow_mut().select_paused(cache)
    }

    /// An execution of a mutation begins; its id. `network`: 0 online, 1 always, 2 offline first.
    pub fn begin_run(&mut self, mutation: u32, network: u32, failures: f64) -> u32 {
        self.core
            .borrow_mut()
            .begin_run(mutation, network_mode(network), failures)
    }

    /// Whether a run may start now.
    pub fn can_start_run(&self, run: u32, bits: u32) -> bool {
        self.core.borrow().can_start_run(run, environment(bits))
    }

    /// Starts a run; if that can't be, it waits.
    pub fn start_run(&mut self, run: u32, bits: u32) -> bool {
        self.core.borrow_mut().start_run(run, environment(bits))
    }

    /// The sleep of a run is over: whether it goes on; otherwise it waits.
    pub fn wake_run(&mut self, run: u32, bits: u32) -> bool {
        self.core.borrow_mut().wake_run(run, environment(bits))
    }

    /// Takes up a run that waits, if that can be; whether it can.
    pub fn continue_run(&mut self, run: u32, bits: u32) -> bool {
        self.core.borrow_mut().continue_run(run, environment(bits))
    }

    /// Puts a run of a lost engine where it stood.
    pub fn restore_run(&mut self, run: u32, paused: bool) {
        self.core.borrow_mut().restore_run(run, paused);
    }

    /// Failed tries of a run.
    pub fn run_failures(&self, run: u32) -> f64 {
        self.core.borrow().run_failures(run)
    }

    /// Decides what a failed try leads to, as `failed` does for a fetch.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn run_failed(
        &mut self,
        run: u32,
        retry: f64,
        retry_asks: bool,
        delay: f64,
        delay_asks: bool,
        bits: u32,
        reading: f64,
    ) -> f64 {
        self.decide_at(
            reading,
            Decision::RunFailed {
                run,
                retry: setting(retry, retry_asks),
                delay: setting(delay, delay_asks),
                environment: environment(bits),
            },
        )
    }

    /// Lets a run sleep whose failed try has been told; whether `next` has something to say.
    pub fn sleep_run(&mut self, run: u32) -> bool {
        self.core.borrow_mut().sleep_run(run)
    }

    /// A run has settled; whether `next` has something to say.
    pub fn end_run(&mut self, run: u32) -> bool {
        self.core.borrow_mut().end_run(run)
    }

    /// Leaves the state in the scratch: status, paused, failures, submitted at.
    fn step(&mut self, mutation: u32, step: Step) {
        let mut core = self.core.borrow_mut();
        core.step_mutation(mutation, step);
        let state = core.mutation_state(mutation);
        let scratch = &mut *self.scratch;
        scratch[0] = f64::from(state.status as u8);
        scratch[1] = f64::from(u8::from(state.paused));
        scratch[2] = state.failure_count;
        scratch[3] = state.submitted_at;
    }
}

fn scalars(status: u32, paused: bool, failure_count: f64, submitted_at: f64) -> Scalars {
    Scalars {
        status: Status::from_code(status),
        paused,
        failure_count,
        submitted_at,
    }
}
