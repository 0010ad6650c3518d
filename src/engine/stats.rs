//! What the cache did, in numbers.

use rustc_hash::FxHashMap;

/// More first key parts than this are counted together: a key that starts with an id must not grow the table without bound.
const MAX_PREFIXES: usize = 256;

/// Counters of one kind of query, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Mounts and fetch calls that the cache answered.
    pub hits: u32,
    /// Mounts and fetch calls that had to fetch.
    pub misses: u32,
    /// Fetches that joined one in flight.
    pub dedupes: u32,
    /// Fetches started.
    pub fetches: u32,
    /// Queries marked stale.
    pub invalidations: u32,
}

/// What came of HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HttpCounters {
    /// Requests that asked whether the data has changed.
    pub conditional: u32,
    /// Answers that it has not.
    pub not_modified: u32,
    /// Failed tries whose answer asked for a pause.
    pub retry_after: u32,
}

/// Counters by the first part of the key.
#[derive(Debug)]
pub struct Stats {
    prefixes: Vec<(Box<[u8]>, Counters)>,
    by_text: FxHashMap<Box<[u8]>, u16>,
    /// Events that no rule names.
    pub ignored_events: u32,
    /// What came of HTTP.
    pub http: HttpCounters,
    /// Fetches begun before the data turned stale, for observers that wish it.
    pub early: u32,
    /// Entries that were warmed.
    pub warmed: u32,
    /// Fetches that schedules began.
    pub scheduled: u32,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            prefixes: vec![(b"(other)"[..].into(), Counters::default())],
            by_text: FxHashMap::default(),
            ignored_events: 0,
            http: HttpCounters::default(),
            early: 0,
            warmed: 0,
            scheduled: 0,
        }
    }
}

impl Stats {
    /// The number under which a first key part is counted.
    pub fn prefix(&mut self, text: &[u8]) -> u16 {
        if let Some(prefix) = self.by_text.get(text) {
            return *prefix;
        }
        if self.prefixes.len() > MAX_PREFIXES {
            return 0;
        }
        let prefix = self.prefixes.len() as u16;
        self.prefixes.push((text.into(), Counters::default()));
        self.by_text.insert(text.into(), prefix);
        prefix
    }

    /// The counters of a prefix.
    #[inline]
    pub fn of(&mut self, prefix: u16) -> &mut Counters {
        &mut self.prefixes[prefix as usize].1
    }

    /// Each first key part with its counters, in the order of appearance.
    pub fn by_prefix(&self) -> impl Iterator<Item = (&[u8], &Counters)> {
        self.prefixes
            .iter()
            .map(|(text, counters)| (&text[..], counters))
    }

    /// All of them together.
    pub fn total(&self) -> Counters {
        self.prefixes
            .iter()
            .fold(Counters::default(), |sum, (_, counters)| Counters {
                hits: sum.hits + counters.hits,
                misses: sum.misses + counters.misses,
                dedupes: sum.dedupes + counters.dedupes,
                fetches: sum.fetches + counters.fetches,
                invalidations: sum.invalidations + counters.invalidations,
            })
    }
}
