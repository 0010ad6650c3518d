//! What a live connection without a cursor can't vouch for: what was asked for before its stream was.

use super::core::Engine;
use super::node::ROOT;
use super::protocol::{Mode, Op};
use super::query::Query;
use super::slab::index;

/// The queries at some moment, by slot, and how far they had come.
#[derive(Debug, Default)]
pub struct Before(Vec<(u32, Progress)>);

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

/// The id of no query: no slot has it.
const NOBODY: u32 = u32::MAX;

impl Before {
    fn of(&self, query: u32) -> Progress {
        match self.0.get(index(query) as usize) {
            Some((id, progress)) if *id == query => *progress,
            _ => Progress::default(),
        }
    }
}

impl Engine {
    /// How far all queries have come by now.
    pub fn progress(&self) -> Before {
        let mut before = vec![(NOBODY, Progress::default()); self.queries.capacity()];
        self.registry.each_below(ROOT, |id| {
            before[index(id) as usize] = (id, Progress::of(&self.queries[id]));
        });
        Before(before)
    }

    /// Marks all data and all answers still to come, except those that were asked for after the given moment. `now` in ms.
    pub fn apply_unproven(&mut self, before: &Before, now: f64) -> bool {
        let mut list = Vec::new();
        self.hit_stored(&Op::Unknown, Mode::Refetch, now);
        self.registry.each_below(ROOT, |id| {
            let query = &self.queries[id];
            let then = before.of(id);
            if (query.state.has_data || query.in_flight()) && !then.proves(query) {
                list.push(id);
            }
        });
        self.mark(list, Mode::Refetch, 0.0, now)
    }
}
