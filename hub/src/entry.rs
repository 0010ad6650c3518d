//! One published event, as history keeps it.

use bytes::Bytes;
use ferroquery::engine::protocol::{Inv, Message, Subject};

use crate::cursor::{Epoch, Position};
use crate::filter::Passing;

#[derive(Debug)]
pub(crate) struct Entry {
    position: Position,
    inv: Inv,
    /// One for each operation, worked out once for all filters.
    subjects: Vec<Subject>,
    bytes: usize,
}

impl Entry {
    pub(crate) fn new(position: Position, inv: Inv, subjects: Vec<Subject>) -> Self {
        let mut entry = Self {
            position,
            inv,
            subjects,
            bytes: 0,
        };
        // The operations in memory are about as large as their text; the subjects repeat the text once more.
        entry.bytes = 2 * Message::Inv(entry.inv.clone()).body().len();
        entry
    }

    /// The event as it goes over the wire to a client that is let through to these operations.
    pub(crate) fn frame(&self, epoch: &Epoch, passing: &Passing) -> Option<Bytes> {
        let inv = match passing {
            Passing::None => return None,
            Passing::All => self.inv.clone(),
            Passing::Some(places) => Inv {
                ops: places.iter().map(|at| self.inv.ops[*at].clone()).collect(),
                ..self.inv.clone()
            },
        };
        let cursor = epoch.cursor(self.position);
        Some(Message::Inv(inv).frame(Some(cursor.as_str())).into())
    }

    pub(crate) fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    /// About the memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
