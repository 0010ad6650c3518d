//! The engine of one query cache.

use super::clock::{Clock, SAME_MOMENT_MS};
use super::decision::{Answers, Question, any_observer, is_active, is_disabled, is_static};
use super::effect::{Action, Effect};
use super::fetch::{Environment, Fetch, NetworkMode, Phase};
use super::frames::{Frame, Run, Work};
use super::mutation::Mutation;
use super::observer::Observer;
use super::pending::PendingDecision;
use super::query::{FetchStatus, Query};
use super::random::Random;
use super::registry::Registry;
use super::rules::{Expansion, Rules};
use super::run::Run as MutationRun;
use super::scope::{MutationCache, Scope};
use super::slab::Slab;
use super::sources::Sources;
use super::stats::Stats;
use super::tags::Tags;
use super::timers::{Deadline, TimerId, Timers};
use super::watching::Departed;

/// The longest delay that hosts take for a timer (ms): more overflows a signed 32-bit number and fires at once.
const LONGEST_DELAY_MS: f64 = 2_147_483_647.0;

/// The engine: everything that one query cache, and the mutations beside it, decide.
///
/// It has no clock, no timers and no randomness, and never calls out. Times come in as arguments: `now` is `Date.now()` and
/// decides staleness, `reading` is the monotonic clock and decides deadlines, both in ms.
///
/// **Getters** (`load`, `find`, `stats` …) change nothing that can be seen.
/// **Commands** (`succeed`, `invalidate_selected`, `observe` …) change state at once and leave frames behind; they tell whether
/// there is something to drain.
/// **`next`** hands out one effect after another until `Effect::Done`. A command issued while an effect is carried out is
/// drained to its own `Done` first. **`reply`** answers `Effect::Ask`.
/// **Decisions** (`decide`) come to a number or a question; `answer` goes on with the last one.
///
/// Drain order: command, then `next` until `Done`, then the next command. Values that belong to a transition are stored
/// between the command and the first `next`.
#[derive(Debug, Default)]
pub struct Engine {
    pub(super) queries: Slab<Query>,
    pub(super) observers: Slab<Observer>,
    pub(super) mutations: Slab<Mutation>,
    /// Executions of mutations that haven't settled.
    pub(super) runs: Slab<MutationRun>,
    pub(super) mutation_caches: Slab<MutationCache>,
    pub(super) scopes: Slab<Scope>,
    pub(super) registry: Registry,
    pub(super) tags: Tags,
    pub(super) timers: Timers,
    pub(super) clock: Clock,
    /// What the managers said when they were last looked at.
    pub(super) environment: Environment,
    pub(super) rules: Rules,
    /// Kept for its memory.
    pub(super) expansion: Expansion,
    pub(super) random: Random,
    pub(super) stats: Stats,
    pub(super) sources: Sources,
    pub(super) sequence: u64,
    /// Queries with observers.
    pub(super) watched: Vec<u32>,
    /// Queries with a fetch that hasn't settled.
    pub(super) in_flight: u32,
    /// What the next sweep fetches.
    pub(super) sweep: Vec<u32>,
    pub(super) sweep_timer: TimerId,
    pub(super) sweep_at: f64,
    /// The last selection, in insertion order.
    pub(super) selection: Vec<u32>,
    /// Symbols freed by the last removal.
    pub(super) freed: Vec<u32>,
    /// Whether somebody listens to the cache.
    pub(super) events: bool,
    /// Observers between two queries.
    pub(super) departed: Vec<Departed>,
    pub(super) frames: Vec<Frame>,
    pub(super) decisions: Vec<PendingDecision>,
    arena: Vec<u32>,
    gone: Vec<u32>,
    armed_at: Option<f64>,
    disarming: bool,
}

impl Engine {
    /// An engine whose random numbers grow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            ..Self::default()
        }
    }

    /// A symbol for a new key part; `scalar` tells that `text` says all of it.
    pub fn intern(&mut self, text: &[u8], scalar: bool) -> u32 {
        self.registry.symbols.intern(text, scalar)
    }

    /// Takes a reading of the monotonic clock (ms), before a command that sets timers.
    pub fn read_clock(&mut self, reading: f64) {
        self.clock.read(reading);
    }

    /// Number of queries in the index.
    pub fn query_count(&self) -> usize {
        self.queries
            .iter()
            .filter(|(_, query)| query.indexed())
            .count()
    }

    /// Number of distinct key parts, `null` among them.
    pub fn symbol_count(&self) -> usize {
        self.registry.symbols.len()
    }

    /// What the cache did.
    pub const fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Whether operations wait for their sweep.
    pub fn sweeps(&self) -> bool {
        !self.sweep.is_empty()
    }

    /// Whether listeners of the cache want events.
    pub fn set_events(&mut self, wanted: bool) {
        self.events = wanted;
    }

    /// What the page's managers say now. Commands say it too; this is for what follows a callback of the user.
    pub fn look(&mut self, environment: Environment) {
        self.environment = environment;
    }

    /// The host timer has fired at `reading` (ms).
    pub fn fire(&mut self, reading: f64, now: f64, environment: Environment) -> bool {
        self.clock.read(reading);
        if let Some(armed_at) = self.armed_at.take() {
            self.clock.prove(armed_at);
        }
        self.environment = environment;
        self.timers.turn(Some(self.clock.now()));
        self.command(|engine| engine.frames.push(Frame::Fire { now }))
    }

    /// Tells, in the microtask that `Effect::Disarm` asked for, whether the host timer should be cleared.
    pub fn disarm(&mut self) -> bool {
        self.disarming = false;
        let idle = self.timers.is_empty() && self.armed_at.is_some();
        if idle {
            self.armed_at = None;
        }
        idle
    }

    /// Whether the host timer is to be set anew, and no outer command will see to it.
    pub fn timer_pending(&self) -> bool {
        self.frames.is_empty() && (self.wants_arm().is_some() || self.wants_disarm())
    }

    /// A callback has thrown: drops what is left to be told and marked in the current command. Fetches still begin, and due
    /// deadlines are still handled.
    pub fn abandon(&mut self) {
        let boundary = self
            .frames
            .iter()
            .rposition(|frame| matches!(frame, Frame::Boundary))
            .unwrap_or(0);
        let kept: Vec<Frame> = self
            .frames
            .drain(boundary..)
            .filter(|frame| !frame.is_telling())
            .collect();
        self.frames.extend(kept);
    }

    /// The next effect of the command on top.
    #[allow(
        clippy::should_implement_trait,
        reason = "it has no end: commands give it more to say"
    )]
    pub fn next(&mut self) -> Effect {
        loop {
            let Some(frame) = self.frames.pop() else {
                return self.timer_effect().unwrap_or(Effect::Done);
            };
            let effect = match frame {
                Frame::Boundary => {
                    if self.frames.is_empty() {
                        if let Some(effect) = self.timer_effect() {
                            self.frames.push(Frame::Boundary);
                            return effect;
                        }
                        self.forget_gone();
                        self.arena.clear();
                    }
                    return Effect::Done;
                }
                Frame::Announce {
                    observers,
                    query,
                    action,
                } => self.announce_next(observers, query, action),
                Frame::Begin {
                    query,
                    generation,
                    network,
                } => self.begin(query, generation, network),
                Frame::Start { query, generation } => self.start(query, generation),
                Frame::Proceed { query, generation } => self.proceed_now(query, generation),
                Frame::Settled { query } => {
                    self.settled(query);
                    None
                }
                Frame::Each {
                    work,
                    run,
                    now,
                    answers,
                } => self.each_next(work, run, now, answers),
                Frame::Fire { now } => self.fire_next(now),
                Frame::Swept => Some(Effect::Swept),
            };
            if let Some(effect) = effect {
                return effect;
            }
        }
    }

    /// The answer to `Effect::Ask`.
    pub fn reply(&mut self, answer: f64) {
        if let Some(Frame::Each { answers, .. }) = self.frames.last_mut() {
            answers.push(answer);
        }
    }

    /// Pushes what `push` leaves to do under a boundary; tells whether anything is to be drained.
    pub(super) fn command(&mut self, push: impl FnOnce(&mut Self)) -> bool {
        let depth = self.frames.len();
        self.frames.push(Frame::Boundary);
        push(self);
        if self.frames.len() > depth + 1 {
            return true;
        }
        self.frames.pop();
        self.timer_pending()
    }

    /// Leaves a transition to be told.
    pub(super) fn announce(&mut self, query: u32, action: Action) {
        let record = &mut self.queries[query];
        record.version = record.version.wrapping_add(1);
        if record.observers.is_empty() && !self.events {
            return;
        }
        let start = self.arena.len();
        self.arena.extend_from_slice(&self.queries[query].observers);
        let observers = Run {
            start,
            at: start,
            end: self.arena.len(),
        };
        self.frames.push(Frame::Announce {
            observers,
            query,
            action,
        });
    }

    /// Leaves `work` to be done on each query of `list`.
    pub(super) fn each(&mut self, work: Work, list: &[u32], now: f64) {
        let start = self.arena.len();
        self.arena.extend_from_slice(list);
        let run = Run {
            start,
            at: start,
            end: self.arena.len(),
        };
        self.frames.push(Frame::Each {
            work,
            run,
            now,
            answers: Vec::new(),
        });
    }

    /// Keeps an observer's slot until no running notification can reach it.
    pub(super) fn forget_observer(&mut self, observer: u32) {
        self.observers[observer].gone = true;
        self.gone.push(observer);
        if self.frames.is_empty() {
            self.forget_gone();
        }
    }

    /// An effect that frees the slot of a query that nothing needs, once.
    pub(super) fn release_if_unused(&self, query: u32) -> Option<Effect> {
        let record = self.queries.get(query)?;
        (!record.indexed() && record.observers.is_empty() && !record.in_flight())
            .then_some(Effect::Release(query))
    }

    /// Where the next run starts.
    pub(super) fn arena_len(&self) -> usize {
        self.arena.len()
    }

    fn forget_gone(&mut self) {
        while let Some(observer) = self.gone.pop() {
            self.observers.remove(observer);
        }
    }

    fn announce_next(&mut self, observers: Run, query: u32, action: Action) -> Option<Effect> {
        if observers.at < observers.end {
            let observer = self.arena[observers.at];
            let observers = Run {
                at: observers.at + 1,
                ..observers
            };
            self.frames.push(Frame::Announce {
                observers,
                query,
                action,
            });
            return Some(Effect::Notify(observer));
        }
        self.arena.truncate(observers.start);
        (self.events && self.queries.get(query).is_some()).then_some(Effect::Event(query, action))
    }

    fn begin(&mut self, query: u32, generation: u32, network: NetworkMode) -> Option<Effect> {
        let record = self.queries.get_mut(query)?;
        let before = record
            .fetch
            .replace(Box::new(Fetch::new(generation, network)));
        record.strays.extend(before.map(|fetch| *fetch));
        record.answered = false;
        self.in_flight += 1;
        self.frames.push(Frame::Start { query, generation });
        Some(Effect::Begin(query))
    }

    fn start(&mut self, query: u32, generation: u32) -> Option<Effect> {
        let record = self.queries.get_mut(query)?;
        let fetch = record.fetch_of_mut(generation)?;
        if fetch.network.can_start(self.environment) {
            return Some(Effect::Run(query, generation));
        }
        fetch.phase = Phase::Paused;
        record.state.fetch_status = FetchStatus::Paused;
        self.announce(query, Action::Pause);
        None
    }

    fn proceed_now(&mut self, query: u32, generation: u32) -> Option<Effect> {
        let record = self.queries.get_mut(query)?;
        let fetch = record
            .fetch_of_mut(generation)
            .filter(|fetch| fetch.phase == Phase::Continued)?;
        if fetch.retry_cancelled && fetch.failures > 0.0 {
            return Some(Effect::Reject(query, generation));
        }
        fetch.phase = Phase::Running;
        Some(Effect::Run(query, generation))
    }

    fn each_next(
        &mut self,
        work: Work,
        mut run: Run,
        now: f64,
        mut answers: Vec<f64>,
    ) -> Option<Effect> {
        if run.at == run.end {
            if let Work::ChooseRefetch { kept } = work {
                run = Run {
                    at: run.start,
                    end: kept,
                    ..run
                };
                self.frames.push(Frame::Each {
                    work: Work::Refetch,
                    run,
                    now,
                    answers,
                });
            } else {
                self.arena.truncate(run.start);
            }
            return None;
        }
        let query = self.arena[run.at];
        let verdict = self.work_on(query, work, now, &answers);
        let (again, step) = match verdict {
            Err(question) => {
                self.frames.push(Frame::Each {
                    work,
                    run,
                    now,
                    answers,
                });
                return Some(Effect::Ask(
                    question.topic as u32,
                    question.observer.unwrap_or(0),
                ));
            }
            Ok(done) => done,
        };
        answers.clear();
        let mut next = work;
        match (work, again) {
            (Work::Wake { focus }, _) => next = Work::Resume { focus },
            (Work::Resume { focus }, _) => {
                next = Work::Wake { focus };
                run.at += 1;
            }
            (Work::ChooseRefetch { kept }, true) => {
                self.arena[kept] = query;
                next = Work::ChooseRefetch { kept: kept + 1 };
                run.at += 1;
            }
            _ => run.at += 1,
        }
        self.frames.push(Frame::Each {
            work: next,
            run,
            now,
            answers,
        });
        match step {
            Some(Step::Effect(effect)) => Some(effect),
            Some(Step::Announce(action)) => {
                self.announce(query, action);
                None
            }
            None => None,
        }
    }

    /// What one kind of work means for one query; the flag says that `ChooseRefetch` keeps it.
    fn work_on(
        &mut self,
        id: u32,
        work: Work,
        now: f64,
        answers: &[f64],
    ) -> Result<(bool, Option<Step>), Question> {
        let Some(query) = self.queries.get_mut(id) else {
            return Ok((false, None));
        };
        let answers = &mut Answers::new(answers);
        Ok(match work {
            Work::Invalidate => {
                if query.state.invalidated {
                    return Ok((false, None));
                }
                query.state.invalidated = true;
                self.stats.of(query.prefix).invalidations += 1;
                (false, Some(Step::Announce(Action::Invalidate)))
            }
            Work::ChooseRefetch { .. } => {
                let query = &self.queries[id];
                let wanted = !is_disabled(query, query.skipped, &self.observers, answers)?
                    && !is_static(query, &self.observers, answers)?;
                (wanted, None)
            }
            Work::Refetch => (false, Some(Step::Effect(Effect::Fetch(id)))),
            Work::Wake { focus } => {
                let query = &self.queries[id];
                let observer = any_observer(query, &self.observers, answers, |asker| {
                    if focus {
                        asker.on_focus(query, now)
                    } else {
                        asker.on_reconnect(query, now)
                    }
                })?;
                (
                    false,
                    observer.map(|observer| Step::Effect(Effect::Wake(observer))),
                )
            }
            Work::Resume { .. } => {
                let resumes = query.fetch.as_ref().is_some_and(|fetch| {
                    fetch.phase == Phase::Paused && fetch.can_continue(self.environment)
                });
                (false, resumes.then_some(Step::Effect(Effect::Continue(id))))
            }
            Work::Sweep => {
                // A fetch that has begun since is younger than the operation and answers it.
                let waits = query.in_sweep && !query.in_flight();
                let query = &self.queries[id];
                let wanted = waits
                    && !query.observers.is_empty()
                    && is_active(query, &self.observers, answers)?
                    && !is_static(query, &self.observers, answers)?;
                self.queries[id].in_sweep = false;
                (false, wanted.then_some(Step::Effect(Effect::Fetch(id))))
            }
            Work::Drop => {
                let watched = !query.observers.is_empty();
                (
                    false,
                    Some(Step::Effect(if watched {
                        Effect::Reset(id)
                    } else {
                        Effect::Remove(id)
                    })),
                )
            }
        })
    }

    fn fire_next(&mut self, now: f64) -> Option<Effect> {
        let Some((at, what)) = self.timers.pop_due(self.clock.now()) else {
            self.timers.turn(None);
            return None;
        };
        self.frames.push(Frame::Fire { now });
        match what {
            Deadline::Gc(query) => {
                let record = &mut self.queries[query];
                record.gc = TimerId::NONE;
                let over =
                    record.observers.is_empty() && record.state.fetch_status == FetchStatus::Idle;
                (over && record.indexed()).then_some(Effect::Remove(query))
            }
            Deadline::Retry(query, generation) => {
                let fetch = self.queries[query].fetch_of_mut(generation)?;
                fetch.sleep = TimerId::NONE;
                Some(Effect::Wakened(query, generation))
            }
            Deadline::Stale(id) => {
                // None where a listener has thrown while it was between two queries.
                let observer = self.observers.get_mut(id)?;
                observer.stale_timer = TimerId::NONE;
                (!observer.last_stale).then_some(Effect::Stale(id))
            }
            Deadline::Interval(id) => {
                let observer = self.observers.get_mut(id)?;
                // After a sleep it polls once, not once for each interval that passed.
                let next = if at + observer.interval > self.clock.now() {
                    at
                } else {
                    self.clock.now()
                };
                observer.interval_timer = self
                    .timers
                    .set_again(next + observer.interval, Deadline::Interval(id));
                let polls = observer.options.interval_in_background || self.environment.focused;
                polls.then_some(Effect::Poll(id))
            }
            Deadline::MutationGc(id) => self.collect_mutation(id, at),
            Deadline::RunRetry(id) => {
                self.runs[id].fetch.sleep = TimerId::NONE;
                Some(Effect::WakeRun(id))
            }
            Deadline::Sweep => {
                self.sweep_timer = TimerId::NONE;
                self.frames.push(Frame::Swept);
                let list = std::mem::take(&mut self.sweep);
                self.each(Work::Sweep, &list, now);
                None
            }
        }
    }

    fn wants_arm(&self) -> Option<f64> {
        let next = self.timers.next()?;
        self.armed_at
            .is_none_or(|armed| next < armed - SAME_MOMENT_MS)
            .then_some(next)
    }

    fn wants_disarm(&self) -> bool {
        self.armed_at.is_some() && !self.disarming && self.timers.is_empty()
    }

    fn timer_effect(&mut self) -> Option<Effect> {
        if let Some(next) = self.wants_arm() {
            let delay = (next - self.clock.now() - SAME_MOMENT_MS)
                .ceil()
                .clamp(0.0, LONGEST_DELAY_MS);
            self.armed_at = Some(if delay == LONGEST_DELAY_MS {
                self.clock.now() + delay
            } else {
                next
            });
            return Some(Effect::Arm(delay));
        }
        if self.wants_disarm() {
            self.disarming = true;
            return Some(Effect::Disarm);
        }
        None
    }
}

enum Step {
    Effect(Effect),
    Announce(Action),
}
