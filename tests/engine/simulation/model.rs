//! The same rules, as plainly as they can be written: lists, linear scans, plain recursion.

use std::collections::{BTreeMap, BTreeSet};

use ferroquery::engine::fetch::Environment;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::observer::Refetch;
use ferroquery::engine::protocol::Mode;
use ferroquery::engine::query::{FetchStatus, STATIC, Scalars, Status};

use super::script::{
    Answer, GC_TIME_MS, KEYS, RETRIES, RETRY_DELAY_MS, Said, Told, Wishes, answer,
};
use crate::interner::{Part, backend_key};

/// (moment in ms, order in which deadlines were set)
type Deadline = Option<(f64, u64)>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Running,
    Sleeping,
    Paused,
    Continued,
}

#[derive(Debug)]
struct Fetch {
    number: u32,
    phase: Phase,
    failures: f64,
    unwanted: bool,
    retry: Deadline,
    answer: Option<Answer>,
}

#[derive(Debug)]
pub struct ModelQuery {
    key: usize,
    pub indexed: bool,
    /// Neither indexed nor watched nor in flight: it is gone.
    pub gone: bool,
    pub state: Scalars,
    before_fetch: Option<Scalars>,
    fetch: Option<Fetch>,
    fetches: u32,
    runs: u32,
    gc: Deadline,
    dirty: Option<Mode>,
}

#[derive(Debug)]
struct Watcher {
    query: usize,
    wishes: Wishes,
    last_stale: bool,
    stale: Deadline,
    poll: Deadline,
}

#[derive(Debug)]
pub struct Model {
    pub now: f64,
    pub environment: Environment,
    pub told: Vec<Told>,
    pub queries: Vec<ModelQuery>,
    watchers: BTreeMap<usize, Watcher>,
    next_watcher: usize,
    order: u64,
    sweep: Deadline,
    to_sweep: Vec<usize>,
    /// Those in it that no fetch has begun for since.
    unanswered: BTreeSet<usize>,
    to_continue: Vec<(usize, u32)>,
    seed: u64,
}

/// Who waits for a deadline.
#[derive(Debug)]
enum Waits {
    Gc(usize),
    Retry(usize),
    Stale(usize),
    Poll(usize),
    Sweep,
}

impl Model {
    pub fn new(seed: u64) -> Self {
        Self {
            now: 0.0,
            environment: Environment {
                focused: true,
                online: true,
                server: false,
            },
            told: Vec::new(),
            queries: Vec::new(),
            watchers: BTreeMap::new(),
            next_watcher: 0,
            order: 0,
            sweep: None,
            to_sweep: Vec::new(),
            unanswered: BTreeSet::new(),
            to_continue: Vec::new(),
            seed,
        }
    }

    // Acts

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

    // Time

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

    // Rules

    fn start(&mut self, query: usize) {
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

    fn run(&mut self, query: usize) {
        self.told.push(Told::Run(self.now, query));
        let record = &mut self.queries[query];
        let fetch = record.fetch.as_mut().unwrap();
        fetch.phase = Phase::Running;
        fetch.answer = Some(answer(self.seed, query, record.runs, self.now));
        record.runs += 1;
    }

    fn try_again(&mut self, query: usize) {
        let fetch = self.queries[query].fetch.as_ref().unwrap();
        if fetch.unwanted && fetch.failures > 0.0 {
            self.give_up(query);
        } else {
            self.run(query);
        }
    }

    fn in_phase(&mut self, query: usize, number: u32, phase: Phase) -> Option<&mut Fetch> {
        let fetch = self.queries[query].fetch.as_mut();
        fetch.filter(|fetch| fetch.number == number && fetch.phase == phase)
    }

    fn pause(&mut self, query: usize) {
        let record = &mut self.queries[query];
        record.fetch.as_mut().unwrap().phase = Phase::Paused;
        record.state.fetch_status = FetchStatus::Paused;
        self.tell(query);
    }

    fn give_up(&mut self, query: usize) {
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

    fn reset(&mut self, query: usize) {
        self.cancel_silently(query);
        self.queries[query].state = Scalars::default();
        self.tell(query);
        if !self.queries[query].gone && self.is_active(query) {
            self.fetch(query, true);
        }
    }

    fn cancel_silently(&mut self, query: usize) {
        if self.queries[query].fetch.take().is_some() {
            self.ended(query);
        }
    }

    fn ended(&mut self, query: usize) {
        if !self.queries[query].gone {
            self.wait_for_gc(query);
            self.bury(query);
        }
    }

    /// What hit the query while it was in flight takes effect.
    fn make_up_for(&mut self, query: usize) {
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

    fn mark(&mut self, query: usize) {
        if !self.queries[query].gone && !self.queries[query].state.invalidated {
            self.queries[query].state.invalidated = true;
            self.tell(query);
        }
    }

    fn sweep_later(&mut self, query: usize) {
        if !self.watchers_of(query).is_empty() && self.unanswered.insert(query) {
            self.to_sweep.push(query);
            if self.sweep.is_none() {
                self.sweep = self.deadline(self.now);
            }
        }
    }

    /// Tells all who watch at this moment, also if one of them leaves meanwhile.
    fn tell(&mut self, query: usize) {
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

    fn set_timers(&mut self, number: usize) {
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

    fn wait_for_gc(&mut self, query: usize) {
        let collected = self.queries[query].indexed && self.watchers_of(query).is_empty();
        self.queries[query].gc = if collected {
            self.deadline(self.now + GC_TIME_MS)
        } else {
            None
        };
    }

    fn bury(&mut self, query: usize) {
        let watched = !self.watchers_of(query).is_empty();
        let record = &mut self.queries[query];
        record.gone = record.gone || !(record.indexed || watched || record.fetch.is_some());
    }

    fn deadline(&mut self, at: f64) -> Deadline {
        self.order += 1;
        Some((at, self.order))
    }

    fn waiting(&self) -> Vec<((f64, u64), Waits)> {
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

    fn may_go_on(&self) -> bool {
        self.environment.focused && self.environment.online
    }

    /// Indexed queries by key, in insertion order.
    fn having(&self, says: impl Fn(&[Part]) -> bool) -> Vec<usize> {
        let all = self.queries.iter().enumerate();
        all.filter(|(_, query)| query.indexed && says(KEYS[query.key]))
            .map(|(number, _)| number)
            .collect()
    }

    fn watchers_of(&self, query: usize) -> Vec<usize> {
        self.watchers
            .iter()
            .filter(|(_, watcher)| watcher.query == query)
            .map(|(number, _)| *number)
            .collect()
    }

    fn is_active(&self, query: usize) -> bool {
        self.watchers
            .values()
            .any(|watcher| watcher.query == query && watcher.wishes.enabled)
    }

    fn is_static(&self, query: usize) -> bool {
        self.queries[query].state.has_data
            && self
                .watchers
                .values()
                .any(|watcher| watcher.query == query && watcher.wishes.stale_time == STATIC)
    }

    fn is_stale(&self, query: usize, wishes: &Wishes) -> bool {
        let state = &self.queries[query].state;
        if !wishes.enabled || !state.has_data {
            return wishes.enabled;
        }
        let old = self.now >= state.data_updated_at + wishes.stale_time;
        wishes.stale_time != STATIC && (state.invalidated || old)
    }

    /// Whether mount (over data), focus or reconnect make an observer fetch.
    fn wants(&self, query: usize, wishes: &Wishes) -> bool {
        wishes.enabled
            && wishes.stale_time != STATIC
            && match wishes.refetch {
                Refetch::No => false,
                Refetch::Always => true,
                Refetch::IfStale => self.is_stale(query, wishes),
            }
    }
}
