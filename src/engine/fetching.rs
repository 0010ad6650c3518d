//! Commands of a fetch, from the wish to its end.

use super::core::Engine;
use super::effect::{Action, Effect};
use super::fetch::{Environment, Fetch, NetworkMode, Phase};
use super::frames::Frame;
use super::query::{Dirty, FetchStatus};
use super::timers::Deadline;

/// What a wish to fetch meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Meets {
    /// No fetch: start one.
    Nothing = 0,
    /// A fetch in flight: join it.
    Fetch = 1,
    /// A fetch in flight over data, and the caller wants a new one: cancel it silently, start one.
    Outdated = 2,
}

impl Engine {
    /// Somebody wants the query fetched. Joining revives retries that had been cancelled.
    pub fn wish_fetch(&mut self, id: u32, cancel_refetch: bool) -> Meets {
        let query = &mut self.queries[id];
        let idle = query.state.fetch_status == FetchStatus::Idle;
        let counts = |fetch: &Fetch| fetch.phase != Phase::GivenUp;
        if idle || !(query.answered || query.fetch.as_deref().is_some_and(counts)) {
            return Meets::Nothing;
        }
        if query.state.has_data && cancel_refetch {
            return Meets::Outdated;
        }
        if let Some(fetch) = &mut query.fetch {
            fetch.retry_cancelled = false;
        }
        self.stats.of(query.prefix).dedupes += 1;
        Meets::Fetch
    }

    /// Whether the data is too old for a caller of `fetchQuery`, or it wants none of it; counts a hit or a miss. `stale_time`
    /// and `now` in ms.
    pub fn needs_fetch(&mut self, id: u32, skips_cache: bool, stale_time: f64, now: f64) -> bool {
        let query = &self.queries[id];
        let needed = skips_cache || query.is_stale_by_time(stale_time, false, now);
        let counters = self.stats.of(query.prefix);
        if needed {
            counters.misses += 1;
        } else {
            counters.hits += 1;
        }
        needed
    }

    /// Whether nothing fetches the query, or waits to.
    pub fn is_idle(&self, id: u32) -> bool {
        self.queries[id].state.fetch_status == FetchStatus::Idle
    }

    /// Starts a fetch; its generation. `announced`: a fetch with the same meta is announced already.
    pub fn start_fetch(
        &mut self,
        id: u32,
        network: NetworkMode,
        announced: bool,
        environment: Environment,
    ) -> u32 {
        self.environment = environment;
        self.expect_nothing(id);
        let query = &mut self.queries[id];
        query.generation = query.generation.wrapping_add(1);
        query.revert = Some(Box::new(query.state));
        query.dirty = Dirty::No;
        query.in_sweep = false;
        query.signed_out = false;
        let generation = query.generation;
        self.stats.of(query.prefix).fetches += 1;
        if !announced {
            query.state.fetch(network.can_start(environment));
        }
        self.command(|engine| {
            engine.frames.push(Frame::Begin {
                query: id,
                generation,
                network,
            });
            if !announced {
                engine.announce(id, Action::Callers);
            }
        });
        generation
    }

    /// A try has failed and another one is due: tells of it (the caller's action), and then lets the fetch sleep. In this order:
    /// what listeners put off by a timer of their own comes before a try that is due as soon.
    pub fn announce_failure(&mut self, id: u32, generation: u32) -> bool {
        self.command(|engine| {
            engine.frames.push(Frame::Sleep {
                query: id,
                generation,
            });
            engine.announce(id, Action::Callers);
        })
    }

    /// Sets the time of the next try, unless a listener has ended the fetch.
    pub(super) fn sleep(&mut self, id: u32, generation: u32) {
        let fetch = self
            .queries
            .get_mut(id)
            .and_then(|query| query.fetch_of_mut(generation));
        if let Some(fetch) = fetch.filter(|fetch| fetch.phase == Phase::Sleeping) {
            let at = self.clock.now() + std::mem::take(&mut fetch.pause);
            fetch.sleep = self.timers.set(at, Deadline::Retry(id, generation));
        }
    }

    /// A paused fetch goes on.
    pub fn continue_fetch(&mut self, id: u32, generation: u32) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let paused = |fetch: &&mut Fetch| fetch.phase == Phase::Paused;
        let Some(fetch) = query.fetch_of_mut(generation).filter(paused) else {
            return false;
        };
        fetch.phase = Phase::Continued;
        query.state.fetch_status = FetchStatus::Fetching;
        self.command(|engine| engine.announce(id, Action::Continue))
    }

    /// The sleep of a fetch is over: whether it goes on, which `proceed` does; otherwise it waits, and that is left to be told.
    pub fn wake_fetch(&mut self, id: u32, generation: u32, environment: Environment) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        let sleeping = |fetch: &&mut Fetch| fetch.phase == Phase::Sleeping;
        let Some(fetch) = query.fetch_of_mut(generation).filter(sleeping) else {
            return false;
        };
        if fetch.network.can_continue(environment) {
            fetch.phase = Phase::Continued;
            return true;
        }
        fetch.phase = Phase::Paused;
        query.state.fetch_status = FetchStatus::Paused;
        self.command(|engine| engine.announce(id, Action::Pause));
        false
    }

    /// A fetch that was announced as continued runs.
    pub fn proceed(&mut self, id: u32, generation: u32) -> bool {
        self.command(|engine| {
            engine.frames.push(Frame::Proceed {
                query: id,
                generation,
            })
        })
    }

    /// A fetch brought data (`at` in ms of `Date.now()`).
    pub fn succeed(&mut self, id: u32, generation: u32, has_data: bool, at: f64) -> bool {
        self.draw_lead(id, generation, at);
        let fetch = self.answered(id, generation);
        let clock = self.clock.now();
        let query = &mut self.queries[id];
        let heard = fetch.as_ref().and_then(|fetch| fetch.heard.as_deref());
        query.take_heard(heard, at, clock);
        let (began, tick) = fetch
            .as_ref()
            .map_or((0, 0), |fetch| (fetch.began, fetch.tick));
        query.note_answer(began, tick);
        query.state.succeed(has_data, at, false);
        query.revert = None;
        self.command(|engine| {
            engine.settle_later(id);
            engine.announce(id, Action::Callers);
        })
    }

    /// A fetch gave up, or its answer, if it came, was no good (`at` in ms of `Date.now()`).
    pub fn fail(&mut self, id: u32, generation: u32, answered: bool, at: f64) -> bool {
        if answered {
            self.answered(id, generation);
        } else {
            self.end_fetch(id, generation);
        }
        self.expect_nothing(id);
        self.queries[id].state.fail(at);
        self.command(|engine| {
            engine.settle_later(id);
            engine.announce(id, Action::Callers);
        })
    }

    /// Ends the fetch that began last without a word; whether it was in flight.
    pub fn cancel_fetch(&mut self, id: u32) -> bool {
        let generation = self.queries[id]
            .fetch
            .as_ref()
            .map(|fetch| fetch.generation);
        if let Some(generation) = generation {
            self.end_fetch(id, generation);
        }
        generation.is_some()
    }

    /// Ends any fetch of a query without a word.
    pub fn drop_fetch(&mut self, id: u32, generation: u32) {
        if self.queries.get(id).is_some() {
            self.end_fetch(id, generation);
        }
    }

    /// Back to the state before the cancelled fetch, or to what was written by hand since.
    pub fn revert(&mut self, id: u32) -> bool {
        let query = &mut self.queries[id];
        if let Some(state) = query.revert.take() {
            query.state = *state;
        }
        query.state.fetch_status = FetchStatus::Idle;
        self.command(|engine| {
            engine.settle_later(id);
            engine.announce(id, Action::Callers);
        })
    }

    /// The fetch is over and its callbacks have run: the query may go after its time.
    pub fn fetch_ended(&mut self, id: u32) -> bool {
        let Some(query) = self.queries.get_mut(id) else {
            return false;
        };
        query.answered = false;
        if !query.in_flight() {
            query.revert = None;
        }
        // query-core starts it in any case, which shows where timers can be counted.
        self.start_gc(id, self.timers.is_apart());
        self.timer_pending()
    }

    fn answered(&mut self, id: u32, generation: u32) -> Option<Fetch> {
        let query = &mut self.queries[id];
        query.answered |= query
            .fetch
            .as_ref()
            .is_some_and(|fetch| fetch.generation == generation);
        self.end_fetch(id, generation)
    }

    fn end_fetch(&mut self, id: u32, generation: u32) -> Option<Fetch> {
        let query = &mut self.queries[id];
        let ends = |fetch: &Fetch| fetch.generation == generation;
        let mut ended = match query.fetch.take_if(|fetch| ends(fetch)) {
            Some(fetch) => Some(*fetch),
            None => query
                .strays
                .iter()
                .position(ends)
                .map(|at| query.strays.remove(at)),
        };
        if let Some(fetch) = &mut ended {
            self.timers.clear(&mut fetch.sleep);
            self.in_flight -= 1;
        }
        ended
    }

    // Its frames

    pub(super) fn begin(
        &mut self,
        query: u32,
        generation: u32,
        network: NetworkMode,
    ) -> Option<Effect> {
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

    pub(super) fn start(&mut self, query: u32, generation: u32) -> Option<Effect> {
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

    pub(super) fn proceed_now(&mut self, query: u32, generation: u32) -> Option<Effect> {
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
}
