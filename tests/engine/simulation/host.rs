//! Carries out the engine's effects as the package does, on a virtual clock.

use std::collections::{BTreeMap, VecDeque};

use ferroquery::engine::core::Engine;
use ferroquery::engine::decision::Topic;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::fetching::Meets;
use ferroquery::engine::glob::Glob;
use ferroquery::engine::observer::{Refetch, Setting};
use ferroquery::engine::pending::{Decision, Filter};
use ferroquery::engine::protocol::{Mode, Op};
use ferroquery::engine::query::{Scalars, Status};
use ferroquery::engine::select::Source;
use ferroquery::engine::watching::Leaves;
use serde_json::{Value, json};

use super::script::{
    Answer, GC_TIME_MS, KEYS, RETRIES, RETRY_DELAY_MS, Said, Told, Wishes, answer,
};
use crate::interner::{Interner, Part};

/// More effects than any command of the simulation can lead to.
const MANY: usize = 10_000;

#[derive(Debug)]
pub struct HostQuery {
    pub key: usize,
    pub slot: u32,
    pub indexed: bool,
    pub released: bool,
    runs: u32,
    pub answer: Option<Answer>,
    generation: u32,
}

#[derive(Debug)]
struct HostObserver {
    slot: u32,
    query: usize,
    wishes: Wishes,
}

#[derive(Debug)]
enum Microtask {
    Wake(usize, u32),
    Continue(usize, u32),
    Proceed(usize, u32),
    Disarm,
}

/// When it fires (ms), the order in which it was set, and its interval (ms) if it repeats.
type OwnTimer = (f64, u64, Option<f64>);

/// A page: queries and observers by number, in the order in which they came.
#[derive(Debug)]
pub struct Host {
    pub engine: Engine,
    pub now: f64,
    pub environment: Environment,
    /// When the host timer fires (ms).
    pub armed: Option<f64>,
    /// The deadlines' own timers; `None`: there is one timer for all.
    pub own: Option<BTreeMap<u32, OwnTimer>>,
    own_set: u64,
    /// Whether fake timers are there: noticed when effects are carried out next.
    pub apart: bool,
    pub told: Vec<Told>,
    pub queries: Vec<HostQuery>,
    observers: BTreeMap<usize, HostObserver>,
    next_observer: usize,
    interner: Interner,
    microtasks: VecDeque<Microtask>,
    seed: u64,
}

impl Host {
    pub fn new(seed: u64, events: bool, timers_apart: bool) -> Self {
        let mut engine = Engine::new(seed);
        engine.set_events(events);
        engine.set_timers_apart(timers_apart, 0.0);
        Self {
            engine,
            now: 0.0,
            environment: Environment {
                focused: true,
                online: true,
                server: false,
            },
            armed: None,
            own: timers_apart.then(BTreeMap::new),
            own_set: 0,
            apart: timers_apart,
            told: Vec::new(),
            queries: Vec::new(),
            observers: BTreeMap::new(),
            next_observer: 0,
            interner: Interner::default(),
            microtasks: VecDeque::new(),
            seed,
        }
    }

    // Acts

    /// The query of a key in the index, made where there is none.
    pub fn build(&mut self, key: usize) -> usize {
        if let Some(query) = self
            .queries
            .iter()
            .position(|query| query.key == key && query.indexed)
        {
            return query;
        }
        self.engine.read_clock(self.now);
        let slot = self.engine.create(Scalars::default(), 0);
        self.engine.wish_gc_time(slot, GC_TIME_MS, false, false);
        let symbols = self.interner.intern(&mut self.engine, KEYS[key]);
        let pending = self.engine.index(slot, &symbols, true, true);
        self.queries.push(HostQuery {
            key,
            slot,
            indexed: true,
            released: false,
            runs: 0,
            answer: None,
            generation: 0,
        });
        self.drain(pending);
        self.queries.len() - 1
    }

    pub fn watch(&mut self, key: usize, wishes: Wishes) {
        let query = self.build(key);
        let slot = self.queries[query].slot;
        let stale = self.decide_result(query, wishes, None);
        let updated_at = self.engine.state(slot).data_updated_at;
        let observer = self.engine.watch(slot, wishes.options(), stale, updated_at);
        let number = self.next_observer;
        self.next_observer += 1;
        self.observers.insert(
            number,
            HostObserver {
                slot: observer,
                query,
                wishes,
            },
        );
        let on_mount = Decision::OnMount {
            query: slot,
            options: wishes.options(),
            counted: true,
            now: self.now,
        };
        if self.decide(on_mount, Some(wishes)) != 0.0 {
            self.fetch(query, false);
        } else {
            self.decide_result(query, wishes, Some(observer));
        }
        if self.observers.contains_key(&number) {
            self.set_timers(number);
        }
    }

    pub fn observers(&self) -> Vec<usize> {
        self.observers.keys().copied().collect()
    }

    pub fn unwatch(&mut self, number: usize, stoppable: bool) {
        let Some(HostObserver { slot, query, .. }) = self.observers.remove(&number) else {
            return;
        };
        let leaves = self.engine.unwatch(slot, stoppable);
        if leaves == Leaves::Cancel {
            self.cancel(query);
        }
        let id = self.queries[query].slot;
        if !self.queries[query].released && self.engine.observers_of(id).is_empty() {
            self.engine.read_clock(self.now);
            self.engine.schedule_gc(id);
        }
        let pending = self.engine.timer_pending();
        self.drain(pending);
        self.release(query);
    }

    /// Fetches, or joins the fetch in flight; `afresh`: over data, a fetch in flight is cancelled for a new one.
    pub fn fetch(&mut self, query: usize, afresh: bool) {
        let slot = self.queries[query].slot;
        match self.engine.wish_fetch(slot, afresh) {
            Meets::Fetch => return,
            Meets::Outdated => self.cancel_silently(query),
            Meets::Nothing => {}
        }
        // The slot of a removed query that nobody watches goes when its fetch is cancelled.
        if self.queries[query].released {
            return;
        }
        self.queries[query].generation =
            self.engine
                .start_fetch(slot, NetworkMode::Online, false, self.environment);
        self.drain(true);
    }

    pub fn write(&mut self, query: usize) {
        let pending = self
            .engine
            .write(self.queries[query].slot, true, self.now, true);
        self.drain(pending);
    }

    /// Cancels the fetch in flight and goes back to the state before.
    pub fn cancel(&mut self, query: usize) {
        let slot = self.queries[query].slot;
        if self.engine.cancel_fetch(slot) {
            self.queries[query].answer = None;
            let pending = self.engine.revert(slot);
            self.drain(pending);
            self.ended(query);
        }
    }

    pub fn remove(&mut self, query: usize) {
        if !self.queries[query].indexed {
            return;
        }
        self.cancel_silently(query);
        self.queries[query].indexed = false;
        self.interner
            .unindex(&mut self.engine, self.queries[query].slot);
        // Its deadline has gone: without a look the host timer would keep the process alive.
        let pending = self.engine.timer_pending();
        self.drain(pending);
        self.release(query);
    }

    pub fn invalidate(&mut self, prefix: &[Part]) {
        let Some(symbols) = self.interner.look_up(prefix) else {
            return;
        };
        self.engine.select_by_key(&Source::Prefix(&symbols));
        let list = self.engine.selection().to_vec();
        let pending = self.engine.invalidate_selected(self.now);
        self.drain(pending);
        let filter = Filter {
            active: Some(true),
            ..Filter::default()
        };
        self.decide(Decision::Select { list, filter }, None);
        let pending = self.engine.refetch_selected(self.now);
        self.drain(pending);
    }

    pub fn operate(&mut self, said: &[Said], mode: Mode) {
        let json = |key: usize| -> Vec<Value> {
            KEYS[key]
                .iter()
                .map(|part| match part {
                    Part::Number(number) => json!(number),
                    part => json!(part.text()),
                })
                .collect()
        };
        let ops: Vec<Op> = said
            .iter()
            .map(|said| match said {
                Said::Key(key) => Op::Key { key: json(*key) },
                Said::Prefix(key) => Op::Prefix { key: json(*key) },
                Said::Glob(glob) => Op::Glob {
                    p: Glob::parse(glob.as_bytes()).unwrap(),
                },
                Said::Everything => Op::Unknown,
            })
            .collect();
        self.engine.read_clock(self.now);
        let pending = self
            .engine
            .apply_operations(&ops, mode, None, 0.0, self.now);
        self.drain(pending);
    }

    pub fn wake(&mut self, focus: bool) {
        let pending = self.engine.wake(focus, self.now, self.environment);
        self.drain(pending);
    }

    // Time

    /// When something happens by itself (ms): the host timer, or an answer.
    pub fn next_moment(&self) -> Option<f64> {
        let answers = self
            .queries
            .iter()
            .filter_map(|query| query.answer.map(|answer| answer.at));
        answers
            .chain(self.armed)
            .chain(self.first_own())
            .min_by(f64::total_cmp)
    }

    /// When the first of the deadlines' own timers fires (ms).
    pub fn first_own(&self) -> Option<f64> {
        let own = self.own.iter().flatten();
        own.map(|(_, (at, ..))| *at).min_by(f64::total_cmp)
    }

    /// Lets the timers fire that are due; not those that are set meanwhile.
    pub fn fire(&mut self) {
        let own = self.own.iter().flatten();
        let mut due: Vec<_> = own
            .map(|(timer, set)| (*set, *timer))
            .filter(|((at, ..), _)| *at <= self.now)
            .collect();
        due.sort_by(|(a, _), (b, _)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (set, timer) in due {
            // What is fired first may be the last that fake timers see.
            let Some(own) = self.own.as_mut() else { break };
            if own.get(&timer) == Some(&set) {
                match set {
                    // After a sleep it fires once.
                    (_, first, Some(every)) => {
                        let next = if set.0 + every > self.now {
                            set.0 + every
                        } else {
                            self.now + every
                        };
                        own.insert(timer, (next, first, Some(every)))
                    }
                    _ => own.remove(&timer),
                };
                let pending = self
                    .engine
                    .fire_one(timer, self.now, self.now, self.environment);
                self.drain(pending);
            }
        }
        if self.armed.is_some_and(|at| at <= self.now) {
            self.armed = None;
            let pending = self.engine.fire(self.now, self.now, self.environment);
            self.drain(pending);
        }
    }

    /// Delivers the answer of a query if it is there.
    pub fn deliver(&mut self, query: usize) {
        let Some(Answer { fails, .. }) = self.queries[query]
            .answer
            .take_if(|answer| answer.at <= self.now)
        else {
            return;
        };
        let HostQuery {
            slot, generation, ..
        } = self.queries[query];
        if !fails {
            let pending = self.engine.succeed(slot, generation, true, self.now);
            self.drain(pending);
            return self.ended(query);
        }
        self.engine.read_clock(self.now);
        let failed = Decision::Failed {
            query: slot,
            generation,
            retry: Setting::Constant(RETRIES),
            delay: Setting::Constant(RETRY_DELAY_MS),
            environment: self.environment,
        };
        match self.decide(failed, None) as u8 {
            0 => self.give_up(query),
            1 => {
                let pending = self.engine.announce_failure(slot, generation);
                self.drain(pending);
            }
            _ => panic!("a fetch that was answered is the one in flight"),
        }
    }

    pub fn run_microtasks(&mut self) {
        while let Some(task) = self.microtasks.pop_front() {
            match task {
                Microtask::Disarm => {
                    if self.engine.disarm() {
                        self.armed = None;
                    }
                }
                Microtask::Continue(query, generation) if !self.queries[query].released => {
                    let slot = self.queries[query].slot;
                    let pending = self.engine.continue_fetch(slot, generation);
                    self.drain(pending);
                    self.microtasks
                        .push_back(Microtask::Proceed(query, generation));
                }
                Microtask::Proceed(query, generation) if !self.queries[query].released => {
                    let pending = self.engine.proceed(self.queries[query].slot, generation);
                    self.drain(pending);
                }
                Microtask::Wake(query, generation) if !self.queries[query].released => {
                    let slot = self.queries[query].slot;
                    if self.engine.wake_fetch(slot, generation, self.environment) {
                        self.microtasks
                            .push_back(Microtask::Proceed(query, generation));
                    } else {
                        self.drain(true);
                    }
                }
                Microtask::Wake(..) | Microtask::Continue(..) | Microtask::Proceed(..) => {}
            }
        }
    }

    // Effects

    fn drain(&mut self, mut pending: bool) {
        if self.own.is_some() != self.apart {
            self.armed = None;
            self.own = self.apart.then(BTreeMap::new);
            pending |= self.engine.set_timers_apart(self.apart, self.now);
        }
        self.change_timers();
        if !pending {
            return;
        }
        for _ in 0..MANY {
            match self.engine.next() {
                Effect::Done => return,
                effect => self.carry_out(effect),
            }
        }
        panic!("`next` does not come to `Done`");
    }

    /// Sets and clears the deadlines' own timers: with the next effects, or here before they are counted.
    pub fn change_timers(&mut self) {
        if self.own.is_none() {
            return;
        }
        for change in self.engine.timer_changes() {
            let own = self.own.as_mut().expect("they are apart");
            self.own_set += 1;
            let every = change.at.filter(|_| change.repeats);
            match change.at {
                Some(delay) => {
                    let at = self.now + delay;
                    own.insert(change.timer, (at, self.own_set, every))
                }
                None => own.remove(&change.timer),
            };
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Done => {}
            Effect::Freeze(..) | Effect::Evict(..) => unreachable!("nobody asked for a bound"),
            Effect::Notify(observer) => self.notify(observer),
            Effect::Event(query, _) => {
                self.query(query);
            }
            Effect::Fetch(query) => self.fetch(self.query(query), true),
            Effect::Wake(observer) | Effect::Poll(observer) => {
                let number = self
                    .observer(observer)
                    .expect("only who watches wakes up or polls");
                self.fetch(self.observers[&number].query, false);
            }
            Effect::Stale(observer) => {
                let number = self
                    .observer(observer)
                    .expect("only who watches waits for staleness");
                let HostObserver { query, wishes, .. } = self.observers[&number];
                self.decide_result(query, wishes, Some(observer));
            }
            Effect::Begin(query) => {
                let query = self.query(query);
                self.queries[query].answer = None;
            }
            Effect::Run(query, _) => {
                let query = self.query(query);
                self.told.push(Told::Run(self.now, query));
                let record = &mut self.queries[query];
                record.answer = Some(answer(self.seed, query, record.runs, self.now));
                record.runs += 1;
            }
            Effect::Reject(query, _) => self.give_up(self.query(query)),
            Effect::Wakened(query, generation) => {
                let query = self.query(query);
                self.microtasks
                    .push_back(Microtask::Wake(query, generation));
            }
            Effect::Continue(query) => {
                let query = self.query(query);
                self.microtasks
                    .push_back(Microtask::Continue(query, self.queries[query].generation));
            }
            Effect::Remove(query) => {
                let query = self.query(query);
                self.told.push(Told::Removed(self.now, query));
                self.remove(query);
            }
            Effect::Release(query) => self.release(self.query(query)),
            Effect::Reset(query) => {
                let query = self.query(query);
                self.cancel_silently(query);
                let pending =
                    self.engine
                        .set_state(self.queries[query].slot, Scalars::default(), false);
                self.drain(pending);
                if !self.queries[query].released
                    && self.decide(Decision::Active(self.queries[query].slot), None) != 0.0
                {
                    self.fetch(query, true);
                }
            }
            Effect::Ask(topic, observer) => {
                let number = self.observer(observer).expect("only who watches is asked");
                let answer = say(self.observers[&number].wishes, topic);
                self.engine.reply(answer);
            }
            Effect::Arm(delay) => self.armed = Some(self.now + delay),
            Effect::Timers => self.change_timers(),
            Effect::Disarm => self.microtasks.push_back(Microtask::Disarm),
            Effect::Swept => self.told.push(Told::Swept(self.now)),
            Effect::CollectMutation(_) | Effect::WakeRun(_) | Effect::Scheduled(_) => {
                unreachable!("there are no mutations or schedules here")
            }
            Effect::Save => unreachable!("there is no store here"),
        }
    }

    fn notify(&mut self, observer: u32) {
        // It may have left while others were told.
        let Some(number) = self.observer(observer) else {
            return;
        };
        let HostObserver { query, wishes, .. } = self.observers[&number];
        self.decide_result(query, wishes, Some(observer));
        self.set_timers(number);
        if wishes.leaves && self.engine.state(self.queries[query].slot).status == Status::Success {
            self.unwatch(number, false);
        }
    }

    fn decide_result(&mut self, query: usize, wishes: Wishes, observer: Option<u32>) -> bool {
        let result = Decision::Result {
            query: self.queries[query].slot,
            options: wishes.options(),
            observer,
            data_count: 0.0,
            error_count: 0.0,
            now: self.now,
        };
        self.decide(result, Some(wishes)) as u32 & 1 != 0
    }

    fn set_timers(&mut self, number: usize) {
        let HostObserver { slot, wishes, .. } = self.observers[&number];
        self.engine.read_clock(self.now);
        let timers = Decision::Timers {
            observer: slot,
            now: self.now,
            server: false,
        };
        let pending = self.decide(timers, Some(wishes)) != 0.0;
        self.drain(pending);
    }

    /// Brings a decision to its end; `wishes`: those of the caller's options.
    fn decide(&mut self, decision: Decision, wishes: Option<Wishes>) -> f64 {
        let mut verdict = self.engine.decide(decision);
        while verdict < 0.0 {
            let question = (-verdict - 1.0) as u32;
            let wishes = wishes.unwrap_or_else(|| {
                let number = self
                    .observer(question / 16)
                    .expect("only who watches is asked");
                self.observers[&number].wishes
            });
            verdict = self.engine.answer(say(wishes, question % 16));
        }
        verdict
    }

    fn give_up(&mut self, query: usize) {
        self.queries[query].answer = None;
        let HostQuery {
            slot, generation, ..
        } = self.queries[query];
        let pending = self.engine.fail(slot, generation, false, self.now);
        self.drain(pending);
        self.ended(query);
    }

    fn cancel_silently(&mut self, query: usize) {
        if self.engine.cancel_fetch(self.queries[query].slot) {
            self.queries[query].answer = None;
            self.ended(query);
        }
    }

    fn ended(&mut self, query: usize) {
        if self.queries[query].released {
            return;
        }
        self.engine.read_clock(self.now);
        let pending = self.engine.fetch_ended(self.queries[query].slot);
        self.drain(pending);
        self.release(query);
    }

    fn release(&mut self, query: usize) {
        let record = &mut self.queries[query];
        if !record.released && self.engine.is_unused(record.slot) {
            record.released = self.engine.release(record.slot);
            assert!(record.released);
        }
    }

    fn query(&self, slot: u32) -> usize {
        let known = self
            .queries
            .iter()
            .position(|query| query.slot == slot && !query.released);
        known.expect("no effect for a query whose slot is free")
    }

    fn observer(&self, slot: u32) -> Option<usize> {
        let known = self
            .observers
            .iter()
            .find(|(_, observer)| observer.slot == slot);
        known.map(|(number, _)| *number)
    }
}

/// What the functions of an observer say.
fn say(wishes: Wishes, topic: u32) -> f64 {
    let refetch = match wishes.refetch {
        Refetch::No => 0.0,
        Refetch::IfStale => 1.0,
        Refetch::Always => 2.0,
    };
    match topic {
        topic if topic == Topic::Enabled as u32 => f64::from(wishes.enabled),
        topic if topic == Topic::StaleTime as u32 => wishes.stale_time,
        topic if topic == Topic::RetryOnMount as u32 => f64::from(wishes.retry_on_mount),
        topic if topic == Topic::Interval as u32 => wishes.interval,
        topic if topic <= Topic::OnReconnect as u32 => refetch,
        topic => panic!("nothing here has options before: topic {topic}"),
    }
}
