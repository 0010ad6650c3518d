//! Commands of saving: what is to be written, in slices of idle time, and what the store has.

use super::core::Engine;
use super::persist::{COUNTS, Count, Persist, Save, Written};

/// Most queries that one slice writes.
pub const SLICE_QUERIES: u32 = 64;
/// How much a slice writes (bytes), unless its first query is larger.
pub const SLICE_BYTES: f64 = 256.0 * 1024.0;
/// A slice ends when no more than this is left of the idle time (ms).
const RESERVE_MS: f64 = 2.0;

impl Engine {
    /// Begins to keep books for a store. `max_age` in ms. `fresh`: what is in the cache already belongs into the store too;
    /// otherwise only what comes from now on.
    pub fn open_persist(&mut self, max_age: f64, fresh: bool) -> bool {
        let mut persist = Box::new(Persist::new(max_age));
        for (id, query) in self.queries.iter() {
            if query.indexed() && fresh {
                persist.note(id, &query.state);
            } else if query.state.has_data {
                persist.mark(id).written = Some(Written::of(&query.state));
            }
        }
        self.persist = Some(persist);
        self.timer_pending()
    }

    /// Closes the books: what waits to be written is forgotten. The counts stay.
    pub fn close_persist(&mut self) {
        self.persist = None;
    }

    /// Begins a slice of writing.
    pub fn begin_saving(&mut self) {
        if let Some(persist) = &mut self.persist {
            persist.slice_queries = 0;
            persist.slice_bytes = 0.0;
        }
    }

    /// The next thing to do in this slice; none where it is full or nothing is left. `room`: the idle time that is left (ms);
    /// a slice does one thing in any case, so that a busy page is saved too. `now` in ms of `Date.now()`.
    pub fn next_to_save(&mut self, room: f64, now: f64) -> Option<Save> {
        let persist = self.persist.as_deref_mut()?;
        let is_full = persist.slice_queries >= SLICE_QUERIES
            || persist.slice_bytes >= SLICE_BYTES
            || (persist.slice_queries > 0 && room <= RESERVE_MS);
        if is_full {
            return None;
        }
        while let Some(id) = persist.dirty.pop_front() {
            let mark = persist.mark(id);
            mark.is_dirty = false;
            let before = mark.written;
            let Some(query) = self.queries.get(id).filter(|query| query.indexed()) else {
                continue;
            };
            if query.no_store && query.state.has_data {
                self.persist_counts[Count::NoStore as usize] += 1.0;
            }
            let is_kept = query.state.has_data
                && !query.no_store
                && now - query.state.data_updated_at < persist.max_age;
            let after = is_kept.then(|| Written::of(&query.state));
            persist.mark(id).written = after;
            let save = match (before, after) {
                (None, None) => continue,
                (Some(_), None) => Save::Forget(id),
                (before, after) if before == after => continue,
                (_, Some(_)) => Save::Write(id),
            };
            persist.slice_queries += 1;
            return Some(save);
        }
        None
    }

    /// What was named last comes to this many bytes.
    pub fn sized(&mut self, bytes: f64) {
        if let Some(persist) = &mut self.persist {
            persist.slice_bytes += bytes;
        }
    }

    /// A slice has been written, or given up; whether another one is to follow.
    pub fn end_saving(&mut self) -> bool {
        let Some(persist) = &mut self.persist else {
            return false;
        };
        persist.is_asked = !persist.dirty.is_empty();
        persist.is_asked
    }

    /// The store doesn't have what was to be written of a query: its next transition is written.
    pub fn unwritten(&mut self, query: u32) {
        if let Some(persist) = &mut self.persist
            && self.queries.get(query).is_some()
        {
            persist.mark(query).written = None;
        }
    }

    /// Takes into the books a record that the store has, of data that came at `at`; its number. None: it is too old, so it has
    /// to go. `known`: its number, where it has one already.
    pub fn found_record(
        &mut self,
        known: Option<u32>,
        at: f64,
        bytes: f64,
        now: f64,
    ) -> Option<u32> {
        let persist = self.persist.as_deref_mut()?;
        if now - at < persist.max_age {
            return Some(persist.records.put(known, at, bytes));
        }
        if let Some(known) = known {
            persist.records.remove(known);
        }
        self.count(Count::TooOld, 1.0);
        None
    }

    /// All records are in the books.
    pub fn indexed_records(&mut self) {
        if let Some(persist) = &mut self.persist {
            persist.is_indexed = true;
        }
    }

    /// Strikes a record out: the store doesn't have it any more.
    pub fn lost_record(&mut self, record: u32) {
        if let Some(persist) = &mut self.persist {
            persist.records.remove(record);
        }
    }

    /// Selects the records to delete where the disk is full and `bytes` don't fit, oldest first; how many. They are struck out.
    pub fn make_room(&mut self, bytes: f64) -> usize {
        let Some(persist) = self.persist.as_deref_mut() else {
            return 0;
        };
        self.selection.clear();
        persist.records.take_oldest(bytes, &mut self.selection);
        let taken = self.selection.len();
        self.count(Count::Quota, taken as f64);
        taken
    }

    /// Records that the store has, and their bytes.
    pub fn record_totals(&self) -> (usize, f64) {
        self.persist.as_ref().map_or((0, 0.0), |persist| {
            (persist.records.len(), persist.records.bytes())
        })
    }

    /// Queries that wait to be saved.
    pub fn unsaved(&self) -> usize {
        self.persist
            .as_ref()
            .map_or(0, |persist| persist.dirty.len())
    }

    /// Counts something that the host saw.
    pub fn count(&mut self, what: Count, times: f64) {
        self.persist_counts[what as usize] += times;
    }

    /// The counts, by `Count`.
    pub const fn persist_counts(&self) -> &[f64; COUNTS] {
        &self.persist_counts
    }
}
