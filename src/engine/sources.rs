//! Own mutations: whose answers were written into the cache, so that what the server says of them later is no news.

use std::collections::VecDeque;

use super::core::Engine;

/// Mutations remembered; of older ones the server's word counts like any other's.
const MAX_SOURCES: usize = 64;
/// Queries remembered of one mutation.
const MAX_WRITES: usize = 1024;

/// What the answers of own mutations have written.
#[derive(Debug, Default)]
pub struct Sources {
    known: VecDeque<Source>,
    /// The one whose answer is being written.
    writing: Option<String>,
}

#[derive(Debug)]
struct Source {
    name: String,
    writes: Vec<Write>,
}

#[derive(Debug)]
struct Write {
    query: u32,
    /// The query's successes and manual writes, this one included.
    updates: f64,
}

impl Sources {
    fn note(&mut self, write: Write) {
        let Some(name) = &self.writing else { return };
        let at = self.known.iter().position(|source| source.name == *name);
        let at = at.unwrap_or_else(|| {
            if self.known.len() == MAX_SOURCES {
                self.known.pop_front();
            }
            self.known.push_back(Source {
                name: name.clone(),
                writes: Vec::new(),
            });
            self.known.len() - 1
        });
        let writes = &mut self.known[at].writes;
        if let Some(known) = writes.iter_mut().find(|known| known.query == write.query) {
            *known = write;
        } else if writes.len() < MAX_WRITES {
            writes.push(write);
        }
    }
}

impl Engine {
    /// What is written by hand until the next call is the answer of this own mutation; `None`: of none. Gives back the one
    /// before.
    pub fn write_for(&mut self, source: Option<String>) -> Option<String> {
        std::mem::replace(&mut self.sources.writing, source)
    }

    pub(super) fn note_write(&mut self, query: u32) {
        if self.sources.writing.is_some() {
            let updates = self.queries[query].state.data_update_count;
            self.sources.note(Write { query, updates });
        }
    }

    /// Takes out of the list what holds the answer of the mutation that an operation comes from. Not where something else has
    /// come or is on its way since: it may be older than the mutation.
    pub(super) fn drop_echoes(&self, source: &str, list: &mut Vec<u32>) {
        let known = self.sources.known.iter();
        let Some(known) = known.rev().find(|known| known.name == source) else {
            return;
        };
        list.retain(|id| {
            let query = &self.queries[*id];
            let written = known.writes.iter().find(|write| write.query == *id);
            written.is_none_or(|write| {
                query.in_flight() || query.state.data_update_count != write.updates
            })
        });
    }
}
