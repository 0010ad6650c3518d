//! HTTP for JavaScript: headers in as text, parted by line feeds, which no header has.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, SEPARATOR};
use crate::engine::http::cache_tag;
use crate::engine::http::cut::cut;
use crate::engine::http::headers::Headers;

#[wasm_bindgen]
impl Engine {
    /// Takes the headers of an answer: Cache-Control, Age, Date, Expires, Vary, Cache-Tag. `sent` and `reading` on the clock of
    /// deadlines, `now` on that of dates; `adds`: the data before stays. Gives the tags, if there are any.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn hear(
        &mut self,
        query: u32,
        generation: u32,
        headers: &str,
        sent: f64,
        reading: f64,
        now: f64,
        adds: bool,
    ) -> Option<String> {
        let rest = &mut { headers };
        let headers = Headers {
            cache_control: cut(rest, '\n'),
            age: cut(rest, '\n'),
            date: cut(rest, '\n'),
            expires: cut(rest, '\n'),
            vary: cut(rest, '\n'),
        };
        let tags = cut(rest, '\n');
        let mut core = self.core.borrow_mut();
        let clock = core.read_clock(reading);
        core.hear(
            query,
            generation,
            &headers,
            clock - (reading - sent),
            now,
            adds,
        );
        let mut joined = String::new();
        for tag in cache_tag::tags(tags) {
            if !joined.is_empty() {
                joined.push(SEPARATOR);
            }
            joined.push_str(tag);
        }
        (!joined.is_empty()).then_some(joined)
    }

    /// Takes a reading of the clock of deadlines.
    pub fn read_clock(&mut self, reading: f64) {
        self.core.borrow_mut().read_clock(reading);
    }

    /// What was counted: 0 conditional requests, 1 answers that nothing has changed, 2 failed tries with a pause.
    pub fn http_count(&self, which: u32) -> u32 {
        let counters = self.core.borrow().stats().http;
        match which {
            0 => counters.conditional,
            1 => counters.not_modified,
            _ => counters.retry_after,
        }
    }

    /// A try has failed with an answer of this status, and these Retry-After and Date.
    pub fn hear_failure(
        &mut self,
        query: u32,
        generation: u32,
        status: u32,
        retry_after: &str,
        date: &str,
        now: f64,
    ) {
        self.core
            .borrow_mut()
            .hear_failure(query, generation, status, retry_after, date, now);
    }

    /// Whether the data is what the last answer gave, so that its validators may be sent.
    pub fn may_revalidate(&self, query: u32) -> bool {
        self.core.borrow().may_revalidate(query)
    }

    /// For how long the data is fresh from the moment when it was stored (ms); NaN where nobody said it, or it isn't to be kept.
    pub fn fresh_for(&self, query: u32) -> f64 {
        self.core.borrow().fresh_for(query).unwrap_or(f64::NAN)
    }

    /// The data is a copy of what an answer gave, fresh for so long (ms).
    pub fn restore_answer(&mut self, query: u32, fresh_for: f64) {
        self.core.borrow_mut().restore_answer(query, fresh_for);
    }

    /// Counts a conditional request, or an answer that nothing has changed.
    pub fn count_http(&mut self, answered: bool) {
        self.core.borrow_mut().count_http(answered);
    }

    /// Whether the data must not be kept anywhere but in memory.
    pub fn is_no_store(&self, query: u32) -> bool {
        self.core.borrow().is_no_store(query)
    }
}
