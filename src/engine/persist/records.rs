//! The records that a store has: how old, how large.

use crate::engine::slab::Slab;

/// Of all bytes, at least this part goes at once when the disk is full: each time costs a transaction.
const LEAST_PART: f64 = 0.125;

#[derive(Debug)]
struct Record {
    at: f64,
    bytes: f64,
}

/// Records by number.
#[derive(Debug, Default)]
pub struct Records {
    records: Slab<Record>,
    bytes: f64,
}

impl Records {
    /// Number of records.
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The bytes of all of them.
    pub const fn bytes(&self) -> f64 {
        self.bytes
    }

    /// Notes a record of data that came at `at` (ms), under the number that it has already, or a new one.
    pub fn put(&mut self, known: Option<u32>, at: f64, bytes: f64) -> u32 {
        self.bytes += bytes;
        if let Some(number) = known
            && let Some(record) = self.records.get_mut(number)
        {
            self.bytes -= record.bytes;
            *record = Record { at, bytes };
            return number;
        }
        self.records.insert(Record { at, bytes })
    }

    /// Strikes a record out.
    pub fn remove(&mut self, number: u32) {
        if let Some(record) = self.records.remove(number) {
            self.bytes -= record.bytes;
        }
    }

    /// Strikes the oldest records out until `bytes` have gone, and a good part of all: their numbers are added to `taken`.
    pub fn take_oldest(&mut self, bytes: f64, taken: &mut Vec<u32>) {
        let wanted = bytes.max(self.bytes * LEAST_PART);
        let mut oldest = f64::INFINITY;
        let mut newest = f64::NEG_INFINITY;
        for (_, record) in self.records.iter() {
            oldest = oldest.min(record.at);
            newest = newest.max(record.at);
        }
        // The moment up to which they are enough, by halving: sorting would bring more code than it saves time.
        while newest - oldest > 0.5 {
            let middle = oldest + (newest - oldest) / 2.0;
            let older: f64 = self
                .records
                .iter()
                .filter(|(_, record)| record.at <= middle)
                .map(|(_, record)| record.bytes)
                .sum();
            if older >= wanted {
                newest = middle;
            } else {
                oldest = middle;
            }
        }
        let mut gone = 0.0;
        for earlier in [true, false] {
            for (number, record) in self.records.iter() {
                if (record.at <= oldest) == earlier && record.at <= newest && gone < wanted {
                    gone += record.bytes;
                    taken.push(number);
                }
            }
        }
        for number in taken.iter() {
            self.remove(*number);
        }
    }
}
