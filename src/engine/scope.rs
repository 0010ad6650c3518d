//! The mutations of one cache that aren't settled, and its scopes: mutations of one scope run one after the other.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::mutation::{Scalars, Status};

/// Mutations that are pending, and those that wait, in the order in which they were stored.
#[derive(Debug, Default)]
pub struct Unsettled {
    pending: BTreeMap<u64, u32>,
    paused: BTreeMap<u64, u32>,
}

impl Unsettled {
    /// Takes note of a mutation's state.
    pub fn note(&mut self, sequence: u64, id: u32, state: &Scalars) {
        put(
            &mut self.pending,
            sequence,
            id,
            state.status == Status::Pending,
        );
        put(&mut self.paused, sequence, id, state.paused);
    }

    /// Forgets a mutation.
    pub fn forget(&mut self, sequence: u64) {
        self.pending.remove(&sequence);
        self.paused.remove(&sequence);
    }

    /// The pending one that came first.
    pub fn first_pending(&self) -> Option<u32> {
        self.pending.first_key_value().map(|(_, id)| *id)
    }

    /// All pending ones.
    pub fn pending(&self) -> impl Iterator<Item = u32> {
        self.pending.values().copied()
    }

    /// All that wait.
    pub fn paused(&self) -> impl Iterator<Item = u32> {
        self.paused.values().copied()
    }
}

fn put(list: &mut BTreeMap<u64, u32>, sequence: u64, id: u32, belongs: bool) {
    if belongs {
        list.insert(sequence, id);
    } else {
        list.remove(&sequence);
    }
}

/// One scope: a queue.
#[derive(Debug)]
pub struct Scope {
    pub(super) name: Box<str>,
    pub(super) queue: Unsettled,
    /// Mutations that name it or stand in it.
    pub(super) users: u32,
}

/// What the engine knows of one mutation cache.
#[derive(Debug, Default)]
pub struct MutationCache {
    pub(super) unsettled: Unsettled,
    pub(super) scopes: FxHashMap<Box<str>, u32>,
}
