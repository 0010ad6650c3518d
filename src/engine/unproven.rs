//! What was cached before a live connection watched over it.

use super::core::Engine;
use super::protocol::Mode;
use super::registry::ROOT;

/// A fetch under way: its query and its generation.
pub type Flight = (u32, u32);

impl Engine {
    /// The fetches under way.
    pub fn flights(&self) -> Vec<Flight> {
        let mut flights = Vec::new();
        self.registry.each_below(ROOT, |id| {
            if let Some(fetch) = &self.queries[id].fetch {
                flights.push((id, fetch.generation));
            }
        });
        flights
    }

    /// Marks what no history vouches for: all data that is there, and the answers of these flights, if they are still to
    /// come. A first load that began later is left alone: its request left after that of the stream. `now` in ms.
    pub fn apply_unproven(&mut self, flights: &[Flight], now: f64) -> bool {
        let mut list = Vec::new();
        self.registry.each_below(ROOT, |id| {
            if self.queries[id].state.has_data {
                list.push(id);
            }
        });
        let waiting = flights
            .iter()
            .filter(|(id, generation)| self.is_current(*id, *generation));
        list.extend(waiting.map(|(id, _)| *id));
        self.mark(list, Mode::Refetch, 0.0, now)
    }
}
