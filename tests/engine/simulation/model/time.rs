//! What is due, and what it leads to.

use super::*;

impl Model {
    /// The next deadline (ms).
    pub fn next_deadline(&self) -> Option<f64> {
        self.waiting()
            .into_iter()
            .map(|((at, _), _)| at)
            .min_by(f64::total_cmp)
    }

    pub fn next_answer(&self) -> Option<f64> {
        let answers = self
            .queries
            .iter()
            .filter_map(|query| query.fetch.as_ref()?.answer);
        answers.map(|answer| answer.at).min_by(f64::total_cmp)
    }

    /// Handles all that is due, in order.
    pub fn fire(&mut self) {
        loop {
            let due = self
                .waiting()
                .into_iter()
                .filter(|((at, _), _)| *at <= self.now);
            let first = due.min_by(|((a, m), _), ((b, n), _)| a.total_cmp(b).then(m.cmp(n)));
            let Some(((at, _), who)) = first else { return };
            match who {
                Waits::Gc(query) => {
                    self.queries[query].gc = None;
                    let idle = self.queries[query].state.fetch_status == FetchStatus::Idle;
                    if idle && self.watchers_of(query).is_empty() {
                        self.told.push(Told::Removed(self.now, query));
                        self.remove(query);
                    }
                }
                Waits::Retry(query) => {
                    let fetch = self.queries[query].fetch.as_mut().unwrap();
                    fetch.retry = None;
                    self.to_continue.push((query, fetch.number));
                }
                Waits::Stale(number) => {
                    let Watcher { query, wishes, .. } = self.watchers[&number];
                    let stale = self.is_stale(query, &wishes);
                    let watcher = self.watchers.get_mut(&number).unwrap();
                    watcher.stale = None;
                    watcher.last_stale = watcher.last_stale || stale;
                }
                Waits::Poll(number) => {
                    let Watcher { query, wishes, .. } = self.watchers[&number];
                    let from = if at + wishes.interval > self.now {
                        at
                    } else {
                        self.now
                    };
                    let poll = self.deadline(from + wishes.interval);
                    self.watchers.get_mut(&number).unwrap().poll = poll;
                    if wishes.in_background || self.environment.focused {
                        self.fetch(query, false);
                    }
                }
                Waits::Sweep => {
                    self.sweep = None;
                    for query in std::mem::take(&mut self.to_sweep) {
                        let unanswered = self.unanswered.remove(&query);
                        let record = &self.queries[query];
                        if unanswered
                            && !record.gone
                            && record.fetch.is_none()
                            && self.is_active(query)
                            && !self.is_static(query)
                        {
                            self.fetch(query, true);
                        }
                    }
                    self.told.push(Told::Swept(self.now));
                }
            }
        }
    }

    pub fn deliver(&mut self, query: usize) {
        let now = self.now;
        let record = &mut self.queries[query];
        let Some(fetch) = &mut record.fetch else {
            return;
        };
        let Some(Answer { fails, .. }) = fetch.answer.take_if(|answer| answer.at <= now) else {
            return;
        };
        if !fails {
            record.fetch = None;
            record.before_fetch = None;
            record.state = Scalars {
                status: Status::Success,
                fetch_status: FetchStatus::Idle,
                has_data: true,
                invalidated: false,
                data_update_count: record.state.data_update_count + 1.0,
                data_updated_at: now,
                failure_count: 0.0,
                ..record.state
            };
            self.tell(query);
            self.make_up_for(query);
            self.ended(query);
        } else if fetch.unwanted || fetch.failures >= RETRIES {
            self.give_up(query);
        } else {
            fetch.failures += 1.0;
            fetch.phase = Phase::Sleeping;
            record.state.failure_count = fetch.failures;
            let retry = self.deadline(now + RETRY_DELAY_MS);
            self.queries[query].fetch.as_mut().unwrap().retry = retry;
            self.tell(query);
        }
    }

    pub fn run_microtasks(&mut self) {
        let list = std::mem::take(&mut self.to_continue);
        for (query, number) in &list {
            let may_go_on = self.may_go_on();
            if let Some(fetch) = self.in_phase(*query, *number, Phase::Paused) {
                fetch.phase = Phase::Continued;
                self.queries[*query].state.fetch_status = FetchStatus::Fetching;
                self.tell(*query);
            } else if let Some(fetch) = self.in_phase(*query, *number, Phase::Sleeping) {
                if may_go_on {
                    fetch.phase = Phase::Continued;
                } else {
                    self.pause(*query);
                }
            }
        }
        for (query, number) in list {
            if self.in_phase(query, number, Phase::Continued).is_some() {
                self.try_again(query);
            }
        }
    }
}
