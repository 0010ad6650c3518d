//! Echoes: what the server says of own mutations, after their answers were written here.

use super::core::Engine;

impl Engine {
    /// What is written by hand until the next call is the answer of this own mutation; `None`: of none. Gives back the one
    /// before.
    pub fn write_for(&mut self, source: Option<String>) -> Option<String> {
        std::mem::replace(&mut self.sources.writing, source)
    }

    pub(super) fn note_write(&mut self, query: u32) {
        if self.sources.writing.is_some() {
            let updates = self.queries[query].state.data_update_count;
            self.sources.note(query, updates);
        }
    }

    /// Takes out of the list what holds the answer of the mutation that an operation comes from. Not where something else has
    /// come or is on its way since: it may be older than the mutation.
    pub(super) fn drop_echoes(&self, source: &str, list: &mut Vec<u32>) {
        let Some(updates_of) = self.sources.writes_of(source) else {
            return;
        };
        list.retain(|id| {
            let query = &self.queries[*id];
            updates_of(*id)
                .is_none_or(|updates| query.in_flight() || query.state.data_update_count != updates)
        });
    }
}
