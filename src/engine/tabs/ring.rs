//! The last events of the stream: what a tab that fell behind a little can be told without asking the server.

use std::collections::VecDeque;

use super::message::Entry;

/// At about one heartbeat in 15 s: some hours of a quiet stream.
const MAX_ENTRIES: usize = 1024;
const MAX_BYTES: usize = 256 << 10;

#[derive(Debug, Default)]
pub(super) struct Ring {
    /// The position before the first entry, if it is known.
    base: Option<String>,
    entries: VecDeque<Entry>,
    bytes: usize,
}

impl Ring {
    /// Forgets all: what comes next follows after `base`.
    pub fn restart(&mut self, base: Option<String>) {
        *self = Ring {
            base,
            ..Ring::default()
        };
    }

    pub fn push(&mut self, entry: Entry) {
        self.bytes += entry.text.len();
        self.entries.push_back(entry);
        while self.entries.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.text.len();
            if !oldest.id.is_empty() {
                self.base = Some(oldest.id);
            }
        }
    }

    /// Whether a position is known here.
    pub fn knows(&self, cursor: &str) -> bool {
        self.base.as_deref() == Some(cursor) || self.entries.iter().any(|entry| entry.id == cursor)
    }

    /// The events after a position; `None` if it isn't known here.
    pub fn after(&self, cursor: &str) -> Option<Vec<Entry>> {
        let from = match self.entries.iter().rposition(|entry| entry.id == cursor) {
            Some(at) => at + 1,
            None if self.base.as_deref() == Some(cursor) => 0,
            None => return None,
        };
        Some(self.entries.range(from..).cloned().collect())
    }
}
