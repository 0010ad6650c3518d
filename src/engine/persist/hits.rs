//! What operations have hit since the store was opened: they reach no query that is still there and not in the cache.

use super::Persist;
use crate::engine::core::Engine;
use crate::engine::protocol::Op;

/// More operations are taken together: what is older than one that was forgotten counts as hit.
const MOST_HITS: usize = 256;

/// Operations with their moments (ms of `Date.now()`).
#[derive(Debug)]
pub struct Hits {
    list: Vec<(Op, f64)>,
    /// Up to then all data is taken for hit.
    all_until: f64,
}

impl Default for Hits {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            all_until: f64::NEG_INFINITY,
        }
    }
}

impl Persist {
    fn hit(&mut self, op: Op, now: f64) {
        if self.records.is_empty() && self.is_indexed {
            return;
        }
        let hits = &mut self.hits;
        if op == Op::Unknown {
            hits.list.clear();
            hits.all_until = now;
            return;
        }
        if hits.list.len() == MOST_HITS {
            let (_, at) = hits.list.remove(0);
            hits.all_until = hits.all_until.max(at);
        }
        hits.list.push((op, now));
    }
}

impl Engine {
    /// Notes what an operation means for queries in the store.
    pub(in crate::engine) fn hit_stored(&mut self, op: &Op, now: f64) {
        if let Some(persist) = &mut self.persist {
            persist.hit(op.clone(), now);
        }
    }

    /// Marks a query that has come from the store if an operation has hit it since its data came. Its tags are known by now.
    pub fn judge_restored(&mut self, id: u32) {
        let Some(persist) = &mut self.persist else {
            return;
        };
        let at = self.queries[id].state.data_updated_at;
        let hits = std::mem::take(&mut persist.hits);
        let is_hit = at <= hits.all_until
            || hits.list.iter().any(|(op, when)| {
                let mut list = Vec::new();
                if *when >= at {
                    self.collect_operation(op, &mut list);
                }
                list.contains(&id)
            });
        if let Some(persist) = &mut self.persist {
            persist.hits = hits;
        }
        if is_hit {
            self.queries[id].state.invalidated = true;
        }
    }
}
