//! Probabilistic early refresh: XFetch (Vattani, Chierichetti, Lowenstein 2015, "Optimal Probabilistic Cache Stampede
//! Prevention").
//!
//! There, each reader refreshes when now − Δ·β·ln(rand) ≥ expiry, with Δ the time that the last fetch took. Many pages that
//! fetched at one moment so refresh one after the other instead of all at the expiry. Here a page draws once for each answer,
//! not at each read: what is left is a moment, which a mounted observer can wait for.

use super::core::Engine;
use super::effect::Effect;
use super::query::{FetchStatus, Query, STATIC};
use super::timers::{Deadline, TimerId};

/// How long it is until data is refreshed early by an observer of this β (ms, below 0 where the moment has passed); nothing
/// where it never is.
pub(super) fn until_early(query: &Query, stale_time: f64, beta: f32, now: f64) -> Option<f64> {
    let ends = stale_time != STATIC && stale_time.is_finite() && query.state.has_data;
    (ends && query.lead > 0.0 && beta > 0.0).then(|| {
        let lead = f64::from(query.lead) * f64::from(beta);
        query.state.data_updated_at + stale_time - lead - now
    })
}

impl Engine {
    /// The query function of a fetch is called (`now` in ms of `Date.now()`): how long it takes is to be measured.
    pub fn measure(&mut self, query: u32, generation: u32, now: f64) {
        let query = self.queries.get_mut(query);
        if let Some(fetch) = query.and_then(|query| query.fetch_of_mut(generation)) {
            fetch.ran_at = now;
        }
    }

    /// A fetch has brought its answer at `now` (ms): when that is to be refreshed.
    pub(super) fn draw_lead(&mut self, id: u32, generation: u32, now: f64) {
        let query = &mut self.queries[id];
        let ran_at = query
            .fetch_of(generation)
            .map_or(f64::NAN, |fetch| fetch.ran_at);
        let took = now - ran_at;
        if took > 0.0 {
            query.lead = (-(1.0 - self.random.unit()).ln() * took) as f32;
        }
    }

    /// Sets the deadline at which an observer refreshes; `stale_time` (ms) where its data is fresh and ends.
    pub(super) fn set_early_timer(&mut self, id: u32, stale_time: Option<f64>, now: f64) {
        let observer = &mut self.observers[id];
        self.timers.clear(&mut observer.early_timer);
        let query = &self.queries[observer.query];
        if observer.options.early == 0.0 || query.state.fetch_status != FetchStatus::Idle {
            return;
        }
        let left = stale_time
            .and_then(|stale_time| until_early(query, stale_time, observer.options.early, now));
        // What has passed is for the next event: a fetch that failed or was cancelled isn't begun again and again.
        if let Some(left) = left.filter(|left| *left > 0.0) {
            observer.early_timer = self
                .timers
                .set(self.clock.now() + left, Deadline::Early(id));
        }
    }

    /// The moment of an observer has come. Where nobody looks, or there is no network, the event that ends that decides.
    pub(super) fn refresh_early(&mut self, id: u32) -> Option<Effect> {
        let observer = self.observers.get_mut(id)?;
        observer.early_timer = TimerId::NONE;
        let refreshes = self.environment.focused && self.environment.online && !observer.last_stale;
        if refreshes {
            self.stats.early = self.stats.early.wrapping_add(1);
        }
        refreshes.then_some(Effect::Poll(id))
    }
}
