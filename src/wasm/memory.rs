//! Memory for JavaScript.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use crate::engine::memory::budget::Budget;

/// NaN for nothing.
fn said(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

#[wasm_bindgen]
impl Engine {
    /// Bounds what values take (bytes, ms).
    pub fn set_budget(&mut self, max: f64, largest: f64, cold_after: f64, cold_from: f64) {
        self.core.borrow_mut().set_budget(Budget {
            max,
            largest,
            cold_after,
            cold_from,
        });
    }

    /// The size of the data that a query is about to get (bytes), from who makes it and knows.
    pub fn set_size(&mut self, query: u32, bytes: f64) {
        self.core.borrow_mut().set_size(query, bytes);
    }

    /// The size of the data that a query is about to get isn't the one that was told.
    pub fn forget_size(&mut self, query: u32) {
        self.core.borrow_mut().expect_nothing(query);
    }

    /// What a query's data takes as objects (bytes), 0 where there is none.
    pub fn hot_size(&self, query: u32) -> f64 {
        let core = self.core.borrow();
        core.memory()
            .and_then(|memory| memory.hot_size(query))
            .unwrap_or(0.0)
    }

    /// Whether the size of the data that a query is about to get is known.
    pub fn expects_size(&self, query: u32) -> bool {
        self.core.borrow().expects_size(query)
    }

    /// A query has got this data (bytes; NaN where its size was told before), or has none any more.
    pub fn stored(&mut self, query: u32, has_data: bool, bytes: f64, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.stored(query, has_data.then_some(bytes))
    }

    /// A query's data has been packed into so many bytes, or can't be (NaN).
    pub fn frozen(&mut self, query: u32, bytes: f64) {
        self.core.borrow_mut().frozen(query, said(bytes));
    }

    /// A query's data has been unpacked.
    pub fn thawed(&mut self, query: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.thawed(query)
    }

    /// Notes that a query's data is used.
    pub fn note_use(&mut self, query: u32) {
        self.core.borrow_mut().note_use(query);
    }

    /// Bytes: all, watched, hot, cold. Numbers: watched, hot, cold. Counts: freezes, refusals, thaws, evicted for the budget,
    /// evicted as too large. Empty where nothing bounds it.
    pub fn memory_report(&self) -> Vec<f64> {
        let core = self.core.borrow();
        let Some(memory) = core.memory() else {
            return Vec::new();
        };
        let (watched, hot, cold) = (core.watched_size(), memory.hot(), memory.cold());
        let counts = memory.counts();
        vec![
            memory.budget().max,
            watched.bytes,
            hot.bytes - watched.bytes,
            cold.bytes,
            f64::from(watched.values),
            f64::from(hot.values - watched.values),
            f64::from(cold.values),
            f64::from(counts.freezes),
            f64::from(counts.refusals),
            f64::from(counts.thaws),
            f64::from(counts.evicted[0]),
            f64::from(counts.evicted[1]),
        ]
    }
}
