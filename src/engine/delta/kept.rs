//! The bodies of queries, for the next ones to be compared with: bounded, and counted.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::{Change, Document, MAX_BODY};

/// All bodies together take no more than this (bytes); those of the queries whose last answer is the oldest go first.
pub const MAX_KEPT: usize = 64 << 20;
/// Bodies of one query: that of its data, and those of fetches on their way.
const MOST_OF_ONE: usize = 3;

/// A buffer of more bytes isn't kept for the next body.
pub const MAX_SPARE: usize = 8 << 20;

/// No body.
pub const NO_BODY: u32 = 0;

/// What was decoded, in bytes and bodies.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Decoded {
    /// Bodies.
    pub bodies: f64,
    /// Bodies of which nothing had to be parsed.
    pub unchanged: f64,
    /// Bodies of which parts had to be parsed.
    pub partial: f64,
    /// Bytes received.
    pub received: f64,
    /// Bytes of JSON that had to be parsed.
    pub parsed: f64,
    /// Queries whose bodies were dropped to stay within the bound.
    pub dropped: f64,
}

/// What a body comes to.
#[derive(Debug)]
pub enum Verdict {
    /// The value of the body that it was compared with.
    Unchanged,
    /// The value is made as the plan says.
    Parts(super::plan::Plan),
    /// Its text is to be parsed.
    All,
}

#[derive(Debug)]
struct Body {
    stamp: u32,
    text: Text,
}

/// Where the text of a body is.
#[derive(Debug)]
enum Text {
    Here(Document),
    /// The caller holds it, in so many bytes: most bodies stay the only ones, and are never compared.
    Elsewhere(usize),
}

impl Text {
    fn bytes(&self) -> usize {
        match self {
            Self::Here(document) => document.bytes(),
            Self::Elsewhere(bytes) => *bytes,
        }
    }

    fn into_buffer(self) -> Vec<u8> {
        match self {
            Self::Here(document) => document.into_text(),
            Self::Elsewhere(_) => Vec::new(),
        }
    }
}

#[derive(Debug, Default)]
struct Entry {
    bodies: Vec<Body>,
    bytes: usize,
    used: u64,
}

/// Bodies by query.
#[derive(Debug, Default)]
pub struct Kept {
    entries: FxHashMap<u32, Entry>,
    /// Queries in the order in which they were used, and when that was.
    order: VecDeque<(u32, u64)>,
    /// A buffer for the next body.
    spare: Vec<u8>,
    bytes: usize,
    clock: u64,
    stamp: u32,
    /// Queries whose bodies were dropped, and whose caller doesn't know yet.
    dropped: Vec<u32>,
    /// What was decoded.
    pub decoded: Decoded,
}

impl Kept {
    /// Bytes that all bodies take, and what is known of them.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that the bodies of a query take.
    pub fn bytes_of(&self, query: u32) -> usize {
        self.entries.get(&query).map_or(0, |entry| entry.bytes)
    }

    /// Queries that have bodies.
    pub fn queries(&self) -> usize {
        self.entries.len()
    }

    /// Room for a body of so many bytes; what is in it is left from others.
    pub fn take_buffer(&mut self, length: usize) -> Vec<u8> {
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.resize(length, 0);
        buffer
    }

    /// Takes a buffer that nobody needs any more.
    fn give_back(&mut self, buffer: Vec<u8>) {
        if (self.spare.capacity()..=MAX_SPARE).contains(&buffer.capacity()) {
            self.spare = buffer;
        }
    }

    /// A body of a query that has none to be compared with: the caller parses it, and holds its text in `held` bytes until it
    /// is asked for. The number that it is kept under.
    pub fn hold(&mut self, query: u32, length: usize, held: usize) -> u32 {
        self.count(length);
        self.decoded.parsed += length as f64;
        self.forget(query);
        self.keep(query, Text::Elsewhere(held))
    }

    /// The text of a body that the caller has held, as UTF-8.
    pub fn bring(&mut self, query: u32, stamp: u32, text: Vec<u8>) {
        let entry = self.entries.get_mut(&query);
        let body = entry.and_then(|entry| entry.bodies.iter_mut().find(|body| body.stamp == stamp));
        if let Some(body) = body {
            body.text = Text::Here(Document::new(text));
            self.measure(query);
        }
    }

    /// Compares a body of a query with the one under `base`, and keeps it. What it comes to, and the number that it is kept
    /// under.
    pub fn decode(&mut self, query: u32, base: u32, text: Vec<u8>) -> (Verdict, u32) {
        let length = text.len();
        self.count(length);
        if length > MAX_BODY {
            self.forget(query);
            self.decoded.parsed += length as f64;
            return (Verdict::All, NO_BODY);
        }
        let entry = self.entries.get(&query);
        let known = entry.and_then(|entry| entry.bodies.iter().find(|body| body.stamp == base));
        let change = match known {
            Some(Body {
                text: Text::Here(document),
                ..
            }) => document.compare(text),
            _ => Change::All(Document::new(text)),
        };
        let (verdict, document) = match change {
            Change::None(text) => {
                self.decoded.unchanged += 1.0;
                self.touch(query);
                self.give_back(text);
                return (Verdict::Unchanged, base);
            }
            Change::Parts(plan, document) => {
                self.decoded.partial += 1.0;
                self.decoded.parsed += plan.text.len() as f64;
                (Verdict::Parts(plan), document)
            }
            Change::All(document) => {
                self.decoded.parsed += length as f64;
                (Verdict::All, document)
            }
        };
        let stamp = self.keep(query, Text::Here(document));
        let entry = self.entries.get_mut(&query).expect("kept just now");
        if entry.bodies.len() > MOST_OF_ONE {
            // The first one is that of the data, if any is.
            let at = usize::from(entry.bodies[0].stamp == base);
            let gone = entry.bodies.remove(at);
            self.give_back(gone.text.into_buffer());
            self.measure(query);
        }
        (verdict, stamp)
    }

    fn count(&mut self, length: usize) {
        self.decoded.bodies += 1.0;
        self.decoded.received += length as f64;
    }

    fn keep(&mut self, query: u32, text: Text) -> u32 {
        self.stamp = self.stamp.wrapping_add(1).max(NO_BODY + 1);
        let stamp = self.stamp;
        let entry = self.entries.entry(query).or_default();
        entry.bodies.push(Body { stamp, text });
        self.measure(query);
        self.touch(query);
        self.shrink(query);
        stamp
    }

    /// The query's data is that of this body: the others are no longer needed.
    pub fn settle(&mut self, query: u32, stamp: u32) {
        let Some(entry) = self.entries.get_mut(&query) else {
            return;
        };
        if entry.bodies.first().is_some_and(|body| body.stamp < stamp) {
            let later = entry.bodies.iter().position(|body| body.stamp >= stamp);
            let gone = entry.bodies.drain(..later.unwrap_or(entry.bodies.len()));
            let last = gone.last().map(|body| body.text.into_buffer());
            self.measure(query);
            self.give_back(last.unwrap_or_default());
        }
    }

    /// Whether bodies were dropped since `take_dropped` was asked.
    pub const fn has_dropped(&self) -> bool {
        !self.dropped.is_empty()
    }

    /// Queries whose bodies were dropped since this was asked.
    pub fn take_dropped(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.dropped)
    }

    /// Forgets the bodies of a query.
    pub fn forget(&mut self, query: u32) {
        if let Some(entry) = self.entries.remove(&query) {
            self.bytes -= entry.bytes;
        }
    }

    fn measure(&mut self, query: u32) {
        if let Some(entry) = self.entries.get_mut(&query) {
            self.bytes -= entry.bytes;
            entry.bytes = entry.bodies.iter().map(|body| body.text.bytes()).sum();
            self.bytes += entry.bytes;
        }
    }

    fn touch(&mut self, query: u32) {
        self.clock += 1;
        let Some(entry) = self.entries.get_mut(&query) else {
            return;
        };
        entry.used = self.clock;
        self.order.push_back((query, self.clock));
        if self.order.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            self.order.retain(|(query, used)| {
                entries.get(query).is_some_and(|entry| entry.used == *used)
            });
        }
    }

    /// Drops what was used longest ago, but not the bodies of this query.
    fn shrink(&mut self, but: u32) {
        self.drop_down_to(MAX_KEPT, Some(but));
    }

    /// Drops what was used longest ago, until no more than this is left (bytes).
    pub fn shed(&mut self, most: usize) {
        self.drop_down_to(most, None);
        if self.entries.is_empty() {
            self.spare = Vec::new();
        }
    }

    fn drop_down_to(&mut self, most: usize, but: Option<u32>) {
        while self.bytes > most {
            let Some((query, used)) = self.order.pop_front() else {
                return;
            };
            if Some(query) != but
                && self
                    .entries
                    .get(&query)
                    .is_some_and(|entry| entry.used == used)
            {
                self.forget(query);
                self.dropped.push(query);
                self.decoded.dropped += 1.0;
            }
        }
    }
}
