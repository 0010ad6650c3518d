//! When a query is fetched, tried again, stale and gone.

use super::*;

impl Model {
    pub(super) fn start(&mut self, query: usize) {
        self.unanswered.remove(&query);
        let online = self.environment.online;
        let record = &mut self.queries[query];
        record.fetches += 1;
        let number = record.fetches;
        record.before_fetch = Some(record.state);
        record.dirty = None;
        record.state.failure_count = 0.0;
        record.state.fetch_status = if online {
            FetchStatus::Fetching
        } else {
            FetchStatus::Paused
        };
        if !record.state.has_data {
            record.state.status = Status::Pending;
        }
        self.tell(query);
        if self.queries[query].gone {
            return;
        }
        let (phase, unwanted) = (Phase::Running, false);
        self.queries[query].fetch = Some(Fetch {
            number,
            phase,
            failures: 0.0,
            unwanted,
            retry: None,
            answer: None,
        });
        if online {
            self.run(query);
        } else {
            self.pause(query);
        }
    }

    pub(super) fn run(&mut self, query: usize) {
        self.told.push(Told::Run(self.now, query));
        let record = &mut self.queries[query];
        let fetch = record.fetch.as_mut().unwrap();
        fetch.phase = Phase::Running;
        fetch.answer = Some(answer(self.seed, query, record.runs, self.now));
        record.runs += 1;
    }

    pub(super) fn try_again(&mut self, query: usize) {
        let fetch = self.queries[query].fetch.as_ref().unwrap();
        if fetch.unwanted && fetch.failures > 0.0 {
            self.give_up(query);
        } else {
            self.run(query);
        }
    }

    pub(super) fn in_phase(
        &mut self,
        query: usize,
        number: u32,
        phase: Phase,
    ) -> Option<&mut Fetch> {
        let fetch = self.queries[query].fetch.as_mut();
        fetch.filter(|fetch| fetch.number == number && fetch.phase == phase)
    }

    pub(super) fn pause(&mut self, query: usize) {
        let record = &mut self.queries[query];
        record.fetch.as_mut().unwrap().phase = Phase::Paused;
        record.state.fetch_status = FetchStatus::Paused;
        self.tell(query);
    }

    pub(super) fn give_up(&mut self, query: usize) {
        let now = self.now;
        let record = &mut self.queries[query];
        record.fetch = None;
        record.state = Scalars {
            status: Status::Error,
            fetch_status: FetchStatus::Idle,
            invalidated: true,
            error_update_count: record.state.error_update_count + 1.0,
            error_updated_at: now,
            failure_count: record.state.failure_count + 1.0,
            ..record.state
        };
        self.tell(query);
        self.make_up_for(query);
        self.ended(query);
    }

    pub(super) fn reset(&mut self, query: usize) {
        self.cancel_silently(query);
        self.queries[query].state = Scalars::default();
        self.tell(query);
        if !self.queries[query].gone && self.is_active(query) {
            self.fetch(query, true);
        }
    }

    pub(super) fn cancel_silently(&mut self, query: usize) {
        if self.queries[query].fetch.take().is_some() {
            self.ended(query);
        }
    }

    pub(super) fn ended(&mut self, query: usize) {
        if !self.queries[query].gone {
            self.wait_for_gc(query);
            self.bury(query);
        }
    }

    /// What hit the query while it was in flight takes effect.
    pub(super) fn make_up_for(&mut self, query: usize) {
        if self.queries[query].gone {
            return;
        }
        if let Some(mode) = self.queries[query].dirty.take() {
            if mode == Mode::Refetch {
                self.sweep_later(query);
            }
            self.mark(query);
        }
    }

    pub(super) fn mark(&mut self, query: usize) {
        if !self.queries[query].gone && !self.queries[query].state.invalidated {
            self.queries[query].state.invalidated = true;
            self.tell(query);
        }
    }

    pub(super) fn sweep_later(&mut self, query: usize) {
        if !self.watchers_of(query).is_empty() && self.unanswered.insert(query) {
            self.to_sweep.push(query);
            if self.sweep.is_none() {
                self.sweep = self.deadline(self.now);
            }
        }
    }

    /// Tells all who watch at this moment, also if one of them leaves meanwhile.
    pub(super) fn tell(&mut self, query: usize) {
        for number in self.watchers_of(query) {
            let Some(Watcher { wishes, .. }) = self.watchers.get(&number) else {
                continue;
            };
            let wishes = *wishes;
            let stale = self.is_stale(query, &wishes);
            self.watchers.get_mut(&number).unwrap().last_stale = stale;
            self.set_timers(number);
            if wishes.leaves && self.queries[query].state.status == Status::Success {
                self.unwatch(number, false);
            }
        }
    }

    pub(super) fn set_timers(&mut self, number: usize) {
        let Some(Watcher {
            query,
            wishes,
            last_stale,
            ..
        }) = self.watchers.get(&number)
        else {
            return;
        };
        let (query, wishes, fresh) = (*query, *wishes, !*last_stale);
        let mut stale = None;
        if fresh && wishes.enabled && wishes.stale_time >= 0.0 && wishes.stale_time.is_finite() {
            let left = self.queries[query].state.data_updated_at + wishes.stale_time - self.now;
            stale = self.deadline(self.now + left.max(0.0) + 1.0);
        }
        let mut poll = None;
        if wishes.enabled && wishes.interval > 0.0 {
            poll = self.deadline(self.now + wishes.interval);
        }
        let watcher = self.watchers.get_mut(&number).unwrap();
        (watcher.stale, watcher.poll) = (stale, poll);
    }

    pub(super) fn wait_for_gc(&mut self, query: usize) {
        let collected = self.queries[query].indexed && self.watchers_of(query).is_empty();
        self.queries[query].gc = if collected {
            self.deadline(self.now + GC_TIME_MS)
        } else {
            None
        };
    }

    pub(super) fn bury(&mut self, query: usize) {
        let watched = !self.watchers_of(query).is_empty();
        let record = &mut self.queries[query];
        record.gone = record.gone || !(record.indexed || watched || record.fetch.is_some());
    }

    pub(super) fn deadline(&mut self, at: f64) -> Deadline {
        self.order += 1;
        Some((at, self.order))
    }

    pub(super) fn waiting(&self) -> Vec<((f64, u64), Waits)> {
        let mut list: Vec<((f64, u64), Waits)> = Vec::new();
        for (number, query) in self.queries.iter().enumerate() {
            list.extend(query.gc.map(|at| (at, Waits::Gc(number))));
            list.extend(
                query
                    .fetch
                    .as_ref()
                    .and_then(|fetch| fetch.retry)
                    .map(|at| (at, Waits::Retry(number))),
            );
        }
        for (number, watcher) in &self.watchers {
            list.extend(watcher.stale.map(|at| (at, Waits::Stale(*number))));
            list.extend(watcher.poll.map(|at| (at, Waits::Poll(*number))));
        }
        list.extend(self.sweep.map(|at| (at, Waits::Sweep)));
        list
    }

    pub(super) fn may_go_on(&self) -> bool {
        self.environment.focused && self.environment.online
    }

    /// Indexed queries by key, in insertion order.
    pub(super) fn having(&self, says: impl Fn(&[Part]) -> bool) -> Vec<usize> {
        let all = self.queries.iter().enumerate();
        all.filter(|(_, query)| query.indexed && says(KEYS[query.key]))
            .map(|(number, _)| number)
            .collect()
    }

    pub(super) fn watchers_of(&self, query: usize) -> Vec<usize> {
        self.watchers
            .iter()
            .filter(|(_, watcher)| watcher.query == query)
            .map(|(number, _)| *number)
            .collect()
    }

    pub(super) fn is_active(&self, query: usize) -> bool {
        self.watchers
            .values()
            .any(|watcher| watcher.query == query && watcher.wishes.enabled)
    }

    pub(super) fn is_static(&self, query: usize) -> bool {
        self.queries[query].state.has_data
            && self
                .watchers
                .values()
                .any(|watcher| watcher.query == query && watcher.wishes.stale_time == STATIC)
    }

    pub(super) fn is_stale(&self, query: usize, wishes: &Wishes) -> bool {
        let state = &self.queries[query].state;
        if !wishes.enabled || !state.has_data {
            return wishes.enabled;
        }
        let old = self.now >= state.data_updated_at + wishes.stale_time;
        wishes.stale_time != STATIC && (state.invalidated || old)
    }

    /// Whether mount (over data), focus or reconnect make an observer fetch.
    pub(super) fn wants(&self, query: usize, wishes: &Wishes) -> bool {
        wishes.enabled
            && wishes.stale_time != STATIC
            && match wishes.refetch {
                Refetch::No => false,
                Refetch::Always => true,
                Refetch::IfStale => self.is_stale(query, wishes),
            }
    }
}
