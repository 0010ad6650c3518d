//! Filters for JavaScript: what is selected, and work on it.

use wasm_bindgen::prelude::*;

use super::engine::{Engine, names};
use crate::engine::glob::Glob;
use crate::engine::pending::Decision;
use crate::engine::pending::Filter;
use crate::engine::query::FetchStatus;
use crate::engine::select::Source;

#[wasm_bindgen]
impl Engine {
    /// Selects by the first symbols of the key, from the inbox; whether raw keys have to be compared.
    pub fn select_prefix(&mut self, length: usize) -> bool {
        self.core
            .borrow_mut()
            .select_by_key(&Source::Prefix(&self.inbox[..length]))
    }

    /// Selects all that somebody watches.
    pub fn select_watched(&mut self) {
        self.core.borrow_mut().select_watched();
    }

    /// Selects by the whole key, from the inbox.
    pub fn select_exact(&mut self, length: usize) -> bool {
        self.core
            .borrow_mut()
            .select_by_key(&Source::Exact(&self.inbox[..length]))
    }

    /// Keeps what carries at least one of the tags; `all`: nothing is selected yet.
    pub fn select_tags(&mut self, all: bool, joined: &str) {
        self.core.borrow_mut().select_by_tags(all, names(joined));
    }

    /// Keeps what a glob matches; `all`: nothing is selected yet. Fails with the reason for a glob that can't be read.
    pub fn select_glob(&mut self, all: bool, pattern: &str) -> Result<(), String> {
        let glob = Glob::parse(pattern.as_bytes()).map_err(|error| error.to_string())?;
        self.core.borrow_mut().select_by_glob(all, &glob);
        Ok(())
    }

    /// Decides what of the selection a filter lets pass; its length. 0 doesn't matter; active: 1 yes, 2 no; stale: 1 yes,
    /// 2 no; fetch: 1 + status.
    pub fn select_filter(&mut self, active: u32, stale: u32, fetch: u32) -> f64 {
        let choice = |code: u32| (code != 0).then_some(code == 1);
        let fetch_status = match fetch {
            1 => Some(FetchStatus::Idle),
            2 => Some(FetchStatus::Fetching),
            3 => Some(FetchStatus::Paused),
            _ => None,
        };
        let filter = Filter {
            active: choice(active),
            stale: choice(stale),
            fetch_status,
        };
        let list = self.core.borrow_mut().take_selection();
        self.decide(Decision::Select { list, filter })
    }

    /// How many are selected.
    pub fn selection_length(&self) -> usize {
        self.core.borrow().selection().len()
    }

    /// Takes the selection from the inbox.
    pub fn set_selection(&mut self, length: usize) {
        self.core.borrow_mut().set_selection(&self.inbox[..length]);
    }

    /// Marks the selected as stale.
    pub fn invalidate_selected(&mut self, now: f64) -> bool {
        self.core.borrow_mut().invalidate_selected(now)
    }

    /// Fetches the selected that aren't disabled or static.
    pub fn refetch_selected(&mut self, now: f64) -> bool {
        self.core.borrow_mut().refetch_selected(now)
    }
}
