//! What a live connection without a cursor can't vouch for: what was asked for before its stream was.

use std::collections::BTreeMap;

use super::core::Engine;
use super::node::ROOT;
use super::protocol::{Mode, Op};
use super::query::Query;

/// How far the queries had come at some moment.
#[derive(Debug, Default)]
pub struct Before(BTreeMap<u32, Progress>);

/// How far one query had come; a later one is as one that had done nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    /// Fetches begun.
    generation: u32,
    /// Successes and manual writes.
    updates: f64,
}

impl Progress {
    fn of(query: &Query) -> Self {
        Self {
            generation: query.generation,
            updates: query.state.data_update_count,
        }
    }

    /// Whether the data comes, or the first data will come, from a later fetch. Data that is being replaced isn't there yet:
    /// the fetch may be cancelled and leave the old data in place.
    fn proves(self, query: &Query) -> bool {
        let brings_data = if query.in_flight() {
            !query.state.has_data
        } else {
            query.state.data_update_count != self.updates
        };
        query.generation != self.generation && brings_data
    }
}

impl Engine {
    /// How far all queries have come by now.
    pub fn progress(&self) -> Before {
        let mut before = BTreeMap::new();
        self.registry.each_below(ROOT, |id| {
            before.insert(id, Progress::of(&self.queries[id]));
        });
        Before(before)
    }

    /// Marks all data and all answers still to come, except those that were asked for after the given moment. `now` in ms.
    pub fn apply_unproven(&mut self, before: &Before, now: f64) -> bool {
        let mut list = Vec::new();
        self.hit_stored(&Op::Unknown, Mode::Refetch, now);
        self.registry.each_below(ROOT, |id| {
            let query = &self.queries[id];
            let then = before.0.get(&id).copied().unwrap_or_default();
            if (query.state.has_data || query.in_flight()) && !then.proves(query) {
                list.push(id);
            }
        });
        self.mark(list, Mode::Refetch, 0.0, now)
    }
}
