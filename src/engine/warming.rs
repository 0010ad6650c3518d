//! Commands of lists that are warmed.

use super::core::Engine;
use super::warm::{Next, Warm, Warmed};

impl Engine {
    /// Begins to warm, or goes on where another engine stopped; its id.
    pub fn begin_warm(&mut self, warm: Warm) -> u32 {
        self.warms.insert(warm)
    }

    /// Chooses what is next in a list; one that is over is forgotten.
    pub fn choose_warm(&mut self, id: u32) -> Next {
        let next = self.warms.get_mut(id).map_or(Next::Over, Warm::choose);
        if next == Next::Over && self.warms.get(id).is_some() {
            self.warms.remove(id);
        }
        next
    }

    /// Takes what an entry of a list came to, and tells how far the list is.
    pub fn settle_warm(&mut self, id: u32, warmed: Warmed) -> Option<Warm> {
        self.stats.warmed = self
            .stats
            .warmed
            .wrapping_add(u32::from(warmed == Warmed::Done));
        let warm = self.warms.get_mut(id)?;
        warm.settle(warmed);
        Some(*warm)
    }

    /// Begins no further entry of a list.
    pub fn stop_warm(&mut self, id: u32) {
        if let Some(warm) = self.warms.get_mut(id) {
            warm.is_stopped = true;
        }
    }
}
