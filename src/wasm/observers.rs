//! Observers for JavaScript, and what is decided for them.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, NONE, environment};
use crate::engine::observer::Options;
use crate::engine::pending::Decision;

#[wasm_bindgen]
impl Engine {
    /// An observer begins to watch; its id. For `bits` see `Options::unpack`.
    pub fn watch(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        interval: f64,
        last_stale: bool,
        last_updated_at: f64,
    ) -> u32 {
        self.core.borrow_mut().watch(
            query,
            Options::unpack(bits, stale_time, interval),
            last_stale,
            last_updated_at,
        )
    }

    /// An observer leaves for another query, under whose id it will inherit its timers; 1: cancel the fetch with revert.
    pub fn depart(&mut self, observer: u32, stoppable: bool) -> u32 {
        self.core.borrow_mut().depart(observer, stoppable) as u32
    }

    /// Gives what a departed observer waits for to the id that it has now.
    pub fn inherit(&mut self, observer: u32, departed: u32) {
        self.core.borrow_mut().inherit(observer, departed);
    }

    /// Drops what a departed observer waits for.
    pub fn disinherit(&mut self, departed: u32) {
        self.core.borrow_mut().disinherit(departed);
    }

    /// An observer leaves; 1: cancel the fetch with revert.
    pub fn unwatch(&mut self, observer: u32, stoppable: bool) -> u32 {
        self.core.borrow_mut().unwatch(observer, stoppable) as u32
    }

    /// New options of an observer.
    pub fn set_options(&mut self, observer: u32, bits: u32, stale_time: f64, interval: f64) {
        self.core
            .borrow_mut()
            .set_options(observer, Options::unpack(bits, stale_time, interval));
    }

    /// A result that was shown outside a notification: whether it was stale, and when its data came.
    pub fn set_last(&mut self, observer: u32, stale: bool, updated_at: f64) {
        self.core.borrow_mut().set_last(observer, stale, updated_at);
    }

    /// Decides the flags of a result (1 stale, 2 enabled, 4 fetched since the counts, 8 ever fetched) and loads the state.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn result(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        observer: u32,
        data_count: f64,
        error_count: f64,
        now: f64,
    ) -> f64 {
        self.load(query);
        let options = Options::unpack(bits, stale_time, 0.0);
        let observer = (observer != NONE).then_some(observer);
        self.decide(Decision::Result {
            query,
            options,
            observer,
            data_count,
            error_count,
            now,
        })
    }

    /// Decides whether mounting fetches; `counted`: count a hit or a miss.
    pub fn on_mount(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        counted: bool,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        self.decide(Decision::OnMount {
            query,
            options,
            counted,
            now,
        })
    }

    /// Decides whether changed options fetch.
    pub fn on_change(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        moved: bool,
        previous_bits: u32,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        let previous = Options::unpack(previous_bits, 0.0, 0.0);
        self.decide(Decision::OnChange {
            query,
            options,
            moved,
            previous,
            now,
        })
    }

    /// Decides whether focus (or else a reconnect) fetches.
    pub fn on_wake(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        focus: bool,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        self.decide(Decision::OnWake {
            query,
            options,
            focus,
            now,
        })
    }

    /// Decides whether somebody watches who may fetch.
    pub fn is_active(&mut self, query: u32) -> f64 {
        self.decide(Decision::Active(query))
    }

    /// Decides whether nothing would fetch by itself.
    pub fn is_disabled(&mut self, query: u32) -> f64 {
        self.decide(Decision::Disabled(query))
    }

    /// Decides whether somebody takes the data for final.
    pub fn is_static(&mut self, query: u32) -> f64 {
        self.decide(Decision::Static(query))
    }

    /// Sets an observer's timers; whether `next` has something to say.
    pub fn timers(&mut self, observer: u32, now: f64, reading: f64, server: bool) -> f64 {
        self.decide_at(
            reading,
            Decision::Timers {
                observer,
                now,
                server,
            },
        )
    }

    /// Sets those timers anew that changed options concern; whether `next` has something to say.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn retime(
        &mut self,
        observer: u32,
        moved: bool,
        previous_bits: u32,
        previous_stale_time: f64,
        now: f64,
        reading: f64,
        server: bool,
    ) -> f64 {
        let previous = Options::unpack(previous_bits, previous_stale_time, 0.0);
        self.decide_at(
            reading,
            Decision::Retime {
                observer,
                moved,
                previous,
                now,
                server,
            },
        )
    }

    /// Answers the last question of a decision and goes on with it.
    pub fn answer(&mut self, answer: f64) -> f64 {
        self.core.borrow_mut().answer(answer)
    }

    /// A function that was asked has thrown.
    pub fn forget_decision(&mut self) {
        self.core.borrow_mut().forget_decision();
    }

    /// The observers of a query, as the selection; their number.
    pub fn observers(&mut self, query: u32) -> usize {
        let mut core = self.core.borrow_mut();
        let list = core.observers_of(query).to_vec();
        core.set_selection(&list);
        list.len()
    }

    /// How many observers a query has.
    pub fn observer_count(&self, query: u32) -> usize {
        self.core.borrow().observers_of(query).len()
    }

    /// Focus (or else a reconnect) of the page.
    pub fn wake(&mut self, focus: bool, now: f64, bits: u32) -> bool {
        self.core.borrow_mut().wake(focus, now, environment(bits))
    }

    /// The same for one query.
    pub fn wake_one(&mut self, query: u32, focus: bool, now: f64, bits: u32) -> bool {
        self.core
            .borrow_mut()
            .wake_one(query, focus, now, environment(bits))
    }
}
