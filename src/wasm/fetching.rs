//! A fetch's course for JavaScript.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, environment, network_mode, setting};
use crate::engine::pending::Decision;

#[wasm_bindgen]
impl Engine {
    /// 0: nothing in flight, start; 1: join; 2: cancel silently, then start.
    pub fn wish_fetch(&mut self, query: u32, cancel_refetch: bool) -> u32 {
        self.core.borrow_mut().wish_fetch(query, cancel_refetch) as u32
    }

    /// Whether a caller of `fetchQuery` has to fetch; counts a hit or a miss.
    pub fn needs_fetch(
        &mut self,
        query: u32,
        skips_cache: bool,
        stale_time: f64,
        now: f64,
    ) -> bool {
        self.core
            .borrow_mut()
            .needs_fetch(query, skips_cache, stale_time, now)
    }

    /// Starts a fetch; its generation. `network`: 0 online, 1 always, 2 offline first.
    pub fn start_fetch(&mut self, query: u32, network: u32, announced: bool, bits: u32) -> u32 {
        self.core.borrow_mut().start_fetch(
            query,
            network_mode(network),
            announced,
            environment(bits),
        )
    }

    /// Failed tries of a fetch in flight.
    pub fn failures(&self, query: u32, generation: u32) -> f64 {
        self.core.borrow().failures(query, generation)
    }

    /// Whether a fetch that starts now waits for the network.
    pub fn starts_paused(&self, network: u32, bits: u32) -> bool {
        !network_mode(network).can_start(environment(bits))
    }

    /// Decides what a failed try leads to: 0 give up, 1 another try (tell of it), 2 nobody asked. NaN: the default.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn failed(
        &mut self,
        query: u32,
        generation: u32,
        retry: f64,
        retry_asks: bool,
        delay: f64,
        delay_asks: bool,
        bits: u32,
        reading: f64,
    ) -> f64 {
        self.decide_at(
            reading,
            Decision::Failed {
                query,
                generation,
                retry: setting(retry, retry_asks),
                delay: setting(delay, delay_asks),
                environment: environment(bits),
            },
        )
    }

    /// Tells of a failed try, and then lets the fetch sleep.
    pub fn announce_failure(&mut self, query: u32, generation: u32) -> bool {
        self.core.borrow_mut().announce_failure(query, generation)
    }

    /// A paused fetch goes on.
    pub fn continue_fetch(&mut self, query: u32, generation: u32) -> bool {
        self.core.borrow_mut().continue_fetch(query, generation)
    }

    /// A sleep is over, a microtask ago: whether the fetch goes on, which `proceed` does; otherwise it waits.
    pub fn wake_fetch(&mut self, query: u32, generation: u32, bits: u32) -> bool {
        self.core
            .borrow_mut()
            .wake_fetch(query, generation, environment(bits))
    }

    /// Whether the fetch has tried before.
    pub fn has_tried(&self, query: u32, generation: u32) -> bool {
        self.core.borrow().failures(query, generation) > 0.0
    }

    /// A fetch that was announced as continued runs.
    pub fn proceed(&mut self, query: u32, generation: u32) -> bool {
        self.core.borrow_mut().proceed(query, generation)
    }

    /// The fetch brought data.
    pub fn succeed(&mut self, query: u32, generation: u32, has_data: bool, at: f64) -> bool {
        self.core
            .borrow_mut()
            .succeed(query, generation, has_data, at)
    }

    /// The fetch gave up, or its answer was no good.
    pub fn fail(&mut self, query: u32, generation: u32, answered: bool, at: f64) -> bool {
        self.core.borrow_mut().fail(query, generation, answered, at)
    }

    /// Ends any fetch without a word.
    pub fn drop_fetch(&mut self, query: u32, generation: u32) {
        self.core.borrow_mut().drop_fetch(query, generation);
    }

    /// Ends the fetch in flight; whether there was one.
    pub fn cancel_fetch(&mut self, query: u32) -> bool {
        self.core.borrow_mut().cancel_fetch(query)
    }

    /// Back to the state before the cancelled fetch.
    pub fn revert(&mut self, query: u32) -> bool {
        self.core.borrow_mut().revert(query)
    }

    /// The fetch is over and its callbacks have run.
    pub fn fetch_ended(&mut self, query: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.fetch_ended(query)
    }
}
