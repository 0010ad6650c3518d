//! Symbols: the distinct parts of all keys, each a small number.

use rustc_hash::FxHashMap;

use super::registry::NO_NODE;

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
}

/// The table of symbols. JavaScript holds the way from a part to its symbol; here is the way back, and from a text.
#[derive(Debug)]
pub struct Symbols {
    entries: Vec<Symbol>,
    free: Vec<u32>,
    /// Symbols by text: a string `"1"` and a number `1` have one text and two symbols.
    by_text: FxHashMap<Box<[u8]>, Vec<u32>>,
    /// How many have a `:` in their text, which makes the parts of a backend key ambiguous.
    with_colon: u32,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Self {
            entries: Vec::new(),
            free: Vec::new(),
            by_text: FxHashMap::default(),
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
        if let Some(list) = self.by_text.get_mut(text) {
            list.push(symbol);
        } else {
            self.by_text.insert(text.into(), vec![symbol]);
        }
        self.with_colon += u32::from(scalar && text.contains(&b':'));
        symbol
    }

    /// Forgets a symbol that no key uses any more.
    pub fn free(&mut self, symbol: u32) {
        let entry = &mut self.entries[symbol as usize];
        let text = std::mem::take(&mut entry.text);
        self.with_colon -= u32::from(entry.scalar && text.contains(&b':'));
        if let Some(list) = self.by_text.get_mut(&text) {
            list.retain(|other| *other != symbol);
            if list.is_empty() {
                self.by_text.remove(&text);
            }
        }
        self.free.push(symbol);
    }

    /// The symbols whose text is exactly this.
    pub fn of_text(&self, text: &[u8]) -> &[u32] {
        self.by_text.get(text).map_or(&[], Vec::as_slice)
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
