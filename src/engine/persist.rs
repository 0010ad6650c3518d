//! What a store keeps of the queries beyond the page: what is to be written, how much at a time, and what has to go.
//!
//! The engine knows of each query what was written of it last, and of each record in the store how old and how large it is.
//! Values, encryption and the store itself are the host's: it does what `next_to_save` names, and tells what became of it.

mod hits;
mod records;

use std::collections::VecDeque;

use hits::Hits;
pub use hits::{MOST_HITS, MOST_TEXT, What};
pub use records::Records;

use super::core::Engine;
use super::effect::Action;
use super::query::{FetchStatus, Scalars, Status};
use super::slab;

/// Most queries that one slice writes.
pub const SLICE_QUERIES: u32 = 64;
/// How much a slice writes (bytes), unless its first query is larger.
pub const SLICE_BYTES: f64 = 256.0 * 1024.0;
/// A slice ends when no more than this is left of the idle time (ms).
const RESERVE_MS: f64 = 2.0;

/// Things that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Count {
    /// Records written.
    Written = 0,
    /// Their bytes.
    WrittenBytes = 1,
    /// Queries that got their data from the store.
    Restored = 2,
    /// Records dropped: older than the maximum.
    TooOld = 3,
    /// Records dropped: of another version, or sealed in another way.
    OtherVersion = 4,
    /// Records dropped: damaged.
    Corrupt = 5,
    /// Records dropped: the disk was full.
    Quota = 6,
    /// Not written: sensitive, and there is no key.
    Sensitive = 7,
    /// Not written: JSON doesn't keep the data.
    NotJson = 8,
    /// Not written: its server forbids it.
    NoStore = 9,
    /// Not written: too large.
    TooLarge = 10,
    /// What the store failed to do.
    Failures = 11,
}

/// Number of counts.
pub const COUNTS: usize = 12;

/// What was written of a query, or read of it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Written {
    data_count: f64,
    at: f64,
    invalidated: bool,
}

impl Written {
    fn of(state: &Scalars) -> Self {
        Self {
            data_count: state.data_update_count,
            at: state.data_updated_at,
            invalidated: state.invalidated,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    query: u32,
    is_dirty: bool,
    written: Option<Written>,
}

/// What is to be done for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Save {
    /// Write it: its data, when that came, or whether it is invalidated has changed.
    Write(u32),
    /// Its data is gone: delete its record.
    Forget(u32),
}

/// The books of one store.
#[derive(Debug)]
pub struct Persist {
    /// Records of data older than this are dropped (ms).
    max_age: f64,
    /// By slot.
    marks: Vec<Option<Mark>>,
    /// Queries that may have to be written, in the order in which they changed.
    dirty: VecDeque<u32>,
    /// Whether the host knows that there are any.
    is_asked: bool,
    slice_queries: u32,
    slice_bytes: f64,
    records: Records,
    /// Whether all records are in the books.
    is_indexed: bool,
    hits: Hits,
    /// What the query was, and would have gone back to, before it was restored.
    before: Option<(Scalars, Option<Box<Scalars>>)>,
}

impl Persist {
    fn mark(&mut self, query: u32) -> &mut Mark {
        let at = slab::index(query) as usize;
        if self.marks.len() <= at {
            self.marks.resize(at + 1, None);
        }
        let mark = self.marks[at].filter(|mark| mark.query == query);
        self.marks[at].insert(mark.unwrap_or(Mark {
            query,
            is_dirty: false,
            written: None,
        }))
    }

    /// A query has made a transition.
    pub(super) fn note(&mut self, query: u32, state: &Scalars) {
        let mark = self.mark(query);
        let now = state.has_data.then(|| Written::of(state));
        if mark.written != now && !mark.is_dirty {
            mark.is_dirty = true;
            self.dirty.push_back(query);
        }
    }

    /// Whether the host is to be told that there is something to save.
    pub(super) fn wants_save(&self) -> bool {
        !self.is_asked && (!self.dirty.is_empty() || self.hits.is_unsaved())
    }

    /// It has been told.
    pub(super) fn asked(&mut self) {
        self.is_asked = true;
    }
}

impl Engine {
    /// Begins to keep books for a store. `max_age` in ms. `fresh`: what is in the cache already belongs into the store too;
    /// otherwise only what comes from now on.
    pub fn open_persist(&mut self, max_age: f64, fresh: bool) -> bool {
        let mut persist = Box::new(Persist {
            max_age,
            marks: Vec::new(),
            dirty: VecDeque::new(),
            is_asked: false,
            slice_queries: 0,
            slice_bytes: 0.0,
            records: Records::default(),
            is_indexed: false,
            hits: Hits::default(),
            before: None,
        });
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

    /// Gives a query without data what the store has of it, which came at `at`; whether it takes it. A fetch in flight goes on;
    /// cancelling it leads back to this data. `judge_restored` follows, and `end_restore` tells of it.
    pub fn restore(&mut self, id: u32, at: f64, invalidated: bool, now: f64) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let Some(persist) = self.persist.as_deref_mut() else {
            return false;
        };
        if query.state.has_data || now - at >= persist.max_age {
            return false;
        }
        persist.before = Some((query.state, query.revert.take()));
        let written = Written {
            data_count: query.state.data_update_count + 1.0,
            at,
            invalidated,
        };
        let state = &mut query.state;
        state.has_data = true;
        state.status = Status::Success;
        state.data_update_count = written.data_count;
        state.data_updated_at = at;
        // Somebody may have invalidated it while its data was on the way.
        state.invalidated |= invalidated;
        query.answer = None;
        query.revert = query.in_flight().then(|| Box::new(query.state));
        persist.mark(id).written = Some(written);
        true
    }

    /// What has happened to it since counts now; whether it keeps its data.
    pub fn settle_restored(&mut self, id: u32, hit: Option<What>) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let Some(persist) = self.persist.as_deref_mut() else {
            return false;
        };
        let before = persist.before.take();
        match (hit, before) {
            (Some(What::Removed), Some((state, revert))) => {
                query.state = state;
                query.revert = revert;
                query.answer = None;
                persist.mark(id).written = None;
                return false;
            }
            (Some(_), _) => {
                query.state.invalidated = true;
                if let Some(revert) = &mut query.revert {
                    revert.invalidated = true;
                }
            }
            (None, _) => {}
        }
        self.count(Count::Restored, 1.0);
        true
    }

    /// Tells that a query has its data from the store. `enough`: nobody wants the fetch in flight any more.
    pub fn end_restore(&mut self, id: u32, enough: bool) -> bool {
        if enough {
            self.cancel_fetch(id);
            let query = &mut self.queries[id];
            query.revert = None;
            query.state.fetch_status = FetchStatus::Idle;
            query.state.failure_count = 0.0;
        }
        self.command(|engine| {
            if enough {
                engine.settle_later(id);
            }
            engine.announce(id, Action::Callers);
        })
    }
}
