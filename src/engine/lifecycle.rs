//! Queries come and go: slots, index, tags, collection.

use super::core::Engine;
use super::decision::is_stale;
use super::effect::{Action, Effect};
use super::frames::Frame;
use super::node::{NO_NODE, NO_QUERY};
use super::query::{Query, Scalars};
use super::timers::Deadline;

/// How long an unwatched query stays where nobody says (ms): five minutes, as React Query documents it.
const DEFAULT_GC_TIME_MS: f64 = 300_000.0;

/// What a user's wish (NaN for none) for how long something stays unwatched comes to (ms).
pub(super) fn gc_time_of(wish: f64, server: bool) -> f64 {
    match (wish.is_nan(), server) {
        (false, _) => wish,
        (true, true) => f64::INFINITY,
        (true, false) => DEFAULT_GC_TIME_MS,
    }
}

impl Engine {
    /// A slot for a query with this state, outside the index.
    pub fn create(&mut self, state: Scalars, version: u32) -> u32 {
        self.queries.insert(Query {
            version,
            ..Query::new(state)
        })
    }

    /// Puts a query into the index under its symbols. `scalar`: all parts are scalars; `plain`: the symbols say all about them.
    pub fn index(&mut self, id: u32, key: &[u32], scalar: bool, plain: bool) -> bool {
        let node = self.registry.insert(key);
        let prefix = match key.first() {
            Some(symbol) => self.stats.prefix(self.registry.symbols.text(*symbol)),
            None => 0,
        };
        self.sequence += 1;
        let query = &mut self.queries[id];
        query.node = node;
        query.scalar = scalar;
        query.plain = plain;
        query.sequence = self.sequence;
        query.prefix = prefix;
        query.floor = query.floor.max(self.floor);
        // The first stays first: it is the one that `find` gives.
        match self.registry.query(node) {
            NO_QUERY => self.registry.set_query(node, id),
            first => {
                let after = self.queries[first].next_in_node;
                self.queries[first].next_in_node = id;
                self.queries[id].next_in_node = after;
            }
        }
        if let Some(persist) = &mut self.persist {
            persist.note(id, &self.queries[id].state);
        }
        self.schedule_gc(id);
        self.timer_pending()
    }

    /// Takes a query out of the index; the number of symbols freed, to be read by `freed`.
    pub fn unindex(&mut self, id: u32) -> usize {
        self.freed.clear();
        let query = &mut self.queries[id];
        let (node, next) = (query.node, query.next_in_node);
        if node == NO_NODE {
            return 0;
        }
        query.node = NO_NODE;
        query.next_in_node = NO_QUERY;
        // It may come back, and know no more of what was done to it.
        self.floor = self.floor.max(query.floor);
        self.timers.clear(&mut query.gc);
        let first = self.registry.query(node);
        if first == id {
            self.registry.set_query(node, next);
        } else {
            let mut before = first;
            while self.queries[before].next_in_node != id {
                before = self.queries[before].next_in_node;
            }
            self.queries[before].next_in_node = next;
        }
        self.tags.clear(&mut self.queries, id);
        self.forget_memory(id);
        self.registry.prune(node, &mut self.freed);
        self.freed.len()
    }

    /// Symbols that the last removal has freed.
    pub fn freed(&self) -> &[u32] {
        &self.freed
    }

    /// Frees the slot of a query that nothing needs; does nothing while it is indexed, watched or in flight.
    pub fn release(&mut self, id: u32) -> bool {
        let unused = self.release_if_unused(id) == Some(Effect::Release(id));
        if unused {
            self.timers.clear(&mut self.queries[id].gc);
            self.forget_bodies(id);
            self.queries.remove(id);
        }
        unused
    }

    /// Takes a user's wish for how long the query stays unwatched (ms, NaN for none); the longest wish holds.
    pub fn wish_gc_time(&mut self, id: u32, gc_time: f64, skipped: bool, server: bool) -> f64 {
        let query = &mut self.queries[id];
        query.skipped = skipped;
        query.gc_time = query.gc_time.max(gc_time_of(gc_time, server));
        query.gc_time
    }

    /// Starts the time after which the query goes, if nobody watches it.
    pub fn schedule_gc(&mut self, id: u32) {
        self.start_gc(id, false);
    }

    /// The same; `watched`: also if somebody watches it, though nothing comes of that.
    pub(super) fn start_gc(&mut self, id: u32, watched: bool) {
        let now = self.clock.now();
        let query = &mut self.queries[id];
        self.timers.clear(&mut query.gc);
        let unwatched = query.observers.is_empty() && query.held == 0;
        let collected = (unwatched || watched) && query.indexed();
        if collected && query.gc_time >= 0.0 && query.gc_time.is_finite() {
            query.gc = self.timers.set(now + query.gc_time, Deadline::Gc(id));
        }
        self.let_go(id);
    }

    /// Whether the query goes because its time is over.
    pub fn is_collected(&self, id: u32) -> bool {
        self.queries[id].collected
    }

    /// Its user has signed out: focus, reconnects, intervals and operations fetch the query no more until a fetch is asked for.
    pub fn sign_out(&mut self, id: u32) {
        self.queries[id].signed_out = true;
    }

    /// Stops that time.
    pub fn clear_gc(&mut self, id: u32) {
        self.timers.clear(&mut self.queries[id].gc);
    }

    /// Replaces the scalars by those of a state that a user gives, then tells of the caller's action. `same`: its data is the
    /// one that is there.
    pub fn set_state(&mut self, id: u32, state: Scalars, same: bool) -> bool {
        let query = &mut self.queries[id];
        if !same {
            query.answer = None;
        }
        query.no_store &= state.has_data;
        query.state = state;
        self.note_change(id);
        self.command(|engine| engine.announce(id, Action::Callers))
    }

    /// Marks one query as stale until its next success.
    pub fn invalidate(&mut self, id: u32) -> bool {
        self.note_invalidation(&[id]);
        if self.queries[id].state.invalidated {
            return false;
        }
        self.queries[id].state.invalidated = true;
        let prefix = self.queries[id].prefix;
        self.stats.of(prefix).invalidations += 1;
        self.command(|engine| engine.announce(id, Action::Invalidate))
    }

    /// Data that no fetch brought (`at` in ms of `Date.now()`). Written by hand, it leaves a running fetch alone, and is what
    /// cancelling that fetch leads back to.
    pub fn write(&mut self, id: u32, has_data: bool, at: f64, manual: bool) -> bool {
        let query = &mut self.queries[id];
        query.state.succeed(has_data, at, manual);
        query.signed_out = false;
        let leads_back = manual && (query.revert.is_some() || query.in_flight());
        query.revert = leads_back.then(|| Box::new(query.state));
        self.note_change(id);
        if manual {
            self.note_write(id);
        }
        self.command(|engine| engine.announce(id, Action::Callers))
    }

    /// Gives a query these tags and no others.
    pub fn set_tags<'a>(&mut self, id: u32, names: impl Iterator<Item = &'a str>) {
        if self.queries[id].indexed() {
            self.tags.set(&mut self.queries, id, names);
        }
    }

    /// A query's scalars.
    pub fn state(&self, id: u32) -> &Scalars {
        &self.queries[id].state
    }

    /// Counts the transitions of a query.
    pub fn version(&self, id: u32) -> u32 {
        self.queries[id].version
    }

    /// The ids of a query's observers, in the order in which they came.
    pub fn observers_of(&self, id: u32) -> &[u32] {
        &self.queries[id].observers
    }

    /// Failed tries of a fetch in flight.
    pub fn failures(&self, id: u32, generation: u32) -> f64 {
        self.queries[id]
            .fetch_of(generation)
            .map_or(0.0, |fetch| fetch.failures)
    }

    /// Whether the query is stale for its observers as they last saw it, or by itself.
    pub fn is_stale(&self, id: u32) -> bool {
        is_stale(&self.queries[id], &self.observers)
    }

    /// Whether any attempt to fetch the query has ended.
    pub fn is_fetched(&self, id: u32) -> bool {
        self.queries[id].state.is_fetched()
    }

    /// Whether the slot is free to go.
    pub fn is_unused(&self, id: u32) -> bool {
        self.release_if_unused(id).is_some()
    }

    pub(super) fn settle_later(&mut self, id: u32) {
        self.frames.push(Frame::Settled { query: id });
    }
}
