//! Commands of restoring: a query gets from the store what it hasn't.

use super::core::Engine;
use super::effect::Action;
use super::persist::{Count, What, Written};
use super::query::{FetchStatus, Status};

impl Engine {
    /// Gives a query without data what the store has of it, which came at `at`; whether it takes it. A fetch in flight goes on;
    /// cancelling it leads back to this data. `judge_restored` follows, and `end_restore` tells of it.
    pub fn restore(&mut self, id: u32, at: f64, invalidated: bool, now: f64) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let Some(persist) = self.persist.as_deref_mut() else {
            return false;
        };
        if query.state.has_data || now - at >= persist.max_age {
            return false;
        }
        persist.before = Some((query.state, query.revert.take()));
        let written = Written {
            data_count: query.state.data_update_count + 1.0,
            at,
            invalidated,
        };
        let state = &mut query.state;
        state.has_data = true;
        state.status = Status::Success;
        state.data_update_count = written.data_count;
        state.data_updated_at = at;
        // Somebody may have invalidated it while its data was on the way.
        state.invalidated |= invalidated;
        query.answer = None;
        query.revert = query.in_flight().then(|| Box::new(query.state));
        persist.mark(id).written = Some(written);
        true
    }

    /// What has happened to it since counts now; whether it keeps its data.
    pub fn settle_restored(&mut self, id: u32, hit: Option<What>) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let Some(persist) = self.persist.as_deref_mut() else {
            return false;
        };
        let before = persist.before.take();
        match (hit, before) {
            (Some(What::Removed), Some((state, revert))) => {
                query.state = state;
                query.revert = revert;
                query.answer = None;
                persist.mark(id).written = None;
                return false;
            }
            (Some(_), _) => {
                query.state.invalidated = true;
                if let Some(revert) = &mut query.revert {
                    revert.invalidated = true;
                }
            }
            (None, _) => {}
        }
        self.count(Count::Restored, 1.0);
        true
    }

    /// Tells that a query has its data from the store. `enough`: nobody wants the fetch in flight any more.
    pub fn end_restore(&mut self, id: u32, enough: bool) -> bool {
        if enough {
            self.cancel_fetch(id);
            let query = &mut self.queries[id];
            query.revert = None;
            query.state.fetch_status = FetchStatus::Idle;
            query.state.failure_count = 0.0;
        }
        self.command(|engine| {
            if enough {
                engine.settle_later(id);
            }
            engine.announce(id, Action::Callers);
        })
    }
}
