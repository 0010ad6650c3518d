//! Elements of the last body by their content: where they have moved.

use std::ops::Range;

use super::old::Old;
use super::scan::Broken;

/// Where a table holds nothing.
const NONE: u32 = u32::MAX;
/// More entries than this aren't looked at for one content: a body made to collide costs identity, never time.
const MOST_PROBES: usize = 16;

/// A table of elements of a container.
#[derive(Debug)]
pub struct Contents {
    /// Twice as many as there are elements, or more; a power of two.
    slots: Vec<(u32, u32)>,
}

impl Contents {
    /// Reads these elements.
    pub fn of(old: &Old, ranges: &[Range<u32>]) -> Result<Self, Broken> {
        let count: usize = ranges.iter().map(ExactSizeIterator::len).sum();
        let mut contents = Self {
            slots: vec![(0, NONE); (count * 2).next_power_of_two()],
        };
        for range in ranges {
            let mut start = old.start(range.start)?;
            for ordinal in range.clone() {
                let end = old.end_of(ordinal, start)?;
                contents.insert(hash(&old.text[start..end]), ordinal);
                start = old.start_after(ordinal, end)?;
            }
        }
        Ok(contents)
    }

    fn insert(&mut self, hash: u64, ordinal: u32) {
        let mask = self.slots.len() - 1;
        for probe in 0..MOST_PROBES {
            let slot = &mut self.slots[(hash as usize).wrapping_add(probe) & mask];
            if slot.1 == NONE {
                *slot = ((hash >> 32) as u32, ordinal);
                return;
            }
        }
    }

    /// An element of this very text.
    pub fn find(&self, old: &Old, element: &[u8]) -> Result<Option<u32>, Broken> {
        let hash = hash(element);
        let mask = self.slots.len() - 1;
        for probe in 0..MOST_PROBES {
            let (check, ordinal) = self.slots[(hash as usize).wrapping_add(probe) & mask];
            if ordinal == NONE {
                return Ok(None);
            }
            if check == (hash >> 32) as u32 && old.element(ordinal)? == element {
                return Ok(Some(ordinal));
            }
        }
        Ok(None)
    }
}

/// Spreads contents over a table; what it finds is compared byte by byte.
fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(FACTOR);
    }
    hash ^ (hash >> 32)
}
