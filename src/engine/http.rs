//! What HTTP says of a query's data: how long it is fresh, whether it may be kept, whether a validator still stands for it;
//! and of a failed try: whether another one makes sense, and when.

use super::core::Engine;
use super::query::Query;
use answer::Answer;
use cache_control::CacheControl;
use headers::Headers;
use heard::Heard;

pub mod answer;
pub mod cache_control;
pub mod cache_tag;
pub mod cut;
pub mod date;
pub mod freshness;
pub mod headers;
pub mod heard;
pub mod retry_after;

/// The stale time `'http'`: as long as the answer's headers say. A number that no one gives, and that stays what it is where
/// an adapter raises a stale time to at least a second.
pub const HTTP: f64 = 1.7e308;

/// Data that a component has suspended for is fresh for as long (ms), or mounting would fetch it again at once.
const SUSPENSE_MS: f64 = 1000.0;

impl Query {
    /// The stale time (ms) that an option comes to: `HTTP` is what the answer said, 0 where it said nothing.
    pub fn stale_time(&self, option: f64, suspense: bool) -> f64 {
        if option != HTTP {
            return option;
        }
        let fresh_for = self.heard().map_or(0.0, |answer| answer.fresh_for);
        if suspense {
            fresh_for.max(SUSPENSE_MS)
        } else {
            fresh_for
        }
    }

    /// Whether the data is stale at `now` (ms) for somebody with this option.
    pub fn is_stale_by_time(&self, option: f64, suspense: bool, now: f64) -> bool {
        self.state
            .is_stale_by_time(self.stale_time(option, suspense), now)
    }

    /// What HTTP says of the data that is there.
    fn heard(&self) -> Option<&Answer> {
        let answer = self.answer.as_deref()?;
        (answer.of == self.state.data_update_count).then_some(answer)
    }

    /// The query's data is about to be what a fetch brought, at `at` (ms of `Date.now()`), `clock` on the monotonic clock.
    pub(super) fn take_heard(&mut self, heard: Option<&Heard>, at: f64, clock: f64) {
        let before = self.heard().copied();
        self.answer = None;
        self.no_store = heard.is_some_and(|heard| heard.no_store)
            || (self.no_store && heard.is_some_and(|heard| heard.adds));
        let Some(heard) = heard else {
            return;
        };
        let mut fresh_for = heard.until - clock;
        if heard.adds {
            let rest = before.map_or(0.0, |answer| {
                self.state.data_updated_at + answer.fresh_for - at
            });
            fresh_for = fresh_for.min(rest);
        }
        self.answer = Some(Box::new(Answer {
            of: self.state.data_update_count + 1.0,
            fresh_for,
            no_store: self.no_store,
        }));
    }
}

impl Engine {
    /// Takes the headers of an answer that a fetch has got and could read. `sent`: when it was asked for (ms of the monotonic
    /// clock), `wall`: `Date.now()`; `adds`: the data before stays, and this is added to it.
    ///
    /// Lifetimes are relative, so that neither side's clock matters; only an `Expires` without `Date` is taken by our own.
    pub fn hear(
        &mut self,
        query: u32,
        generation: u32,
        headers: &Headers<'_>,
        sent: f64,
        wall: f64,
        adds: bool,
    ) {
        let Some(fetch) = self
            .queries
            .get_mut(query)
            .and_then(|query| query.fetch_of_mut(generation))
        else {
            return;
        };
        let control = CacheControl::parse(headers.cache_control);
        let until =
            sent + freshness::lifetime_ms(&control, headers, wall) - freshness::age_ms(headers.age);
        let before = fetch.heard.take();
        fetch.heard = Some(Box::new(Heard {
            until: before.as_ref().map_or(until, |one| one.until.min(until)),
            no_store: control.no_store || before.is_some_and(|one| one.no_store),
            adds,
        }));
    }

    /// A try has failed with an answer of this status: what that means for the next one. `date`: the answer's own.
    pub fn hear_failure(
        &mut self,
        query: u32,
        generation: u32,
        status: u32,
        retry_after: &str,
        date: &str,
        wall: f64,
    ) {
        let pause = retry_after::pause_ms(retry_after, date, wall).unwrap_or(0.0);
        let Some(fetch) = self
            .queries
            .get_mut(query)
            .and_then(|query| query.fetch_of_mut(generation))
        else {
            return;
        };
        fetch.hopeless = is_hopeless(status);
        fetch.pause = pause;
        if pause > 0.0 {
            self.stats.http.retry_after += 1;
        }
    }

    /// Whether the data is what the last answer gave, so that its validators may be sent.
    pub fn may_revalidate(&self, query: u32) -> bool {
        let Some(query) = self.queries.get(query) else {
            return false;
        };
        query.state.has_data && query.heard().is_some_and(|answer| !answer.no_store)
    }

    /// For how long the data is fresh from the moment when it was stored (ms); nothing where no answer gave it, or that is not
    /// to be kept.
    pub fn fresh_for(&self, query: u32) -> Option<f64> {
        let answer = self.queries.get(query)?.heard()?;
        (!answer.no_store).then_some(answer.fresh_for)
    }

    /// The data is a copy of what an answer gave elsewhere, and was fresh for so long there (ms).
    pub fn restore_answer(&mut self, query: u32, fresh_for: f64) {
        if let Some(query) = self.queries.get_mut(query) {
            query.answer = Some(Box::new(Answer {
                of: query.state.data_update_count,
                fresh_for,
                no_store: false,
            }));
        }
    }

    /// Counts requests that asked whether the data has changed, or answers that it hasn't.
    pub const fn count_http(&mut self, answered: bool) {
        let counters = &mut self.stats.http;
        if answered {
            counters.not_modified += 1;
        } else {
            counters.conditional += 1;
        }
    }

    /// Whether data of this age is stale for somebody with this option; counts nothing.
    pub fn is_stale_by_time(&self, query: u32, option: f64, now: f64) -> bool {
        self.queries[query].is_stale_by_time(option, false, now)
    }

    /// Whether the data must not be kept anywhere but in memory: an answer said `no-store`.
    pub fn is_no_store(&self, query: u32) -> bool {
        self.queries.get(query).is_some_and(|query| query.no_store)
    }
}

/// Whether the same request will fail again: the client's fault, and not one that time heals (request timeout, too early,
/// too many requests).
const fn is_hopeless(status: u32) -> bool {
    matches!(status, 400..=499) && !matches!(status, 408 | 425 | 429)
}
