//! What is to be frozen or dropped next.

use super::order::Order;
use super::recency::Recency;
use super::{Choice, Form, Memory, Reason};
use crate::engine::slab;

/// How much is frozen in one slice of work (bytes of the value as it is): some 3 ms.
const SLICE_BYTES: f64 = 262_144.0;
/// What dropping a value counts for in a slice (bytes).
const DROP_COST: f64 = 4_096.0;
/// The pause between two slices that make room (ms), and between two that only tidy up.
const PRESSING_PAUSE_MS: f64 = 1.0;
const TIDY_PAUSE_MS: f64 = 16.0;
/// How many values whose place turned out to be outdated are moved in one slice.
const MOST_MOVES: u32 = 4_096;

impl Memory {
    /// What has to be done before the command ends; `held` tells what has to stay.
    pub fn choose_at_once(&mut self, held: impl Fn(u32) -> bool) -> Option<Choice> {
        // What has just come, and is too large, may be watched before the next slice; nothing else has to go for it.
        let newest = self
            .oversize
            .pop_if(|id| self.recency.is_last(*id))
            .filter(|id| !held(*id));
        let spared = newest.and_then(|id| self.hot_size(id)).unwrap_or(0.0);
        let mut choice = None;
        if self.debt > 0.0 && self.budget.is_far_over(self.bytes() - spared) {
            let mut moves = u32::MAX;
            choice = if self.quiet {
                None
            } else {
                self.too_large(&held)
            }
            .or_else(|| self.make_room(&held, true, &mut moves));
        }
        self.oversize.extend(newest);
        match choice {
            Some(choice) => self.debt = (self.debt - self.freed(choice)).max(0.0),
            None => {
                self.deferred = if spared > 0.0 { self.debt } else { 0.0 };
                self.debt = 0.0;
            }
        }
        choice
    }

    /// Begins a slice of work at `now` (ms).
    pub fn begin(&mut self, now: f64) -> Slice {
        self.recency.mark(now);
        Slice {
            now,
            bytes: SLICE_BYTES,
            moves: MOST_MOVES,
        }
    }

    /// The next thing to do in a slice; `held` tells what has to stay.
    pub fn choose(&mut self, slice: &mut Slice, held: impl Fn(u32) -> bool) -> Option<Choice> {
        if !self.budget.is_over(self.bytes()) {
            self.deferred = 0.0;
        }
        if slice.bytes <= 0.0 || slice.moves == 0 {
            return None;
        }
        let choice = self
            .too_large(&held)
            .or_else(|| {
                self.budget
                    .is_over(self.bytes())
                    .then(|| self.make_room(&held, false, &mut slice.moves))
                    .flatten()
            })
            .or_else(|| self.old(&held, slice));
        if let Some(choice) = choice {
            slice.bytes -= self.cost(choice);
        }
        choice
    }

    /// Whether all values are held.
    pub fn has_nothing_to_drop(&self) -> bool {
        self.freezable.is_empty() && self.rest.is_empty()
    }

    /// When the next slice is due (ms), after one at `now`.
    pub fn next_slice(&self, now: f64) -> Option<f64> {
        let has_room = !self.budget.is_over(self.bytes());
        if !self.oversize.is_empty() || !(has_room || self.has_nothing_to_drop()) {
            return Some(now + PRESSING_PAUSE_MS);
        }
        let (_, use_) = self.freezable.first()?;
        if !self.budget.cold_after.is_finite() {
            return None;
        }
        let old_at = self
            .recency
            .no_later_than(use_)
            .map_or(f64::INFINITY, |at| at + self.budget.cold_after);
        // Not before the next mark: without it nothing is known to be old.
        Some(
            old_at
                .min(self.recency.next_mark(now))
                .max(now + TIDY_PAUSE_MS),
        )
    }

    fn cost(&self, choice: Choice) -> f64 {
        match choice {
            Choice::Freeze(_) => self.freed(choice),
            Choice::Evict(..) => DROP_COST,
        }
    }

    /// What a choice frees (bytes), as far as that is known by now.
    fn freed(&self, choice: Choice) -> f64 {
        let (Choice::Freeze(id) | Choice::Evict(id, _)) = choice;
        let value = self.values[slab::index(id) as usize];
        match value.form {
            Form::Cold => value.cold,
            _ => value.hot,
        }
    }

    fn too_large(&mut self, held: &impl Fn(u32) -> bool) -> Option<Choice> {
        while let Some(id) = self.oversize.pop() {
            let is_large = self
                .hot_size(id)
                .is_some_and(|bytes| bytes > self.budget.largest);
            // Held again: it will be let go again. Gone: another value may have its slot.
            if is_large && !held(id) {
                return Some(self.chosen(Choice::Evict(id, Reason::TooLarge)));
            }
        }
        None
    }

    fn make_room(
        &mut self,
        held: &impl Fn(u32) -> bool,
        at_once: bool,
        moves: &mut u32,
    ) -> Option<Choice> {
        if let Some(id) = first(&mut self.freezable, &self.recency, held, moves) {
            return Some(self.chosen(Choice::Freeze(id)));
        }
        if *moves == 0 || (at_once && self.quiet) {
            return None;
        }
        let id = first(&mut self.rest, &self.recency, held, moves)?;
        // What has just come may be watched before the next slice.
        if at_once && self.recency.is_last(id) {
            return None;
        }
        Some(self.chosen(Choice::Evict(id, Reason::Budget)))
    }

    fn old(&mut self, held: &impl Fn(u32) -> bool, slice: &mut Slice) -> Option<Choice> {
        if !self.budget.cold_after.is_finite() {
            return None;
        }
        // Not the last use: one that is old by now may have been used since.
        let is_due = |recency: &Recency, use_: u64| {
            recency
                .no_later_than(use_)
                .is_some_and(|at| at + self.budget.cold_after <= slice.now)
        };
        let (_, use_) = self.freezable.first()?;
        if !is_due(&self.recency, use_) {
            return None;
        }
        let id = first(&mut self.freezable, &self.recency, held, &mut slice.moves)?;
        is_due(&self.recency, self.recency.last_use(id)).then(|| self.chosen(Choice::Freeze(id)))
    }

    /// What was chosen is out of the orders, so that it isn't chosen again should it fail.
    fn chosen(&mut self, choice: Choice) -> Choice {
        let (Choice::Freeze(id) | Choice::Evict(id, _)) = choice;
        if let Choice::Evict(_, reason) = choice {
            self.counts.evicted[reason as usize] += 1;
        }
        self.freezable.remove(id);
        self.rest.remove(id);
        choice
    }
}

/// A stretch of work.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    now: f64,
    /// What it may still freeze (bytes).
    bytes: f64,
    /// How many outdated places it may still mend.
    moves: u32,
}

/// The least recently used of those that nobody holds; drops those on the way that somebody does.
fn first(
    order: &mut Order,
    recency: &Recency,
    held: &impl Fn(u32) -> bool,
    moves: &mut u32,
) -> Option<u32> {
    while let Some((id, use_)) = order.first() {
        if *moves == 0 {
            return None;
        }
        let last = recency.last_use(id);
        if held(id) {
            order.remove(id);
        } else if last > use_ {
            order.put_off(last);
        } else {
            return Some(id);
        }
        *moves -= 1;
    }
    None
}
