//! What was published, as far back as the bounds allow.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::cursor::Position;
use crate::entry::Entry;
use crate::upstream::Missed;

/// A ring of entries with consecutive positions.
pub(crate) struct History {
    /// Each with the time at which it came.
    entries: VecDeque<(Instant, Arc<Entry>)>,
    /// Of what came after this moment nothing has been dropped.
    whole_since: Instant,
    head: Position,
    bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

impl History {
    pub(crate) fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            whole_since: Instant::now(),
            head: 0,
            bytes: 0,
            max_entries,
            max_bytes,
        }
    }

    /// Takes the entry in as the new head and drops what no longer fits, if need be the entry itself.
    pub(crate) fn push(&mut self, entry: Arc<Entry>) {
        self.head += 1;
        debug_assert_eq!(entry.at().place.major, self.head);
        self.bytes += entry.bytes();
        self.entries.push_back((Instant::now(), entry));
        while self.entries.len() > self.max_entries || self.bytes > self.max_bytes {
            let Some((came, dropped)) = self.entries.pop_front() else {
                break;
            };
            self.whole_since = came;
            self.bytes -= dropped.bytes();
        }
    }

    pub(crate) fn missed_since(&self, position: Position, limit: usize) -> Missed<Arc<Entry>> {
        let Some(count) = self.head.checked_sub(position) else {
            return Missed::Foreign;
        };
        let Some(skip) = (self.entries.len() as u64).checked_sub(count) else {
            return Missed::Trimmed;
        };
        if count > limit as u64 {
            return Missed::TooMany;
        }
        let entries = self.entries.iter().skip(skip as usize);
        Missed::Entries(entries.map(|(_, entry)| Arc::clone(entry)).collect())
    }

    /// The position from which on all came within the given time; `None` where history doesn't reach back so far.
    pub(crate) fn position_before(&self, age: Duration) -> Option<Position> {
        let from = Instant::now()
            .checked_sub(age)
            .filter(|from| self.whole_since < *from)?;
        let older = self.entries.partition_point(|(came, _)| *came < from);
        Some(self.head - (self.entries.len() - older) as u64)
    }

    /// The position of the newest entry, 0 before the first.
    pub(crate) fn head(&self) -> Position {
        self.head
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
