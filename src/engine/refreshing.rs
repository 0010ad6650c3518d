//! Early refresh: the time that fetches take, and the deadlines of the observers that want it.

use super::core::Engine;
use super::early::until_early;
use super::effect::Effect;
use super::query::FetchStatus;
use super::timers::{Deadline, TimerId};

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
