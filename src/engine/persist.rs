//! What a store keeps of the queries beyond the page: what is to be written, how much at a time, and what has to go.
//!
//! The engine knows of each query what was written of it last, and of each record in the store how old and how large it is.
//! Values, encryption and the store itself are the host's: it does what `next_to_save` names, and tells what became of it.

mod counts;
pub(super) mod hits;
mod records;

use std::collections::VecDeque;

pub use counts::{COUNTS, Count};
use hits::{Hits, Target};
pub use hits::{MOST_HITS, MOST_TEXT, What};
pub use records::Records;

use super::query::Scalars;
use super::slab;

/// What was written of a query, or read of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Written {
    pub(super) data_count: f64,
    pub(super) at: f64,
    pub(super) invalidated: bool,
}

impl Written {
    pub(super) fn of(state: &Scalars) -> Self {
        Self {
            data_count: state.data_update_count,
            at: state.data_updated_at,
            invalidated: state.invalidated,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    query: u32,
    pub(super) is_dirty: bool,
    pub(super) written: Option<Written>,
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
    pub(super) max_age: f64,
    /// By slot.
    pub(super) marks: Vec<Option<Mark>>,
    /// Queries that may have to be written, in the order in which they changed.
    pub(super) dirty: VecDeque<u32>,
    /// Whether the host knows that there are any.
    pub(super) is_asked: bool,
    pub(super) slice_queries: u32,
    pub(super) slice_bytes: f64,
    pub(super) records: Records,
    /// Whether all records are in the books.
    pub(super) is_indexed: bool,
    pub(super) hits: Hits,
    /// What the query was, and would have gone back to, before it was restored.
    pub(super) before: Option<(Scalars, Option<Box<Scalars>>)>,
}

impl Persist {
    /// Empty books. `max_age` in ms.
    pub(super) fn new(max_age: f64) -> Self {
        Self {
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
        }
    }

    /// The books on a query.
    pub(super) fn mark(&mut self, query: u32) -> &mut Mark {
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
        !self.is_asked && (!self.dirty.is_empty() || self.hits.is_unsaved)
    }

    /// It has been told.
    pub(super) fn asked(&mut self) {
        self.is_asked = true;
    }

    /// Whether the store may have what isn't in the cache.
    pub(super) fn may_be_hit(&self) -> bool {
        !self.is_indexed || !self.records.is_empty()
    }

    /// Notes what has happened; its number.
    pub(super) fn hit(&mut self, what: What, at: f64, target: Target) -> u32 {
        self.hits.is_unsaved = true;
        self.hits.add(what, at, target)
    }

    /// Notes what has happened to all data of up to `at`.
    pub(super) fn hit_all(&mut self, what: What, at: f64) {
        self.hits.is_unsaved = true;
        self.hits.all(what, at);
    }
}
