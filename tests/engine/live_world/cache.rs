//! The query cache, as far as freshness goes: which version of each key a tab shows, and which it still has to get.

use ferroquery::engine::protocol::{Mode, Op};
use serde_json::Value;

pub const KEYS: usize = 6;

#[derive(Clone, Copy, Debug, Default)]
pub struct Entry {
    pub version: u64,
    pub invalidated: bool,
    /// The number of the fetch in flight.
    pub fetch: Option<u64>,
    dirty: bool,
    /// The number of the fetch that brought the data, or will.
    asked: u64,
}

#[derive(Debug, Default)]
pub struct Cache {
    pub entries: [Entry; KEYS],
    marked: u64,
    fetches: u64,
    /// Keys to fetch, and how far at most to put it off (ms).
    pub wishes: Vec<(usize, f64)>,
}

impl Cache {
    pub fn loaded(versions: &[u64; KEYS]) -> Cache {
        Cache {
            entries: versions.map(|version| Entry {
                version,
                ..Entry::default()
            }),
            fetches: 1,
            ..Cache::default()
        }
    }

    /// The number of the next fetch of a key.
    pub fn begin(&mut self, key: usize) -> u64 {
        self.fetches += 1;
        self.entries[key].fetch = Some(self.fetches);
        self.fetches
    }

    pub fn answer(&mut self, key: usize, fetch: u64, version: Option<u64>) {
        let entry = &mut self.entries[key];
        if entry.fetch != Some(fetch) {
            return;
        }
        entry.fetch = None;
        let Some(version) = version else {
            // It failed: it is tried again later.
            self.wishes.push((key, 1_000.0));
            return;
        };
        entry.version = version;
        entry.invalidated = false;
        entry.asked = fetch;
        if std::mem::take(&mut entry.dirty) {
            entry.invalidated = true;
            self.wishes.push((key, 0.0));
        }
    }

    pub fn apply_operations(&mut self, ops: &[Op], mode: Mode) {
        assert_eq!(mode, Mode::Refetch);
        for op in ops {
            let Op::Key { key } = op else {
                panic!("{op:?}")
            };
            let number = key.get(1).and_then(Value::as_u64).expect("a number");
            self.hit(number as usize, 0.0);
        }
    }

    pub fn apply_reset(&mut self, scope: &[String], spread_ms: f64) {
        assert_eq!(scope, ["*"]);
        (0..KEYS).for_each(|key| self.hit(key, spread_ms));
    }

    pub fn mark(&mut self) {
        self.marked = self.fetches;
    }

    pub fn apply_unproven(&mut self) {
        for key in 0..KEYS {
            let entry = self.entries[key];
            let asked = entry.fetch.unwrap_or(entry.asked);
            if asked <= self.marked {
                self.hit(key, 0.0);
            }
        }
    }

    fn hit(&mut self, key: usize, spread_ms: f64) {
        let entry = &mut self.entries[key];
        if entry.fetch.is_some() {
            entry.dirty = true;
        } else {
            entry.invalidated = true;
            self.wishes.push((key, spread_ms));
        }
    }
}
