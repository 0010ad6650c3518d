//! Queries for JavaScript: keys, slots and states.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, NONE, names};

#[wasm_bindgen]
impl Engine {
    /// A symbol for a new key part; `scalar` tells that `text` says all of it.
    pub fn intern(&mut self, text: &str, scalar: bool) -> u32 {
        self.core.borrow_mut().intern(text.as_bytes(), scalar)
    }

    /// The query of a key of up to four symbols.
    pub fn find(&mut self, length: usize, a: u32, b: u32, c: u32, d: u32) -> u32 {
        self.core
            .borrow_mut()
            .find(&[a, b, c, d][..length])
            .unwrap_or(NONE)
    }

    /// The query of a key of any length, from the inbox.
    pub fn find_long(&mut self, length: usize) -> u32 {
        self.core
            .borrow_mut()
            .find(&self.inbox[..length])
            .unwrap_or(NONE)
    }

    /// A slot for a query in the state that the scratch holds.
    pub fn create(&mut self, version: u32) -> u32 {
        let state = self.scratch_state();
        self.core.borrow_mut().create(state, version)
    }

    /// Puts a query into the index under the symbols in the inbox.
    pub fn index(
        &mut self,
        query: u32,
        length: usize,
        scalar: bool,
        plain: bool,
        reading: f64,
    ) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.index(query, &self.inbox[..length], scalar, plain)
    }

    /// Takes a query out of the index; the number of freed symbols.
    pub fn unindex(&mut self, query: u32) -> usize {
        self.core.borrow_mut().unindex(query)
    }

    /// Whether the host timer is to be set anew or cleared.
    pub fn timer_pending(&self) -> bool {
        self.core.borrow().timer_pending()
    }

    /// Frees the slot of a query that nothing needs.
    pub fn release(&mut self, query: u32) -> bool {
        self.core.borrow_mut().release(query)
    }

    /// Whether the query is out of the index, unwatched and not in flight.
    pub fn is_unused(&self, query: u32) -> bool {
        self.core.borrow().is_unused(query)
    }

    /// Whether nothing fetches the query, or waits to.
    pub fn is_idle(&self, query: u32) -> bool {
        self.core.borrow().is_idle(query)
    }

    /// Takes a wish for how long an unwatched query stays (ms, NaN for none); the longest wish.
    pub fn wish_gc_time(&mut self, query: u32, gc_time: f64, skipped: bool, server: bool) -> f64 {
        self.core
            .borrow_mut()
            .wish_gc_time(query, gc_time, skipped, server)
    }

    /// Starts the time after which an unwatched query goes.
    pub fn schedule_gc(&mut self, query: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.schedule_gc(query);
        core.timer_pending()
    }

    /// Stops the time after which an unwatched query goes.
    pub fn clear_gc(&mut self, query: u32) {
        self.core.borrow_mut().clear_gc(query);
    }

    /// Gives a query these tags and no others.
    pub fn set_tags(&mut self, query: u32, joined: &str) {
        self.core.borrow_mut().set_tags(query, names(joined));
    }

    /// Copies a query's state into the scratch.
    pub fn load(&mut self, query: u32) {
        let core = self.core.borrow();
        let state = core.state(query);
        let version = core.version(query);
        let scratch = &mut *self.scratch;
        scratch[0] = f64::from(state.status as u8);
        scratch[1] = f64::from(state.fetch_status as u8);
        scratch[2] = f64::from(u8::from(state.has_data));
        scratch[3] = f64::from(u8::from(state.invalidated));
        scratch[4] = state.data_update_count;
        scratch[5] = state.data_updated_at;
        scratch[6] = state.error_update_count;
        scratch[7] = state.error_updated_at;
        scratch[8] = state.failure_count;
        scratch[9] = f64::from(version);
    }

    /// Counts the transitions of a query.
    pub fn version(&self, query: u32) -> u32 {
        self.core.borrow().version(query)
    }

    /// Replaces a query's state by that in the scratch; `same`: its data is the one that is there.
    pub fn set_state(&mut self, query: u32, same: bool) -> bool {
        let state = self.scratch_state();
        self.core.borrow_mut().set_state(query, state, same)
    }

    /// Marks a query as stale.
    pub fn invalidate(&mut self, query: u32) -> bool {
        self.core.borrow_mut().invalidate(query)
    }

    /// Data that no fetch brought.
    pub fn write(&mut self, query: u32, has_data: bool, at: f64, manual: bool) -> bool {
        self.core.borrow_mut().write(query, has_data, at, manual)
    }

    /// What is written by hand until the next call is the answer of this own mutation. Gives back the one before.
    pub fn write_for(&mut self, source: Option<String>) -> Option<String> {
        self.core.borrow_mut().write_for(source)
    }

    /// Whether any attempt to fetch the query has ended.
    pub fn is_fetched(&self, query: u32) -> bool {
        self.core.borrow().is_fetched(query)
    }

    /// Whether the query is stale for its observers as they last saw it, or by itself.
    pub fn is_stale(&self, query: u32) -> bool {
        self.core.borrow().is_stale(query)
    }

    /// Whether data of this age is stale; counts nothing.
    pub fn is_stale_by_time(&self, query: u32, stale_time: f64, now: f64) -> bool {
        self.core.borrow().is_stale_by_time(query, stale_time, now)
    }
}
