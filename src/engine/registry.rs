//! The registry: a trie over the symbols of keys, from which every lookup takes its candidates.

use rustc_hash::FxHashMap;

use super::node::{NO_NODE, NO_QUERY, Node, ROOT};
use super::symbols::{NULL, Symbols};

/// The trie. A node lives as long as a query at it or below.
#[derive(Debug)]
pub struct Registry {
    nodes: Vec<Node>,
    free: Vec<u32>,
    /// The node under each edge, and its first query beside it: an exact read ends here.
    children: FxHashMap<u64, (u32, u32)>,
    /// The table of key parts.
    pub symbols: Symbols,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            nodes: vec![Node::new(NO_NODE, NULL)],
            free: Vec::new(),
            children: FxHashMap::default(),
            symbols: Symbols::default(),
        }
    }
}

const fn edge(parent: u32, symbol: u32) -> u64 {
    ((parent as u64) << 32) | symbol as u64
}

impl Registry {
    /// The node of a key, made where there is none.
    pub fn insert(&mut self, key: &[u32]) -> u32 {
        key.iter().fold(ROOT, |node, symbol| {
            self.child(node, *symbol)
                .unwrap_or_else(|| self.grow(node, *symbol))
        })
    }

    /// Drops a node and its ancestors as far as nothing needs them; `freed` gets the symbols that no key uses any more.
    pub fn prune(&mut self, mut node: u32, freed: &mut Vec<u32>) {
        while node != ROOT {
            let Node {
                parent,
                symbol,
                first_child,
                previous,
                next,
                query,
                previous_same,
                next_same,
            } = self.nodes[node as usize];
            if first_child != NO_NODE || query != NO_QUERY {
                return;
            }
            self.children.remove(&edge(parent, symbol));
            match previous {
                NO_NODE => self.nodes[parent as usize].first_child = next,
                _ => self.nodes[previous as usize].next = next,
            }
            if next != NO_NODE {
                self.nodes[next as usize].previous = previous;
            }
            match previous_same {
                NO_NODE => self.symbols.entry_mut(symbol).first_node = next_same,
                _ => self.nodes[previous_same as usize].next_same = next_same,
            }
            if next_same != NO_NODE {
                self.nodes[next_same as usize].previous_same = previous_same;
            }
            self.free.push(node);
            let entry = self.symbols.entry_mut(symbol);
            entry.nodes -= 1;
            if entry.nodes == 0 && symbol != NULL {
                self.symbols.free(symbol);
                freed.push(symbol);
            }
            node = parent;
        }
    }

    /// The node of exactly this key.
    #[inline]
    pub fn find(&self, key: &[u32]) -> Option<u32> {
        key.iter()
            .try_fold(ROOT, |node, symbol| self.child(node, *symbol))
    }

    /// The first query of exactly this key, or `NO_QUERY`.
    #[inline]
    pub fn find_query(&self, key: &[u32]) -> u32 {
        let Some((last, path)) = key.split_last() else {
            return self.query(ROOT);
        };
        let Some(parent) = self.find(path) else {
            return NO_QUERY;
        };
        self.children
            .get(&edge(parent, *last))
            .map_or(NO_QUERY, |(_, query)| *query)
    }

    /// The child of a node under a symbol.
    #[inline]
    pub fn child(&self, node: u32, symbol: u32) -> Option<u32> {
        self.children
            .get(&edge(node, symbol))
            .map(|(child, _)| *child)
    }

    /// The first query at a node.
    #[inline]
    pub fn query(&self, node: u32) -> u32 {
        self.nodes[node as usize].query
    }

    /// Puts a query first at a node.
    pub fn set_query(&mut self, node: u32, query: u32) {
        let Node { parent, symbol, .. } = self.nodes[node as usize];
        self.nodes[node as usize].query = query;
        if let Some((_, beside)) = self.children.get_mut(&edge(parent, symbol)) {
            *beside = query;
        }
    }

    /// Hands every query head at `top` and below to `each`.
    pub fn each_below(&self, top: u32, mut each: impl FnMut(u32)) {
        let mut node = top;
        loop {
            let Node {
                query, first_child, ..
            } = self.nodes[node as usize];
            if query != NO_QUERY {
                each(query);
            }
            if first_child != NO_NODE {
                node = first_child;
                continue;
            }
            loop {
                if node == top {
                    return;
                }
                let Node { next, parent, .. } = self.nodes[node as usize];
                if next != NO_NODE {
                    node = next;
                    break;
                }
                node = parent;
            }
        }
    }

    /// The children of a node.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        self.chain(self.nodes[node as usize].first_child, |node| node.next)
    }

    /// All nodes that carry a symbol.
    pub fn nodes_of(&self, symbol: u32) -> impl Iterator<Item = u32> {
        self.chain(self.symbols.entry(symbol).first_node, |node| node.next_same)
    }

    /// How many nodes carry a symbol.
    pub fn count_of(&self, symbol: u32) -> u32 {
        self.symbols.entry(symbol).nodes
    }

    /// The symbol of a node, and whether it is a scalar.
    pub fn symbol(&self, node: u32) -> (u32, bool) {
        let symbol = self.nodes[node as usize].symbol;
        (symbol, self.symbols.entry(symbol).scalar)
    }

    /// The node above; `NO_NODE` above the root.
    pub fn parent(&self, node: u32) -> u32 {
        self.nodes[node as usize].parent
    }

    /// Number of nodes in use, the root among them.
    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether no key is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    fn chain(&self, first: u32, next: impl Fn(&Node) -> u32) -> impl Iterator<Item = u32> {
        let step = move |node: u32| (node != NO_NODE).then_some(node);
        std::iter::successors(step(first), move |node| {
            step(next(&self.nodes[*node as usize]))
        })
    }

    fn grow(&mut self, parent: u32, symbol: u32) -> u32 {
        let same = self.symbols.entry(symbol).first_node;
        let sibling = self.nodes[parent as usize].first_child;
        let fresh = Node {
            next: sibling,
            next_same: same,
            ..Node::new(parent, symbol)
        };
        let node = match self.free.pop() {
            Some(node) => {
                self.nodes[node as usize] = fresh;
                node
            }
            None => {
                self.nodes.push(fresh);
                self.nodes.len() as u32 - 1
            }
        };
        if sibling != NO_NODE {
            self.nodes[sibling as usize].previous = node;
        }
        if same != NO_NODE {
            self.nodes[same as usize].previous_same = node;
        }
        self.nodes[parent as usize].first_child = node;
        let entry = self.symbols.entry_mut(symbol);
        entry.first_node = node;
        entry.nodes += 1;
        self.children.insert(edge(parent, symbol), (node, NO_QUERY));
        node
    }
}
