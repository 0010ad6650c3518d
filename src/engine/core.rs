//! The engine of one query cache.

use super::clock::Clock;
use super::delta::kept::Kept;
use super::departed::Departed;
use super::effect::{Action, Effect};
use super::fetch::Environment;
use super::frames::{Frame, Run, Work};
use super::memory::Memory;
use super::mutation::Mutation;
use super::observer::Observer;
use super::pending::PendingDecision;
use super::persist::{COUNTS, Persist};
use super::query::Query;
use super::random::Random;
use super::registry::Registry;
use super::rules::{Expansion, Rules};
use super::run::Run as MutationRun;
use super::schedule::Scheduled;
use super::scope::{MutationCache, Scope};
use super::slab::Slab;
use super::sources::Sources;
use super::stats::Stats;
use super::tags::Tags;
use super::timers::{TimerId, Timers};
use super::warm::Warm;

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
    pub(super) schedules: Slab<Scheduled>,
    pub(super) warms: Slab<Warm>,
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
    /// Counts what other tabs can't know, and how far it had come when something made queries old that aren't there yet.
    pub(super) tick: u32,
    pub(super) floor: u32,
    /// What values take, where somebody asked for a bound.
    /// The bodies of queries whose data was decoded.
    pub(super) kept: Kept,
    pub(super) memory: Option<Box<Memory>>,
    pub(super) memory_timer: TimerId,
    pub(super) memory_at: f64,
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
    pub(super) arena: Vec<u32>,
    gone: Vec<u32>,
    pub(super) armed_at: Option<f64>,
    /// The books of a store, where there is one.
    pub(super) persist: Option<Box<Persist>>,
    pub(super) persist_counts: [f64; COUNTS],
    pub(super) disarming: bool,
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

    /// Takes a reading of the monotonic clock (ms), before a command that sets timers; the time by it.
    pub fn read_clock(&mut self, reading: f64) -> f64 {
        self.clock.read(reading)
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
            // At once: where timers can be seen, so can their order beside those that an app sets next.
            if self.timers.has_changes() {
                return Effect::Timers;
            }
            let Some(frame) = self.frames.pop() else {
                if let Some(effect) = self.memory_effect() {
                    // What listeners do meanwhile is done before the next one.
                    self.frames.push(Frame::Boundary);
                    return effect;
                }
                return self.timer_effect().unwrap_or(Effect::Done);
            };
            let effect = match frame {
                Frame::Boundary => {
                    if self.frames.is_empty() {
                        if let Some(effect) = self.memory_effect().or_else(|| self.timer_effect()) {
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
                Frame::Sleep { query, generation } => {
                    self.sleep(query, generation);
                    None
                }
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
                Frame::Due { at, what, now } => self.meet(at, what, now),
                Frame::Tidy { slice } => self.tidy_next(slice),
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
        if let Some(persist) = &mut self.persist
            && record.indexed()
        {
            persist.note(query, &record.state);
        }
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
}
