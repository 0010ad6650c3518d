//! What callers and servers do.

use super::*;

impl Model {
    pub fn build(&mut self, key: usize) -> usize {
        if let Some(query) = self
            .queries
            .iter()
            .position(|query| query.key == key && query.indexed)
        {
            return query;
        }
        self.queries.push(ModelQuery {
            key,
            indexed: true,
            gone: false,
            state: Scalars::default(),
            before_fetch: None,
            fetch: None,
            fetches: 0,
            runs: 0,
            gc: None,
            dirty: None,
        });
        let query = self.queries.len() - 1;
        self.wait_for_gc(query);
        query
    }

    pub fn watch(&mut self, key: usize, wishes: Wishes) {
        let query = self.build(key);
        let number = self.next_watcher;
        self.next_watcher += 1;
        let last_stale = self.is_stale(query, &wishes);
        self.watchers.insert(
            number,
            Watcher {
                query,
                wishes,
                last_stale,
                stale: None,
                poll: None,
            },
        );
        self.queries[query].gc = None;
        let state = &self.queries[query].state;
        let fetches = if state.has_data {
            self.wants(query, &wishes)
        } else {
            wishes.enabled && (state.status != Status::Error || wishes.retry_on_mount)
        };
        if fetches {
            self.fetch(query, false);
        }
        self.set_timers(number);
    }

    pub fn unwatch(&mut self, number: usize, stoppable: bool) {
        let Some(Watcher { query, .. }) = self.watchers.remove(&number) else {
            return;
        };
        if self.watchers_of(query).is_empty() {
            let record = &mut self.queries[query];
            if let Some(fetch) = &mut record.fetch {
                let never_ran = fetch.phase == Phase::Paused
                    && record.state.fetch_status == FetchStatus::Paused
                    && record.state.status == Status::Pending;
                if stoppable || never_ran {
                    self.cancel(query);
                } else {
                    fetch.unwanted = true;
                }
            }
            if self.watchers_of(query).is_empty() {
                self.wait_for_gc(query);
            }
        }
        self.bury(query);
    }

    pub fn fetch(&mut self, query: usize, afresh: bool) {
        let record = &mut self.queries[query];
        let busy = record.fetch.is_some() && record.state.fetch_status != FetchStatus::Idle;
        if busy && !(record.state.has_data && afresh) {
            if let Some(fetch) = &mut record.fetch {
                fetch.unwanted = false;
            }
            return;
        }
        if busy {
            self.cancel_silently(query);
        }
        if !self.queries[query].gone {
            self.start(query);
        }
    }

    pub fn write(&mut self, query: usize) {
        let now = self.now;
        let record = &mut self.queries[query];
        record.state = Scalars {
            status: Status::Success,
            has_data: true,
            invalidated: false,
            data_update_count: record.state.data_update_count + 1.0,
            data_updated_at: now,
            ..record.state
        };
        record.before_fetch = Some(record.state);
        self.tell(query);
    }

    pub fn cancel(&mut self, query: usize) {
        let record = &mut self.queries[query];
        if record.fetch.take().is_none() {
            return;
        }
        record.state = record.before_fetch.unwrap_or(record.state);
        record.state.fetch_status = FetchStatus::Idle;
        self.tell(query);
        self.make_up_for(query);
        self.ended(query);
    }

    pub fn remove(&mut self, query: usize) {
        if self.queries[query].indexed {
            self.cancel_silently(query);
            let record = &mut self.queries[query];
            record.indexed = false;
            record.gc = None;
            self.bury(query);
        }
    }

    pub fn invalidate(&mut self, prefix: &[Part]) {
        let list = self.having(|key| key.starts_with(prefix));
        for query in &list {
            self.mark(*query);
        }
        let active = list
            .into_iter()
            .filter(|query| self.is_active(*query) && !self.is_static(*query));
        for query in active.collect::<Vec<_>>() {
            if !self.queries[query].gone {
                self.fetch(query, true);
            }
        }
    }

    pub fn operate(&mut self, said: &[Said], mode: Mode) {
        let list = self.having(|key| {
            said.iter().any(|said| match said {
                Said::Key(wanted) => key == KEYS[*wanted],
                Said::Prefix(wanted) => key.starts_with(KEYS[*wanted]),
                Said::Glob(glob) => Glob::parse(glob.as_bytes())
                    .unwrap()
                    .matches(backend_key(key).unwrap().as_bytes()),
                Said::Everything => true,
            })
        });
        if mode == Mode::Remove {
            for query in list {
                if self.queries[query].gone {
                    continue;
                }
                if self.watchers_of(query).is_empty() {
                    self.told.push(Told::Removed(self.now, query));
                    self.remove(query);
                } else {
                    self.reset(query);
                }
            }
            return;
        }
        for query in &list {
            if self.queries[*query].fetch.is_some() {
                let dirty = &mut self.queries[*query].dirty;
                *dirty = if *dirty == Some(Mode::Refetch) {
                    *dirty
                } else {
                    Some(mode)
                };
            } else if mode == Mode::Refetch {
                self.sweep_later(*query);
            }
        }
        for query in list {
            self.mark(query);
        }
    }

    pub fn wake(&mut self) {
        let list: Vec<usize> = (0..self.queries.len())
            .filter(|query| self.queries[*query].indexed)
            .filter(|query| {
                !self.watchers_of(*query).is_empty() || self.queries[*query].fetch.is_some()
            })
            .collect();
        for query in list {
            if self.queries[query].gone {
                continue;
            }
            if self
                .watchers_of(query)
                .iter()
                .any(|number| self.wants(query, &self.watchers[number].wishes))
            {
                self.fetch(query, false);
            }
            let (online, may_go_on) = (self.environment.online, self.may_go_on());
            if let Some(fetch) = &self.queries[query].fetch {
                let ready = if fetch.failures == 0.0 {
                    online
                } else {
                    may_go_on
                };
                if fetch.phase == Phase::Paused && ready {
                    self.to_continue.push((query, fetch.number));
                }
            }
        }
    }
}
