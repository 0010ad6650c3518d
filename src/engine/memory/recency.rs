//! When each value was used last. A use costs one store: there is no clock on the path of reads, and no list to be mended.

use std::collections::VecDeque;

use crate::engine::slab;

/// Into how many parts the time is cut after which a value is old: so much later than its time it may be noticed as old.
const PARTS: f64 = 4.0;
/// As many marks cover this time and more.
const MARKS: usize = 8;

/// A moment in the sequence of uses, and the time at which it was looked at (ms).
#[derive(Debug, Clone, Copy)]
struct Mark {
    use_: u64,
    at: f64,
}

/// The sequence of uses, with a mark now and then that tells what time it was.
#[derive(Debug, Default)]
pub struct Recency {
    /// The last use of each slot.
    uses: Vec<u64>,
    last: u64,
    marks: VecDeque<Mark>,
    /// How far apart marks are (ms).
    apart: f64,
}

impl Recency {
    /// A recency that tells after `old_after` ms that a value is old.
    pub fn new(old_after: f64) -> Self {
        Self {
            apart: old_after / PARTS,
            ..Self::default()
        }
    }

    /// Makes room for a slot.
    pub fn admit(&mut self, id: u32) {
        let at = slab::index(id) as usize;
        if at >= self.uses.len() {
            self.uses.resize(at + 1, 0);
        }
    }

    /// Notes a use now.
    #[inline]
    pub fn note(&mut self, id: u32) {
        if let Some(use_) = self.uses.get_mut(slab::index(id) as usize) {
            self.last += 1;
            *use_ = self.last;
        }
    }

    /// The last use of a slot, as its place in the sequence.
    #[inline]
    pub fn last_use(&self, id: u32) -> u64 {
        self.uses[slab::index(id) as usize]
    }

    /// Whether nothing was used since.
    pub fn is_last(&self, id: u32) -> bool {
        self.last_use(id) == self.last
    }

    /// Marks what time it is (ms): uses up to here were no later.
    pub fn mark(&mut self, now: f64) {
        if self.marks.back().is_some_and(|mark| {
            mark.use_ == self.last || (now - mark.at < self.apart && now >= mark.at)
        }) {
            return;
        }
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark {
            use_: self.last,
            at: now,
        });
    }

    /// The time by which a use had certainly happened (ms); `None` where it is younger than the last mark.
    pub fn no_later_than(&self, use_: u64) -> Option<f64> {
        let mark = self.marks.iter().find(|mark| mark.use_ >= use_)?;
        Some(mark.at)
    }

    /// When the next mark is due (ms), at `now`.
    pub fn next_mark(&self, now: f64) -> f64 {
        let last = self.marks.back().filter(|mark| mark.use_ != self.last);
        last.map_or(now, |mark| mark.at) + self.apart
    }
}
