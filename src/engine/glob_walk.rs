//! Globs over the trie: the literal parts of a pattern lead to the few nodes that can match, the rest is walked.
//!
//! As long as no key part holds a `:`, every `:` of a backend key parts two key parts, so that a literal between two `:` of a
//! pattern is exactly one of them. Keys that break this (`['a:b', 'c']`) are found by walking from the root.

use super::glob::{Glob, State};
use super::node::{NO_NODE, NO_QUERY, ROOT};
use super::registry::Registry;

/// A run of a pattern between two `:`.
#[derive(Debug)]
enum Segment {
    Literal(Vec<u8>),
    Wild,
}

/// Hands the first query of every node whose backend key matches to `each`; a node may come twice.
pub fn each_match(registry: &Registry, glob: &Glob, each: &mut impl FnMut(u32)) {
    let mut walk = Walk {
        registry,
        glob,
        each,
    };
    // The empty pattern has one empty segment, the empty key has no part.
    if registry.symbols.ambiguous() || glob.source().is_empty() {
        return walk.from(ROOT, glob.start());
    }
    let segments = segments(glob.source());
    let mut tops = vec![ROOT];
    let mut rest = &segments[..];
    while let Some((Segment::Literal(text), after)) = rest.split_first() {
        let symbols = registry.symbols.of_text(text);
        tops = tops
            .iter()
            .flat_map(|top| {
                symbols
                    .clone()
                    .filter_map(|symbol| registry.child(*top, symbol))
            })
            .collect();
        rest = after;
    }
    let rarest = rest.iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(registry.symbols.of_text(text)),
        Segment::Wild => None,
    });
    let rarest = rarest.min_by_key(|symbols| {
        symbols
            .clone()
            .map(|symbol| registry.count_of(symbol))
            .sum::<u32>()
    });
    match rarest {
        None => tops.into_iter().for_each(|top| walk.at(top)),
        Some(symbols) => {
            for node in symbols.flat_map(|symbol| registry.nodes_of(symbol)) {
                if tops.iter().any(|top| is_below(registry, *top, node)) {
                    walk.at(node);
                }
            }
        }
    }
}

fn is_below(registry: &Registry, top: u32, node: u32) -> bool {
    std::iter::successors(Some(node), |node| {
        Some(registry.parent(*node)).filter(|parent| *parent != NO_NODE)
    })
    .any(|node| node == top)
}

fn segments(source: &[u8]) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut text = Some(Vec::new());
    let mut bytes = source.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' => segments.push(
                text.replace(Vec::new())
                    .map_or(Segment::Wild, Segment::Literal),
            ),
            b'*' | b'?' => text = None,
            // A class may hold a `:`; what follows it is left to the walk.
            b'[' => {
                segments.push(Segment::Wild);
                return segments;
            }
            _ => {
                let literal = if byte == b'\\' {
                    bytes.next().unwrap_or(b'\\')
                } else {
                    byte
                };
                if literal == b':' {
                    segments.push(
                        text.replace(Vec::new())
                            .map_or(Segment::Wild, Segment::Literal),
                    );
                } else if let Some(text) = &mut text {
                    text.push(literal);
                }
            }
        }
    }
    segments.push(text.map_or(Segment::Wild, Segment::Literal));
    segments
}

struct Walk<'a, F> {
    registry: &'a Registry,
    glob: &'a Glob,
    each: &'a mut F,
}

impl<F: FnMut(u32)> Walk<'_, F> {
    /// Walks from a node in the middle, its own path first.
    fn at(&mut self, node: u32) {
        let mut path = Vec::new();
        let mut up = node;
        while up != ROOT {
            let (symbol, scalar) = self.registry.symbol(up);
            if !scalar {
                return;
            }
            path.push(symbol);
            up = self.registry.parent(up);
        }
        let mut state = self.glob.start();
        for (depth, symbol) in path.iter().rev().enumerate() {
            if depth > 0 {
                self.glob.advance(&mut state, b":");
            }
            self.glob
                .advance(&mut state, self.registry.symbols.text(*symbol));
        }
        self.from(node, state);
    }

    /// Walks a node and what is below; `state` has read the node's own path.
    fn from(&mut self, node: u32, state: State) {
        let mut pending = vec![(node, state)];
        while let Some((node, mut state)) = pending.pop() {
            if self.glob.is_dead(&state) {
                continue;
            }
            if self.glob.accepts_everything(&state) {
                self.registry.each_below(node, &mut self.each);
                continue;
            }
            let query = self.registry.query(node);
            if query != NO_QUERY && self.glob.accepts(&state) {
                (self.each)(query);
            }
            if node != ROOT {
                self.glob.advance(&mut state, b":");
            }
            if self.glob.accepts_everything(&state) {
                self.registry
                    .children(node)
                    .for_each(|child| self.registry.each_below(child, &mut self.each));
                continue;
            }
            if self.glob.is_dead(&state) {
                continue;
            }
            for child in self.registry.children(node) {
                let (symbol, scalar) = self.registry.symbol(child);
                if scalar {
                    let mut next = state.clone();
                    self.glob
                        .advance(&mut next, self.registry.symbols.text(symbol));
                    pending.push((child, next));
                }
            }
        }
    }
}
