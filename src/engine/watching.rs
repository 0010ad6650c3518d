//! Commands of observers.

use super::core::Engine;
use super::departed::Departed;
use super::fetch::Environment;
use super::frames::Work;
use super::observer::{Observer, Options};
use super::query::{FetchStatus, Status};
use super::sorting;
use super::timers::{Deadline, TimerId};

/// What the departure of an observer means for its query's fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Leaves {
    /// Others still watch, or nothing was in flight.
    Quiet = 0,
    /// Cancel the fetch with revert: nobody waits, and the query function can be stopped.
    Cancel = 1,
}

impl Engine {
    /// An observer begins to watch a query; its id. Its last result was stale or not, of data that came then (ms).
    pub fn watch(
        &mut self,
        query: u32,
        options: Options,
        last_stale: bool,
        last_updated_at: f64,
    ) -> u32 {
        let id = self.observers.insert(Observer {
            query,
            options,
            last_stale,
            last_updated_at,
            stale_timer: TimerId::NONE,
            interval_timer: TimerId::NONE,
            early_timer: TimerId::NONE,
            interval: f64::NEG_INFINITY,
            gone: false,
        });
        let record = &mut self.queries[query];
        self.timers.clear(&mut record.gc);
        if record.observers.is_empty() {
            record.watched_at = self.watched.len() as u32;
            self.watched.push(query);
        }
        record.observers.push(id);
        id
    }

    /// An observer leaves its query for another one: `unwatch`, but `inherit` gives what it waits for to the id under which it
    /// watches that one.
    pub fn depart(&mut self, id: u32, stoppable: bool) -> Leaves {
        if let Some(observer) = self.observers.get_mut(id) {
            self.departed.push(Departed {
                observer: id,
                stale_timer: std::mem::take(&mut observer.stale_timer),
                interval_timer: std::mem::take(&mut observer.interval_timer),
                interval: observer.interval,
            });
        }
        self.unwatch(id, stoppable)
    }

    /// Gives the timers of an observer that departed to the id that it has now.
    pub fn inherit(&mut self, id: u32, departed: u32) {
        let Some(departed) = self.take_departed(departed) else {
            return;
        };
        self.timers
            .change(departed.stale_timer, Deadline::Stale(id));
        self.timers
            .change(departed.interval_timer, Deadline::Interval(id));
        let observer = &mut self.observers[id];
        observer.stale_timer = departed.stale_timer;
        observer.interval_timer = departed.interval_timer;
        observer.interval = departed.interval;
    }

    /// Drops the timers of an observer that departed: it has ended on its way, or has new ones.
    pub fn disinherit(&mut self, departed: u32) {
        if let Some(mut departed) = self.take_departed(departed) {
            self.timers.clear(&mut departed.stale_timer);
            self.timers.clear(&mut departed.interval_timer);
        }
    }

    fn take_departed(&mut self, observer: u32) -> Option<Departed> {
        let at = self
            .departed
            .iter()
            .position(|one| one.observer == observer)?;
        Some(self.departed.swap_remove(at))
    }

    /// An observer leaves its query. `stoppable`: the query function has read its abort signal.
    pub fn unwatch(&mut self, id: u32, stoppable: bool) -> Leaves {
        let Some(observer) = self.observers.get_mut(id).filter(|observer| !observer.gone) else {
            return Leaves::Quiet;
        };
        let query = observer.query;
        self.timers.clear(&mut observer.stale_timer);
        self.timers.clear(&mut observer.interval_timer);
        self.timers.clear(&mut observer.early_timer);
        self.forget_observer(id);
        let record = &mut self.queries[query];
        record.observers.retain(|other| *other != id);
        if !record.observers.is_empty() {
            return Leaves::Quiet;
        }
        let at = std::mem::replace(&mut record.watched_at, u32::MAX) as usize;
        self.watched.swap_remove(at);
        if let Some(moved) = self.watched.get(at) {
            self.queries[*moved].watched_at = at as u32;
        }
        let record = &mut self.queries[query];
        let Some(fetch) = &mut record.fetch else {
            return Leaves::Quiet;
        };
        let never_ran = record.state.fetch_status == FetchStatus::Paused
            && record.state.status == Status::Pending;
        if stoppable || never_ran {
            return Leaves::Cancel;
        }
        fetch.retry_cancelled = true;
        Leaves::Quiet
    }

    /// New options of an observer.
    pub fn set_options(&mut self, id: u32, options: Options) {
        self.observers[id].options = options;
    }

    /// A result that was shown outside a notification: whether it was stale, and when its data came (ms).
    pub fn set_last(&mut self, id: u32, stale: bool, updated_at: f64) {
        self.observers[id].last_stale = stale;
        self.observers[id].last_updated_at = updated_at;
    }

    /// An observer's options.
    pub fn options(&self, id: u32) -> Option<Options> {
        self.observers.get(id).map(|observer| observer.options)
    }

    /// The page has got the focus (or else the network): all queries that somebody watches or that wait are looked at, in
    /// insertion order.
    pub fn wake(&mut self, focus: bool, now: f64, environment: Environment) -> bool {
        let mut list = self.watched.clone();
        if self.in_flight > 0 {
            let waiting = self
                .queries
                .iter()
                .filter(|(_, query)| query.in_flight() && query.observers.is_empty());
            list.extend(waiting.map(|(id, _)| id));
        }
        list.retain(|id| self.queries[*id].indexed());
        self.sort(&mut list);
        self.environment = environment;
        self.command(|engine| engine.each(Work::Wake { focus }, &list, now))
    }

    /// The same for one query.
    pub fn wake_one(
        &mut self,
        query: u32,
        focus: bool,
        now: f64,
        environment: Environment,
    ) -> bool {
        self.environment = environment;
        self.command(|engine| engine.each(Work::Wake { focus }, &[query], now))
    }

    /// Number of observers with listeners.
    pub fn observer_count(&self) -> usize {
        self.observers.len()
    }

    /// Brings queries into insertion order.
    pub(super) fn sort(&self, list: &mut [u32]) {
        let sequence = |id: u32| self.queries[id].sequence;
        if list.is_sorted_by_key(|id| sequence(*id)) {
            return;
        }
        let mut pairs: Vec<_> = list.iter().map(|id| (sequence(*id), *id)).collect();
        sorting::sort(&mut pairs);
        for (place, (_, id)) in list.iter_mut().zip(pairs) {
            *place = id;
        }
    }
}
