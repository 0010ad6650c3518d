//! A connection's place.

use std::sync::Arc;

use crate::audience::Seat;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// Counted until dropped, with a seat in the audience once it has one.
pub(crate) struct Booking {
    hub: Arc<Shared>,
    seat: Option<Seat>,
}

impl Booking {
    /// Counts a connection in. Refused where all places are taken.
    pub(crate) fn take(hub: &Arc<Shared>) -> Result<Self, Refusal> {
        let max = hub.config.max_connections;
        let booked = hub.open.send_if_modified(|open| {
            let free = *open < max;
            *open += usize::from(free);
            free
        });
        if !booked {
            let message = format!("all {max} connections are taken: try again later");
            return Err(Refusal::unavailable("too_many_connections", message, 5));
        }
        hub.metrics.connections.inc();
        Ok(Self {
            hub: Arc::clone(hub),
            seat: None,
        })
    }

    /// It has a seat from now on.
    pub(crate) fn sit(&mut self, seat: Seat) {
        self.seat = Some(seat);
    }

    /// Ends the connection's claim to further events.
    pub(crate) fn leave(&mut self) {
        if let Some(seat) = self.seat.take() {
            self.hub.state.lock().audience.leave(&seat);
        }
    }
}

impl Drop for Booking {
    fn drop(&mut self) {
        self.leave();
        self.hub.metrics.connections.dec();
        self.hub.open.send_modify(|open| *open -= 1);
    }
}
