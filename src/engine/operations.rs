//! Operations: what events, rules and servers say is stale.
//!
//! Bursts are joined: an operation marks at once and leaves the fetching to one sweep. A query in flight is dirty and fetched
//! once more after it settles, because its answer may be older than the operation.

use super::core::Engine;
use super::effect::Action;
use super::frames::Work;
use super::glob::Glob;
use super::node::{NO_NODE, NO_QUERY, ROOT};
use super::protocol::{Mode, Op, json, scalar_text};
use super::query::Dirty;
use super::timers::Deadline;

impl Engine {
    /// Applies operations that a server sent. `source`: the own mutation they may come from; `spread_ms`: active queries are
    /// fetched at a random moment within it.
    pub fn apply_operations(
        &mut self,
        ops: &[Op],
        mode: Mode,
        source: Option<&str>,
        spread_ms: f64,
        now: f64,
    ) -> bool {
        let mut list = Vec::new();
        for op in ops {
            self.collect_operation(op, &mut list);
            self.hit_stored(op, mode, now);
        }
        if let Some(source) = source {
            self.drop_echoes(source, &mut list);
        }
        self.mark(list, mode, spread_ms, now)
    }

    /// Applies a reset: all that the scope's globs match may be stale.
    pub fn apply_reset(&mut self, scope: &[String], spread_ms: f64, now: f64) -> bool {
        let mut list = Vec::new();
        for pattern in scope {
            let op = match Glob::parse(pattern.as_bytes()) {
                Ok(p) if pattern != "*" => Op::Glob { p },
                // Everything, also what has no backend key; and what can't be read is no reason to miss anything.
                _ => Op::Unknown,
            };
            self.collect_operation(&op, &mut list);
            self.hit_stored(&op, Mode::Refetch, now);
        }
        self.mark(list, Mode::Refetch, spread_ms, now)
    }

    /// A fetch has settled: what hit it meanwhile takes effect.
    pub(super) fn settled(&mut self, id: u32) {
        let Some(query) = self.queries.get_mut(id) else {
            return;
        };
        let dirty = std::mem::replace(&mut query.dirty, Dirty::No);
        if dirty == Dirty::No {
            return;
        }
        let told = query.state.invalidated;
        query.state.invalidated = true;
        if dirty == Dirty::Refetch {
            self.sweep_later(id, 0.0);
        }
        if !told {
            self.announce(id, Action::Invalidate);
        }
    }

    pub(super) fn mark(
        &mut self,
        mut list: Vec<u32>,
        mode: Mode,
        spread_ms: f64,
        now: f64,
    ) -> bool {
        if mode != Mode::Remove {
            // In a burst most of what an operation hits has been marked by one before: that needs no order.
            list.retain(|id| self.would_mark(*id, mode));
        }
        self.sort(&mut list);
        list.dedup();
        if mode == Mode::Remove {
            return self.command(|engine| engine.each(Work::Drop, &list, now));
        }
        let delay = if spread_ms > 0.0 {
            self.random.unit() * spread_ms
        } else {
            0.0
        };
        for id in &list {
            let query = &mut self.queries[*id];
            let wish = if mode == Mode::Refetch {
                Dirty::Refetch
            } else {
                Dirty::Stale
            };
            if query.in_flight() {
                if query.dirty < wish {
                    query.dirty = wish;
                }
            } else if wish == Dirty::Refetch {
                self.sweep_later(*id, delay);
            }
        }
        list.retain(|id| !self.queries[*id].state.invalidated);
        self.command(|engine| {
            if !list.is_empty() {
                engine.each(Work::Invalidate, &list, now);
            }
        })
    }

    /// Whether marking a query changes anything.
    fn would_mark(&self, id: u32, mode: Mode) -> bool {
        let query = &self.queries[id];
        let is_watched = !query.observers.is_empty();
        !query.state.invalidated
            || query.in_flight()
            || (mode == Mode::Refetch && is_watched && !query.in_sweep)
    }

    /// Puts a watched query into the next sweep, which is `delay` ms away at the most.
    fn sweep_later(&mut self, id: u32, delay: f64) {
        let query = &mut self.queries[id];
        if query.observers.is_empty() || query.in_sweep {
            return;
        }
        query.in_sweep = true;
        self.sweep.push(id);
        let at = self.clock.now() + delay;
        if self.sweep.len() == 1 || at < self.sweep_at {
            self.timers.clear(&mut self.sweep_timer);
            self.sweep_at = at;
            self.sweep_timer = self.timers.set(at, Deadline::Sweep);
        }
    }

    pub(super) fn collect_operation(&mut self, op: &Op, list: &mut Vec<u32>) {
        match op {
            Op::Key { key } => {
                for node in self.nodes_of_key(key) {
                    self.collect_node(node, list);
                }
            }
            Op::Prefix { key } => {
                for node in self.nodes_of_key(key) {
                    self.registry.each_below(node, |query| list.push(query));
                }
            }
            Op::Glob { p } => self.collect_glob(p, list),
            Op::Tag { t } => list.extend_from_slice(self.tags.queries(t)),
            Op::Event { name, args } => {
                let args: Vec<(&str, &str)> = args
                    .iter()
                    .map(|(field, text)| (field.as_str(), text.as_str()))
                    .collect();
                // An event whose fields don't fill our rules: what it meant is unknown, so everything is stale.
                if self.collect_event(name, &args, list).is_err() {
                    self.registry.each_below(ROOT, |query| list.push(query));
                }
            }
            Op::Unknown => self.registry.each_below(ROOT, |query| list.push(query)),
        }
    }

    /// Whether an operation means a query; what `collect_operation` collects, without a walk.
    pub(super) fn is_meant(&mut self, op: &Op, id: u32) -> bool {
        let node = self.queries[id].node;
        match op {
            Op::Key { key } => self.nodes_of_key(key).contains(&node),
            Op::Prefix { key } => {
                let tops = self.nodes_of_key(key);
                let above = |node: &u32| Some(self.registry.parent(*node));
                std::iter::successors(Some(node), |node| {
                    above(node).filter(|node| *node != NO_NODE)
                })
                .any(|node| tops.contains(&node))
            }
            Op::Glob { p } => self.backend_key(id).is_some_and(|key| p.matches(&key)),
            Op::Tag { t } => self.tags.carries(&self.queries[id], t),
            Op::Event { .. } => {
                let ignored = self.stats.ignored_events;
                let mut list = Vec::new();
                self.collect_operation(op, &mut list);
                // It was counted when it came.
                self.stats.ignored_events = ignored;
                list.contains(&id)
            }
            Op::Unknown => true,
        }
    }

    /// The nodes whose parts have the texts of this key; `1` and `"1"` have one text, which hits both and is safe.
    fn nodes_of_key(&self, key: &[serde_json::Value]) -> Vec<u32> {
        let mut nodes = vec![ROOT];
        for part in key {
            if nodes.is_empty() {
                break;
            }
            let text = scalar_text(part).unwrap_or_else(|| json::write(part).into());
            let symbols = self.registry.symbols.of_text(text.as_bytes());
            nodes = nodes
                .into_iter()
                .flat_map(|node| {
                    symbols
                        .clone()
                        .filter_map(move |symbol| self.registry.child(node, symbol))
                })
                .collect();
        }
        nodes
    }

    fn collect_node(&self, node: u32, list: &mut Vec<u32>) {
        let mut query = self.registry.query(node);
        while query != NO_QUERY {
            list.push(query);
            query = self.queries[query].next_in_node;
        }
    }
}
