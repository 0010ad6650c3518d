//! Who listens. Connections with the same filter form a group, so that an event is matched once for each filter and
//! costs nothing for those it doesn't concern.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::content::Content;
use crate::cursor::Place;
use crate::filter::{Filter, FilterKey, Passing};

#[derive(Default)]
pub(crate) struct Audience {
    groups: BTreeMap<FilterKey, Group>,
    next_id: u64,
}

struct Group {
    filter: Arc<Filter>,
    members: BTreeMap<u64, mpsc::Sender<Queued>>,
}

/// A frame on its way to one connection.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) place: Place,
    pub(crate) frame: Bytes,
}

/// A place in the audience, given up with [`Audience::leave`].
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    group: FilterKey,
    id: u64,
}

/// The groups that an event concerns, each with the operations that pass.
pub(crate) struct Concerned {
    groups: Vec<(FilterKey, Passing)>,
    /// Connections in these groups.
    pub(crate) size: usize,
}

impl Concerned {
    /// Refetches of what passes in part are spread like those of the whole.
    pub(crate) fn spread_over(&mut self, spread_ms: u64) {
        for (_, passing) in &mut self.groups {
            if let Passing::Part(part) = passing {
                part.spread_over(spread_ms);
            }
        }
    }
}

impl Audience {
    /// Takes a connection in. Its receiver ends, after what is queued, when it lost its seat for being slow.
    pub(crate) fn join(
        &mut self,
        filter: Filter,
        queue: usize,
    ) -> (Seat, Arc<Filter>, mpsc::Receiver<Queued>) {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let key = filter.key();
        // The key that is there already is shared by all seats of its group.
        let known = self.groups.get_key_value(&key).map(|(known, _)| known);
        let seat = Seat {
            group: known.map_or(key, Arc::clone),
            id: self.next_id,
        };
        self.next_id += 1;
        let group = self
            .groups
            .entry(Arc::clone(&seat.group))
            .or_insert_with(|| Group {
                filter: Arc::new(filter),
                members: BTreeMap::new(),
            });
        group.members.insert(seat.id, sender);
        (seat, Arc::clone(&group.filter), receiver)
    }

    /// Gives a seat back; for a lost one this does nothing.
    pub(crate) fn leave(&mut self, seat: &Seat) {
        let Some(group) = self.groups.get_mut(&seat.group) else {
            return;
        };
        group.members.remove(&seat.id);
        if group.members.is_empty() {
            self.groups.remove(&seat.group);
        }
    }

    pub(crate) fn concerned(&self, content: &Content) -> Concerned {
        let mut concerned = Concerned {
            groups: Vec::new(),
            size: 0,
        };
        for (key, group) in &self.groups {
            let passing = group.filter.passing(content);
            if passing != Passing::None {
                concerned.groups.push((Arc::clone(key), passing));
                concerned.size += group.members.len();
            }
        }
        concerned
    }

    /// Queues a frame for everyone concerned. Who has no room left loses its seat: what it has queued is complete up to
    /// there, and it can resume from that. Returns how many it was queued for, and how many lost their seats.
    pub(crate) fn send(
        &mut self,
        concerned: Concerned,
        place: Place,
        frame: impl Fn(&Passing) -> Option<Bytes>,
    ) -> (usize, usize) {
        let mut whole = None;
        let (mut sent, mut lost) = (0, 0);
        for (key, passing) in concerned.groups {
            let frame = match passing {
                Passing::All => whole.get_or_insert_with(|| frame(&Passing::All)).clone(),
                some => frame(&some),
            };
            let (Some(frame), Some(group)) = (frame, self.groups.get_mut(&key)) else {
                continue;
            };
            let queued = Queued { place, frame };
            group
                .members
                .retain(|_, queue| match queue.try_send(queued.clone()) {
                    Err(TrySendError::Full(_)) => {
                        lost += 1;
                        false
                    }
                    _ => {
                        sent += 1;
                        true
                    }
                });
            if group.members.is_empty() {
                self.groups.remove(&key);
            }
        }
        (sent, lost)
    }
}
