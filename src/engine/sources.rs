//! Own mutations: whose answers were written into the cache, so that what the server says of them later is no news.

use std::collections::VecDeque;

/// Mutations remembered; of older ones the server's word counts like any other's.
const MAX_SOURCES: usize = 64;
/// Queries remembered of one mutation.
const MAX_WRITES: usize = 1024;

/// What the answers of own mutations have written.
#[derive(Debug, Default)]
pub struct Sources {
    known: VecDeque<Source>,
    /// The one whose answer is being written.
    pub(super) writing: Option<String>,
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
    /// Notes a write, if the answer of an own mutation is being written.
    pub(super) fn note(&mut self, query: u32, updates: f64) {
        let write = Write { query, updates };
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

    /// How many updates a query had when the answer of this mutation was written to it, of each that it was written to;
    /// nothing where the mutation isn't known.
    pub(super) fn writes_of(&self, source: &str) -> Option<impl Fn(u32) -> Option<f64>> {
        let known = self.known.iter().rev().find(|known| known.name == source)?;
        Some(move |query| {
            let mut writes = known.writes.iter();
            writes
                .find(|write| write.query == query)
                .map(|write| write.updates)
        })
    }
}
