//! The nodes of the trie of keys.

/// No node.
pub const NO_NODE: u32 = u32::MAX;
/// No query at a node.
pub const NO_QUERY: u32 = u32::MAX;
/// The node of the empty key.
pub const ROOT: u32 = 0;

/// One node: a key that is stored, or the beginning of one.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) symbol: u32,
    pub(super) first_child: u32,
    pub(super) previous: u32,
    pub(super) next: u32,
    /// Neighbours in the list of all nodes with this symbol.
    pub(super) previous_same: u32,
    pub(super) next_same: u32,
    /// The first query here; others of the same key (own hash functions) follow in its record.
    pub(super) query: u32,
}

impl Node {
    pub(super) const fn new(parent: u32, symbol: u32) -> Self {
        Self {
            parent,
            symbol,
            first_child: NO_NODE,
            previous: NO_NODE,
            next: NO_NODE,
            previous_same: NO_NODE,
            next_same: NO_NODE,
            query: NO_QUERY,
        }
    }
}
