//! Tags: names under which queries can be found, whatever their keys.

use rustc_hash::FxHashMap;

use super::query::Query;
use super::slab::Slab;

/// The queries of each tag. A tag lives as long as a query carries it.
#[derive(Debug, Default)]
pub struct Tags {
    by_name: FxHashMap<Box<str>, u32>,
    lists: Slab<Tag>,
}

#[derive(Debug)]
struct Tag {
    name: Box<str>,
    queries: Vec<u32>,
}

impl Tags {
    /// The queries that carry a tag.
    pub fn queries(&self, name: &str) -> &[u32] {
        self.by_name
            .get(name)
            .map_or(&[], |tag| &self.lists[*tag].queries)
    }

    /// Number of tags that some query carries.
    pub const fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether no query carries any.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a query carries a tag.
    pub fn carries(&self, query: &Query, name: &str) -> bool {
        self.by_name
            .get(name)
            .is_some_and(|tag| query.tags.iter().any(|(other, _)| other == tag))
    }

    /// Gives a query these tags and no others.
    pub fn set<'a>(
        &mut self,
        queries: &mut Slab<Query>,
        id: u32,
        names: impl Iterator<Item = &'a str>,
    ) {
        self.clear(queries, id);
        for name in names {
            let tag = match self.by_name.get(name) {
                Some(tag) => *tag,
                None => {
                    let tag = self.lists.insert(Tag {
                        name: name.into(),
                        queries: Vec::new(),
                    });
                    self.by_name.insert(name.into(), tag);
                    tag
                }
            };
            let list = &mut self.lists[tag].queries;
            if list.last() != Some(&id) {
                queries[id].tags.push((tag, list.len() as u32));
                list.push(id);
            }
        }
    }

    /// Takes all tags from a query.
    pub fn clear(&mut self, queries: &mut Slab<Query>, id: u32) {
        for (tag, at) in std::mem::take(&mut queries[id].tags) {
            let list = &mut self.lists[tag].queries;
            list.swap_remove(at as usize);
            if let Some(moved) = list.get(at as usize) {
                let place = queries[*moved]
                    .tags
                    .iter_mut()
                    .find(|(other, _)| *other == tag);
                place.expect("a tagged query knows its tag").1 = at;
            } else if list.is_empty() {
                let tag = self.lists.remove(tag).expect("a tag in use");
                self.by_name.remove(&tag.name);
            }
        }
    }
}
