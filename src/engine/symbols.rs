//! Symbols: the distinct parts of all keys, each a small number.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::node::NO_NODE;

/// `null` and all that a JSON array makes of it (`undefined`, `NaN`, functions …): one symbol that is never freed.
pub const NULL: u32 = 0;

/// One distinct key part.
#[derive(Debug)]
pub struct Symbol {
    /// The part as it stands in a backend key.
    text: Box<[u8]>,
    /// Whether the part is a scalar, so that its text says all of it.
    pub(super) scalar: bool,
    /// Trie nodes that carry it.
    pub(super) nodes: u32,
    /// The first of these nodes.
    pub(super) first_node: u32,
    /// The next symbol whose text has the same hash, or `NO_SYMBOL`.
    next_of_hash: u32,
}

const NO_SYMBOL: u32 = u32::MAX;

/// The table of symbols. JavaScript holds the way from a part to its symbol; here is the way back, and from a text.
#[derive(Debug)]
pub struct Symbols {
    entries: Vec<Symbol>,
    free: Vec<u32>,
    /// The first symbol of each hash of a text: the texts themselves are held once.
    by_hash: FxHashMap<u32, u32>,
    /// How many have a `:` in their text, which makes the parts of a backend key ambiguous.
    with_colon: u32,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            entries: Vec::new(),
            free: Vec::new(),
            by_hash: FxHashMap::default(),
            with_colon: 0,
        };
        symbols.intern(b"", true);
        symbols
    }
}

impl Symbols {
    /// A new symbol for a part that has none. The text of a part that isn't a scalar is its canonical JSON, and no part of a
    /// backend key.
    pub fn intern(&mut self, text: &[u8], scalar: bool) -> u32 {
        let entry = Symbol {
            text: text.into(),
            scalar,
            nodes: 0,
            first_node: NO_NODE,
            next_of_hash: NO_SYMBOL,
        };
        let symbol = match self.free.pop() {
            Some(symbol) => {
                self.entries[symbol as usize] = entry;
                symbol
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        };
        if let Some(before) = self.by_hash.insert(hash(text), symbol) {
            self.entries[symbol as usize].next_of_hash = before;
        }
        self.with_colon += u32::from(scalar && text.contains(&b':'));
        symbol
    }

    /// Forgets a symbol that no key uses any more.
    pub fn free(&mut self, symbol: u32) {
        let entry = &mut self.entries[symbol as usize];
        let text = std::mem::take(&mut entry.text);
        self.with_colon -= u32::from(entry.scalar && text.contains(&b':'));
        let next = entry.next_of_hash;
        self.unchain(hash(&text), symbol, next);
        self.free.push(symbol);
    }

    /// Takes a symbol out of the chain of its hash; `next` follows it there.
    fn unchain(&mut self, hash: u32, symbol: u32, next: u32) {
        let before = self
            .chain(hash)
            .find(|other| self.entries[*other as usize].next_of_hash == symbol);
        if let Some(before) = before {
            self.entries[before as usize].next_of_hash = next;
        } else if next == NO_SYMBOL {
            self.by_hash.remove(&hash);
        } else {
            self.by_hash.insert(hash, next);
        }
    }

    fn chain(&self, hash: u32) -> impl Iterator<Item = u32> + Clone {
        let first = self.by_hash.get(&hash).copied();
        std::iter::successors(first, |symbol| {
            Some(self.entries[*symbol as usize].next_of_hash).filter(|next| *next != NO_SYMBOL)
        })
    }

    /// The symbols whose text is exactly this: a string `"1"` and a number `1` have one text and two symbols.
    pub fn of_text<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = u32> + Clone + 'a {
        self.chain(hash(text))
            .filter(move |symbol| self.text(*symbol) == text)
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: u32) -> &[u8] {
        &self.entries[symbol as usize].text
    }

    /// Whether some symbol's text has a `:`.
    pub const fn ambiguous(&self) -> bool {
        self.with_colon > 0
    }

    /// Number of symbols in use.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Never: `null` is always there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn entry_mut(&mut self, symbol: u32) -> &mut Symbol {
        &mut self.entries[symbol as usize]
    }

    pub(super) fn entry(&self, symbol: u32) -> &Symbol {
        &self.entries[symbol as usize]
    }
}

fn hash(text: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish() as u32
}
