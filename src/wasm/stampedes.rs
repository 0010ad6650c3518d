//! Early refresh, warming and schedules for JavaScript.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, environment, network_mode};
use crate::engine::warm::{Next, Warm, Warmed};

#[wasm_bindgen]
impl Engine {
    /// The query function of a fetch is called: how long it takes is measured.
    pub fn measure(&mut self, query: u32, generation: u32, now: f64) {
        self.core.borrow_mut().measure(query, generation, now);
    }

    /// Begins to warm a list of `total` entries, of which so many have been begun, done, failed and skipped; its id.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn begin_warm(
        &mut self,
        total: u32,
        limit: u32,
        stops_on_error: bool,
        next: u32,
        done: u32,
        failed: u32,
        skipped: u32,
    ) -> u32 {
        self.core.borrow_mut().begin_warm(Warm {
            next,
            running: next - done - failed - skipped,
            done,
            failed,
            skipped,
            is_stopped: stops_on_error && failed > 0,
            ..Warm::new(total, limit, stops_on_error)
        })
    }

    /// What to do next: the number of an entry to begin with, -1 wait, -2 the list is over.
    pub fn choose_warm(&mut self, id: u32) -> f64 {
        match self.core.borrow_mut().choose_warm(id) {
            Next::Begin(entry) => f64::from(entry),
            Next::Wait => -1.0,
            Next::Over => -2.0,
        }
    }

    /// What an entry came to: 0 skipped, 1 done, 2 failed.
    pub fn settle_warm(&mut self, id: u32, what: u32) {
        let warmed = match what {
            0 => Warmed::Skipped,
            1 => Warmed::Done,
            _ => Warmed::Failed,
        };
        self.core.borrow_mut().settle_warm(id, warmed);
    }

    /// Begins no further entry.
    pub fn stop_warm(&mut self, id: u32) {
        self.core.borrow_mut().stop_warm(id);
    }

    /// Keeps a query and fetches it again and again; its id. `now`: `Date.now()`.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn schedule(
        &mut self,
        query: u32,
        every: f64,
        jitter: f64,
        while_hidden: bool,
        network: u32,
        now: f64,
        reading: f64,
    ) -> u32 {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.schedule(
            query,
            every,
            jitter,
            while_hidden,
            network_mode(network),
            now,
        )
    }

    /// Ends a schedule; whether `next` has something to say.
    pub fn unschedule(&mut self, id: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.unschedule(id);
        core.timer_pending()
    }

    /// The query that a schedule fetches from now on.
    pub fn schedule_takes(&mut self, id: u32, query: u32) {
        self.core.borrow_mut().schedule_takes(id, query);
    }

    /// How long it is until a schedule is due (ms), NaN while it waits.
    pub fn scheduled_in(&mut self, id: u32, reading: f64) -> f64 {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.scheduled_in(id).unwrap_or(f64::NAN)
    }

    /// The page is seen again, or has a network; whether `next` has something to say.
    pub fn wake_schedules(&mut self, reading: f64, bits: u32) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.wake_schedules(environment(bits))
    }

    /// Early refreshes, warmed entries and scheduled fetches so far.
    pub fn stampedes(&self) -> Vec<u32> {
        let core = self.core.borrow();
        let stats = core.stats();
        vec![stats.early, stats.warmed, stats.scheduled]
    }
}
