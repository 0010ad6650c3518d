//! The bodies that are kept for the next ones to be compared with (`delta/kept.rs`) are in the budget, too.

use crate::engine::core::Engine;

/// The part of the budget that bodies may take where all together is too much: without them the next answers are parsed whole, and
/// without values there is none.
const SHARE: f64 = 0.25;

impl Engine {
    /// Weighs the bodies anew. Where all together is too much, those that take more than their part go before any value does, and
    /// all of them where no value can go.
    pub(in crate::engine) fn weigh_bodies(&mut self) {
        if let Some(memory) = &self.memory {
            let part = if memory.has_nothing_to_drop() {
                0.0
            } else {
                SHARE
            };
            self.shed_bodies(part * memory.budget().max);
        }
    }

    /// Drops bodies where all together is too much and no value can go.
    pub(super) fn drop_bodies(&mut self) {
        if self
            .memory
            .as_ref()
            .is_some_and(|memory| memory.has_nothing_to_drop())
        {
            self.shed_bodies(0.0);
        }
    }

    /// Drops as many bodies as there is too much, but for so many bytes.
    fn shed_bodies(&mut self, spared: f64) {
        let Some(memory) = &mut self.memory else {
            return;
        };
        memory.beside = self.kept.bytes() as f64;
        let over = memory.bytes() - memory.budget().max;
        if over > 0.0 && memory.beside > spared {
            self.kept.shed((memory.beside - over).max(spared) as usize);
            memory.beside = self.kept.bytes() as f64;
        }
    }
}
