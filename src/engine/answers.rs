//! What a cache has to know of its answers to share them with other tabs (`tabs/share.rs`).
//!
//! The *tick* counts what other tabs can't know: invalidations of one's own, writes by hand, wishes. An answer of another tab is
//! only taken if its fetch began after that tab had heard of the tick that the query was last changed at here.

use super::core::Engine;
use super::query::{Dirty, Query, STATIC, Status};

/// The answer came from another tab, and when its fetch began is known only there.
const TAKEN: u32 = 1;

/// What a fetch may take instead of calling its query function.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// The tick of which the answer's fetch must have begun after.
    pub required: u32,
    /// The tick of this very wish.
    pub fresh: u32,
    /// How old an answer may be that is there already (ms).
    pub max_age: f64,
    /// When the own data came (ms); nothing older is taken.
    pub updated_at: f64,
}

impl Query {
    /// The data came with a fetch that began at `began`, or (0) another way. An answer that may be older than what happened
    /// here since is nobody else's.
    pub(super) fn note_answer(&mut self, began: u32, tick: u32) {
        let is_sound = self.dirty == Dirty::No && self.floor <= tick;
        self.began = if is_sound { began } else { 0 };
    }
}

impl Engine {
    /// A fetch of this query is about to call its query function: what it would take instead. `insists`: somebody wants the
    /// answer to be made now; `is_placed`: where the live connections are is known. Without that nobody can say that an answer
    /// isn't older than what the server has said. `stale_time` in ms, `now` in ms of `Date.now()`.
    pub fn terms(
        &mut self,
        id: u32,
        insists: bool,
        is_placed: bool,
        stale_time: f64,
        now: f64,
    ) -> Terms {
        let fresh = self.next_tick();
        let query = &self.queries[id];
        let stale_time = query.stale_time(stale_time, false);
        // Who fetches what is fresh here wants something newer.
        let takes_old = query.state.is_stale_by_time(stale_time, now);
        Terms {
            required: if insists || !is_placed {
                fresh
            } else {
                query.floor
            },
            fresh,
            max_age: if takes_old && stale_time == STATIC {
                f64::INFINITY
            } else if takes_old && stale_time > 0.0 {
                stale_time
            } else {
                0.0
            },
            updated_at: if query.state.has_data {
                query.state.data_updated_at
            } else {
                0.0
            },
        }
    }

    /// The query function of a shared fetch is called; `heard`: what was heard of other tabs until now.
    pub fn begin_shared(&mut self, id: u32, generation: u32, heard: u32) {
        let tick = self.tick;
        let query = self.queries.get_mut(id);
        if let Some(fetch) = query.and_then(|query| query.fetch_of_mut(generation)) {
            fetch.began = heard;
            fetch.tick = tick;
        }
    }

    /// A fetch takes the answer of another tab's.
    pub fn take_shared(&mut self, id: u32, generation: u32) {
        self.begin_shared(id, generation, TAKEN);
    }

    /// Whether an answer may be taken whose fetch began after our tick `proof`; otherwise what it would have to prove.
    pub fn required_of(&self, id: u32, proof: u32) -> Option<u32> {
        let floor = self.queries.get(id).map_or(u32::MAX, |query| query.floor);
        (proof < floor).then_some(floor)
    }

    /// Whether a fetch hasn't settled.
    pub fn is_fetching(&self, id: u32, generation: u32) -> bool {
        self.queries
            .get(id)
            .is_some_and(|query| query.fetch_of(generation).is_some())
    }

    /// What there is of a query for other tabs: when its fetch began, and when the answer came (ms).
    pub fn offer(&self, id: u32) -> Option<(u32, f64)> {
        let query = self.queries.get(id)?;
        let is_good = query.indexed()
            && query.began != 0
            && query.state.has_data
            && !query.state.invalidated
            && query.state.status == Status::Success
            && query.dirty == Dirty::No
            && !query.no_store;
        is_good.then_some((query.began, query.state.data_updated_at))
    }

    /// One more that other tabs can't know.
    pub(super) fn next_tick(&mut self) -> u32 {
        self.tick = self.tick.saturating_add(1);
        self.tick
    }

    /// Something here has made these queries old, and any that come later.
    pub fn note_invalidation(&mut self, list: &[u32]) {
        let tick = self.next_tick();
        self.floor = tick;
        for id in list {
            // A function of the user may have removed it since it was chosen.
            if let Some(query) = self.queries.get_mut(*id) {
                query.floor = tick;
            }
        }
    }

    /// A query was changed by hand: what it was changed to isn't known to other tabs.
    pub(super) fn note_change(&mut self, id: u32) {
        let tick = self.next_tick();
        let query = &mut self.queries[id];
        query.floor = tick;
        query.began = 0;
    }
}
