//! Filters: candidates from the index, in insertion order.

use super::core::Engine;
use super::frames::Work;
use super::glob::Glob;
use super::glob_walk;
use super::node::{NO_NODE, NO_QUERY, ROOT};

/// How candidates are found.
#[derive(Debug)]
pub enum Source<'a> {
    /// All whose key begins with these symbols.
    Prefix(&'a [u32]),
    /// Those of exactly this key.
    Exact(&'a [u32]),
}

impl Engine {
    /// The query of exactly this key whose hash is the default one.
    #[inline]
    pub fn find(&mut self, key: &[u32]) -> Option<u32> {
        let query = self.registry.find_query(key);
        if query == NO_QUERY {
            return None;
        }
        self.note_use(query);
        Some(query)
    }

    /// Selects candidates by key; whether some of them need the raw keys to be compared.
    pub fn select_by_key(&mut self, source: &Source<'_>) -> bool {
        let mut list = std::mem::take(&mut self.selection);
        list.clear();
        match source {
            Source::Prefix(key) => {
                if let Some(top) = self.registry.find(key) {
                    self.registry
                        .each_below(top, |query| self.with_namesakes(query, &mut list));
                }
            }
            Source::Exact(key) => {
                if let Some(node) = self.registry.find(key) {
                    self.with_namesakes(self.registry.query(node), &mut list);
                }
            }
        }
        self.sort(&mut list);
        let unsure = list.iter().any(|id| !self.queries[*id].plain);
        self.selection = list;
        unsure
    }

    /// Selects all that somebody watches.
    pub fn select_watched(&mut self) {
        let mut list = self.watched.clone();
        list.retain(|id| self.queries[*id].indexed());
        self.sort(&mut list);
        self.selection = list;
    }

    /// Keeps of the selection what carries at least one of these tags; `all`: nothing is selected yet.
    pub fn select_by_tags<'a>(&mut self, all: bool, names: impl Iterator<Item = &'a str> + Clone) {
        let mut list = std::mem::take(&mut self.selection);
        if all {
            list.clear();
            names.for_each(|name| list.extend_from_slice(self.tags.queries(name)));
            self.sort(&mut list);
            list.dedup();
        } else {
            list.retain(|id| {
                names
                    .clone()
                    .any(|name| self.tags.carries(&self.queries[*id], name))
            });
        }
        self.selection = list;
    }

    /// Keeps of the selection what a glob over backend keys matches; `all`: nothing is selected yet.
    pub fn select_by_glob(&mut self, all: bool, glob: &Glob) {
        if all {
            let mut list = std::mem::take(&mut self.selection);
            list.clear();
            self.collect_glob(glob, &mut list);
            self.sort(&mut list);
            list.dedup();
            self.selection = list;
            return;
        }
        let mut list = std::mem::take(&mut self.selection);
        list.retain(|id| self.backend_key(*id).is_some_and(|key| glob.matches(&key)));
        self.selection = list;
    }

    /// The selection, in insertion order.
    pub fn selection(&self) -> &[u32] {
        &self.selection
    }

    /// Takes the selection from the caller.
    pub fn set_selection(&mut self, list: &[u32]) {
        self.selection.clear();
        self.selection.extend_from_slice(list);
    }

    /// Takes the selection away.
    pub fn take_selection(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.selection)
    }

    /// Marks all that is selected as stale.
    pub fn invalidate_selected(&mut self, now: f64) -> bool {
        let list = std::mem::take(&mut self.selection);
        self.note_invalidation(&list);
        self.selection = list;
        self.work_on_selected(Work::Invalidate, now)
    }

    /// Fetches of the selected what isn't disabled or static; `Effect::Fetch` for each.
    pub fn refetch_selected(&mut self, now: f64) -> bool {
        self.work_on_selected(
            Work::ChooseRefetch {
                kept: self.arena_len(),
            },
            now,
        )
    }

    /// The backend key of a query: its parts joined by `:`; `None` where a part isn't a scalar.
    pub fn backend_key(&self, id: u32) -> Option<Vec<u8>> {
        let query = &self.queries[id];
        if !query.scalar || query.node == NO_NODE {
            return None;
        }
        let mut parts = Vec::new();
        let mut node = query.node;
        while node != ROOT {
            parts.push(self.registry.symbols.text(self.registry.symbol(node).0));
            node = self.registry.parent(node);
        }
        parts.reverse();
        Some(parts.join(&b':'))
    }

    pub(super) fn collect_glob(&self, glob: &Glob, list: &mut Vec<u32>) {
        glob_walk::each_match(&self.registry, glob, &mut |query| {
            let before = list.len();
            self.with_namesakes(query, list);
            let mut at = before;
            while at < list.len() {
                if self.queries[list[at]].scalar {
                    at += 1;
                } else {
                    list.swap_remove(at);
                }
            }
        });
    }

    fn with_namesakes(&self, mut query: u32, list: &mut Vec<u32>) {
        while query != NO_QUERY {
            list.push(query);
            query = self.queries[query].next_in_node;
        }
    }

    fn work_on_selected(&mut self, work: Work, now: f64) -> bool {
        let list = std::mem::take(&mut self.selection);
        let pending = self.command(|engine| engine.each(work, &list, now));
        self.selection = list;
        pending
    }
}
