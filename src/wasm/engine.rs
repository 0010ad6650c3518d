//! The engine for JavaScript: numbers in, numbers out.
//!
//! Times are ms: `now` is `Date.now()`, `reading` is `performance.now()`. An environment is a sum of 1 (focused), 2 (online) and
//! 4 (server). Commands tell whether `next` has something to say. Decisions give a number, or a question as a negative number
//! `-(1 + topic + 16 * observer)`, which `answer` answers.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::engine::core::Engine as Core;
use crate::engine::fetch::{Environment, NetworkMode};
use crate::engine::glob::Glob;
use crate::engine::observer::{Options, Setting};
use crate::engine::pending::{Decision, Filter};
use crate::engine::query::{FetchStatus, Scalars, Status};
use crate::engine::select::Source;

/// No id.
pub(super) const NONE: u32 = u32::MAX;
/// Parts tags and event arguments: one string crosses the boundary, not many.
pub(super) const SEPARATOR: char = '\u{1f}';
/// Numbers of a query's state, in the order of `load`.
const SCRATCH: usize = 16;

/// The engine of one query cache.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) core: Rc<RefCell<Core>>,
    inbox: Vec<u32>,
    pub(super) scratch: Box<[f64; SCRATCH]>,
}

pub(super) const fn environment(bits: u32) -> Environment {
    Environment {
        focused: bits & 1 != 0,
        online: bits & 2 != 0,
        server: bits & 4 != 0,
    }
}

pub(super) const fn network_mode(code: u32) -> NetworkMode {
    match code {
        1 => NetworkMode::Always,
        2 => NetworkMode::OfflineFirst,
        _ => NetworkMode::Online,
    }
}

/// A number, or a function where the flag says so.
pub(super) const fn setting(value: f64, dynamic: bool) -> Setting<f64> {
    if dynamic {
        Setting::Dynamic
    } else {
        Setting::Constant(value)
    }
}

fn names(joined: &str) -> impl Iterator<Item = &str> + Clone {
    joined.split(SEPARATOR).filter(|name| !name.is_empty())
}

#[wasm_bindgen]
impl Engine {
    /// An engine whose random numbers grow from `seed`.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: f64) -> Self {
        Self {
            core: Rc::new(RefCell::new(Core::new(seed.to_bits()))),
            inbox: vec![0; 64],
            scratch: Box::new([0.0; SCRATCH]),
        }
    }

    /// Where `load` leaves a query's state: 16 `f64`.
    pub fn scratch_ptr(&self) -> *const f64 {
        self.scratch.as_ptr()
    }

    /// Room for `length` ids or symbols (`u32`) that the next command reads.
    pub fn inbox_ptr(&mut self, length: usize) -> *const u32 {
        if self.inbox.len() < length {
            self.inbox.resize(length, 0);
        }
        self.inbox.as_ptr()
    }

    /// Where the selection begins: `u32` ids.
    pub fn selection_ptr(&self) -> *const u32 {
        self.core.borrow().selection().as_ptr()
    }

    /// Where the freed symbols begin: `u32`.
    pub fn freed_ptr(&self) -> *const u32 {
        self.core.borrow().freed().as_ptr()
    }

    // Keys and slots

    /// A symbol for a new key part; `scalar` tells that `text` says all of it.
    pub fn intern(&mut self, text: &str, scalar: bool) -> u32 {
        self.core.borrow_mut().intern(text.as_bytes(), scalar)
    }

    /// The query of a key of up to four symbols.
    pub fn find(&self, length: usize, a: u32, b: u32, c: u32, d: u32) -> u32 {
        self.core
            .borrow()
            .find(&[a, b, c, d][..length])
            .unwrap_or(NONE)
    }

    /// The query of a key of any length, from the inbox.
    pub fn find_long(&self, length: usize) -> u32 {
        self.core
            .borrow()
            .find(&self.inbox[..length])
            .unwrap_or(NONE)
    }

    /// A slot for a query in the state that the scratch holds.
    pub fn create(&mut self, version: u32) -> u32 {
        let state = self.scratch_state();
        self.core.borrow_mut().create(state, version)
    }

    /// Puts a query into the index under the symbols in the inbox.
    pub fn index(
        &mut self,
        query: u32,
        length: usize,
        scalar: bool,
        plain: bool,
        reading: f64,
    ) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.index(query, &self.inbox[..length], scalar, plain)
    }

    /// Takes a query out of the index; the number of freed symbols.
    pub fn unindex(&mut self, query: u32) -> usize {
        self.core.borrow_mut().unindex(query)
    }

    /// Whether the host timer is to be set anew or cleared.
    pub fn timer_pending(&self) -> bool {
        self.core.borrow().timer_pending()
    }

    /// Frees the slot of a query that nothing needs.
    pub fn release(&mut self, query: u32) -> bool {
        self.core.borrow_mut().release(query)
    }

    /// Whether the query is out of the index, unwatched and not in flight.
    pub fn is_unused(&self, query: u32) -> bool {
        self.core.borrow().is_unused(query)
    }

    /// Whether nothing fetches the query, or waits to.
    pub fn is_idle(&self, query: u32) -> bool {
        self.core.borrow().is_idle(query)
    }

    /// Takes a wish for how long an unwatched query stays (ms, NaN for none); the longest wish.
    pub fn wish_gc_time(&mut self, query: u32, gc_time: f64, skipped: bool, server: bool) -> f64 {
        self.core
            .borrow_mut()
            .wish_gc_time(query, gc_time, skipped, server)
    }

    /// Starts the time after which an unwatched query goes.
    pub fn schedule_gc(&mut self, query: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.schedule_gc(query);
        core.timer_pending()
    }

    /// Stops the time after which an unwatched query goes.
    pub fn clear_gc(&mut self, query: u32) {
        self.core.borrow_mut().clear_gc(query);
    }

    /// Gives a query these tags and no others.
    pub fn set_tags(&mut self, query: u32, joined: &str) {
        self.core.borrow_mut().set_tags(query, names(joined));
    }

    // State

    /// Copies a query's state into the scratch.
    pub fn load(&mut self, query: u32) {
        let core = self.core.borrow();
        let state = core.state(query);
        let version = core.version(query);
        let scratch = &mut *self.scratch;
        scratch[0] = f64::from(state.status as u8);
        scratch[1] = f64::from(state.fetch_status as u8);
        scratch[2] = f64::from(u8::from(state.has_data));
        scratch[3] = f64::from(u8::from(state.invalidated));
        scratch[4] = state.data_update_count;
        scratch[5] = state.data_updated_at;
        scratch[6] = state.error_update_count;
        scratch[7] = state.error_updated_at;
        scratch[8] = state.failure_count;
        scratch[9] = f64::from(version);
    }

    /// Counts the transitions of a query.
    pub fn version(&self, query: u32) -> u32 {
        self.core.borrow().version(query)
    }

    /// Replaces a query's state by that in the scratch.
    pub fn set_state(&mut self, query: u32) -> bool {
        let state = self.scratch_state();
        self.core.borrow_mut().set_state(query, state)
    }

    /// Marks a query as stale.
    pub fn invalidate(&mut self, query: u32) -> bool {
        self.core.borrow_mut().invalidate(query)
    }

    /// Data that no fetch brought.
    pub fn write(&mut self, query: u32, has_data: bool, at: f64, manual: bool) -> bool {
        self.core.borrow_mut().write(query, has_data, at, manual)
    }

    /// What is written by hand until the next call is the answer of this own mutation. Gives back the one before.
    pub fn write_for(&mut self, source: Option<String>) -> Option<String> {
        self.core.borrow_mut().write_for(source)
    }

    /// Whether any attempt to fetch the query has ended.
    pub fn is_fetched(&self, query: u32) -> bool {
        self.core.borrow().is_fetched(query)
    }

    /// Whether the query is stale for its observers as they last saw it, or by itself.
    pub fn is_stale(&self, query: u32) -> bool {
        self.core.borrow().is_stale(query)
    }

    /// Whether data of this age is stale; counts nothing.
    pub fn is_stale_by_time(&self, query: u32, stale_time: f64, now: f64) -> bool {
        self.core
            .borrow()
            .state(query)
            .is_stale_by_time(stale_time, now)
    }

    // Fetching

    /// 0: nothing in flight, start; 1: join; 2: cancel silently, then start.
    pub fn wish_fetch(&mut self, query: u32, cancel_refetch: bool) -> u32 {
        self.core.borrow_mut().wish_fetch(query, cancel_refetch) as u32
    }

    /// Whether a caller of `fetchQuery` has to fetch; counts a hit or a miss.
    pub fn needs_fetch(
        &mut self,
        query: u32,
        skips_cache: bool,
        stale_time: f64,
        now: f64,
    ) -> bool {
        self.core
            .borrow_mut()
            .needs_fetch(query, skips_cache, stale_time, now)
    }

    /// Starts a fetch; its generation. `network`: 0 online, 1 always, 2 offline first.
    pub fn start_fetch(&mut self, query: u32, network: u32, announced: bool, bits: u32) -> u32 {
        self.core.borrow_mut().start_fetch(
            query,
            network_mode(network),
            announced,
            environment(bits),
        )
    }

    /// Failed tries of a fetch in flight.
    pub fn failures(&self, query: u32, generation: u32) -> f64 {
        self.core.borrow().failures(query, generation)
    }

    /// Whether a fetch that starts now waits for the network.
    pub fn starts_paused(&self, network: u32, bits: u32) -> bool {
        !network_mode(network).can_start(environment(bits))
    }

    /// Decides what a failed try leads to: 0 give up, 1 another try (tell of it), 2 nobody asked. NaN: the default.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn failed(
        &mut self,
        query: u32,
        generation: u32,
        retry: f64,
        retry_asks: bool,
        delay: f64,
        delay_asks: bool,
        bits: u32,
        reading: f64,
    ) -> f64 {
        self.decide_at(
            reading,
            Decision::Failed {
                query,
                generation,
                retry: setting(retry, retry_asks),
                delay: setting(delay, delay_asks),
                environment: environment(bits),
            },
        )
    }

    /// Tells of a failed try.
    pub fn announce_failure(&mut self, query: u32) -> bool {
        self.core.borrow_mut().announce_failure(query)
    }

    /// A paused fetch goes on.
    pub fn continue_fetch(&mut self, query: u32, generation: u32) -> bool {
        self.core.borrow_mut().continue_fetch(query, generation)
    }

    /// A sleep is over, a microtask ago: whether the fetch goes on, which `proceed` does; otherwise it waits.
    pub fn wake_fetch(&mut self, query: u32, generation: u32, bits: u32) -> bool {
        self.core
            .borrow_mut()
            .wake_fetch(query, generation, environment(bits))
    }

    /// Whether the fetch has tried before.
    pub fn has_tried(&self, query: u32, generation: u32) -> bool {
        self.core.borrow().failures(query, generation) > 0.0
    }

    /// A fetch that was announced as continued runs.
    pub fn proceed(&mut self, query: u32, generation: u32) -> bool {
        self.core.borrow_mut().proceed(query, generation)
    }

    /// The fetch brought data.
    pub fn succeed(&mut self, query: u32, generation: u32, has_data: bool, at: f64) -> bool {
        self.core
            .borrow_mut()
            .succeed(query, generation, has_data, at)
    }

    /// The fetch gave up, or its answer was no good.
    pub fn fail(&mut self, query: u32, generation: u32, answered: bool, at: f64) -> bool {
        self.core.borrow_mut().fail(query, generation, answered, at)
    }

    /// Ends the fetch in flight; whether there was one.
    pub fn cancel_fetch(&mut self, query: u32) -> bool {
        self.core.borrow_mut().cancel_fetch(query)
    }

    /// Back to the state before the cancelled fetch.
    pub fn revert(&mut self, query: u32) -> bool {
        self.core.borrow_mut().revert(query)
    }

    /// The fetch is over and its callbacks have run.
    pub fn fetch_ended(&mut self, query: u32, reading: f64) -> bool {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.fetch_ended(query)
    }

    // Observers

    /// An observer begins to watch; its id. For `bits` see `Options::unpack`.
    pub fn watch(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        interval: f64,
        last_stale: bool,
        last_updated_at: f64,
    ) -> u32 {
        self.core.borrow_mut().watch(
            query,
            Options::unpack(bits, stale_time, interval),
            last_stale,
            last_updated_at,
        )
    }

    /// An observer leaves; 1: cancel the fetch with revert.
    pub fn unwatch(&mut self, observer: u32, stoppable: bool) -> u32 {
        self.core.borrow_mut().unwatch(observer, stoppable) as u32
    }

    /// New options of an observer.
    pub fn set_options(&mut self, observer: u32, bits: u32, stale_time: f64, interval: f64) {
        self.core
            .borrow_mut()
            .set_options(observer, Options::unpack(bits, stale_time, interval));
    }

    /// A result that was shown outside a notification: whether it was stale, and when its data came.
    pub fn set_last(&mut self, observer: u32, stale: bool, updated_at: f64) {
        self.core.borrow_mut().set_last(observer, stale, updated_at);
    }

    /// Decides the flags of a result (1 stale, 2 enabled, 4 fetched since the counts, 8 ever fetched) and loads the state.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn result(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        observer: u32,
        data_count: f64,
        error_count: f64,
        now: f64,
    ) -> f64 {
        self.load(query);
        let options = Options::unpack(bits, stale_time, 0.0);
        let observer = (observer != NONE).then_some(observer);
        self.decide(Decision::Result {
            query,
            options,
            observer,
            data_count,
            error_count,
            now,
        })
    }

    /// Decides whether mounting fetches; `counted`: count a hit or a miss.
    pub fn on_mount(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        counted: bool,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        self.decide(Decision::OnMount {
            query,
            options,
            counted,
            now,
        })
    }

    /// Decides whether changed options fetch.
    pub fn on_change(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        moved: bool,
        previous_bits: u32,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        let previous = Options::unpack(previous_bits, 0.0, 0.0);
        self.decide(Decision::OnChange {
            query,
            options,
            moved,
            previous,
            now,
        })
    }

    /// Decides whether focus (or else a reconnect) fetches.
    pub fn on_wake(
        &mut self,
        query: u32,
        bits: u32,
        stale_time: f64,
        focus: bool,
        now: f64,
    ) -> f64 {
        let options = Options::unpack(bits, stale_time, 0.0);
        self.decide(Decision::OnWake {
            query,
            options,
            focus,
            now,
        })
    }

    /// Decides whether somebody watches who may fetch.
    pub fn is_active(&mut self, query: u32) -> f64 {
        self.decide(Decision::Active(query))
    }

    /// Decides whether nothing would fetch by itself.
    pub fn is_disabled(&mut self, query: u32) -> f64 {
        self.decide(Decision::Disabled(query))
    }

    /// Decides whether somebody takes the data for final.
    pub fn is_static(&mut self, query: u32) -> f64 {
        self.decide(Decision::Static(query))
    }

    /// Sets an observer's timers; whether `next` has something to say.
    pub fn timers(&mut self, observer: u32, now: f64, reading: f64, server: bool) -> f64 {
        self.decide_at(
            reading,
            Decision::Timers {
                observer,
                now,
                server,
            },
        )
    }

    /// Sets those timers anew that changed options concern; whether `next` has something to say.
    #[allow(
        clippy::too_many_arguments,
        reason = "numbers cross the boundary, records don't"
    )]
    pub fn retime(
        &mut self,
        observer: u32,
        moved: bool,
        previous_bits: u32,
        previous_stale_time: f64,
        now: f64,
        reading: f64,
        server: bool,
    ) -> f64 {
        let previous = Options::unpack(previous_bits, previous_stale_time, 0.0);
        self.decide_at(
            reading,
            Decision::Retime {
                observer,
                moved,
                previous,
                now,
                server,
            },
        )
    }

    /// Answers the last question of a decision and goes on with it.
    pub fn answer(&mut self, answer: f64) -> f64 {
        self.core.borrow_mut().answer(answer)
    }

    /// A function that was asked has thrown.
    pub fn forget_decision(&mut self) {
        self.core.borrow_mut().forget_decision();
    }

    /// The observers of a query, as the selection; their number.
    pub fn observers(&mut self, query: u32) -> usize {
        let mut core = self.core.borrow_mut();
        let list = core.observers_of(query).to_vec();
        core.set_selection(&list);
        list.len()
    }

    /// How many observers a query has.
    pub fn observer_count(&self, query: u32) -> usize {
        self.core.borrow().observers_of(query).len()
    }

    /// Focus (or else a reconnect) of the page.
    pub fn wake(&mut self, focus: bool, now: f64, bits: u32) -> bool {
        self.core.borrow_mut().wake(focus, now, environment(bits))
    }

    /// The same for one query.
    pub fn wake_one(&mut self, query: u32, focus: bool, now: f64, bits: u32) -> bool {
        self.core
            .borrow_mut()
            .wake_one(query, focus, now, environment(bits))
    }

    // Filters

    /// Selects by the first symbols of the key, from the inbox; whether raw keys have to be compared.
    pub fn select_prefix(&mut self, length: usize) -> bool {
        self.core
            .borrow_mut()
            .select_by_key(&Source::Prefix(&self.inbox[..length]))
    }

    /// Selects all that somebody watches.
    pub fn select_watched(&mut self) {
        self.core.borrow_mut().select_watched();
    }

    /// Selects by the whole key, from the inbox.
    pub fn select_exact(&mut self, length: usize) -> bool {
        self.core
            .borrow_mut()
            .select_by_key(&Source::Exact(&self.inbox[..length]))
    }

    /// Keeps what carries at least one of the tags; `all`: nothing is selected yet.
    pub fn select_tags(&mut self, all: bool, joined: &str) {
        self.core.borrow_mut().select_by_tags(all, names(joined));
    }

    /// Keeps what a glob matches; `all`: nothing is selected yet. Fails with the reason for a glob that can't be read.
    pub fn select_glob(&mut self, all: bool, pattern: &str) -> Result<(), String> {
        let glob = Glob::parse(pattern.as_bytes()).map_err(|error| error.to_string())?;
        self.core.borrow_mut().select_by_glob(all, &glob);
        Ok(())
    }

    /// Decides what of the selection a filter lets pass; its length. 0 doesn't matter; active: 1 yes, 2 no; stale: 1 yes,
    /// 2 no; fetch: 1 + status.
    pub fn select_filter(&mut self, active: u32, stale: u32, fetch: u32) -> f64 {
        let choice = |code: u32| (code != 0).then_some(code == 1);
        let fetch_status = match fetch {
            1 => Some(FetchStatus::Idle),
            2 => Some(FetchStatus::Fetching),
            3 => Some(FetchStatus::Paused),
            _ => None,
        };
        let filter = Filter {
            active: choice(active),
            stale: choice(stale),
            fetch_status,
        };
        let list = self.core.borrow_mut().take_selection();
        self.decide(Decision::Select { list, filter })
    }

    /// How many are selected.
    pub fn selection_length(&self) -> usize {
        self.core.borrow().selection().len()
    }

    /// Takes the selection from the inbox.
    pub fn set_selection(&mut self, length: usize) {
        self.core.borrow_mut().set_selection(&self.inbox[..length]);
    }

    /// Marks the selected as stale.
    pub fn invalidate_selected(&mut self, now: f64) -> bool {
        self.core.borrow_mut().invalidate_selected(now)
    }

    /// Fetches the selected that aren't disabled or static.
    pub fn refetch_selected(&mut self, now: f64) -> bool {
        self.core.borrow_mut().refetch_selected(now)
    }

    // Draining and time

    /// Whether somebody listens to the cache.
    pub fn set_events(&mut self, wanted: bool) {
        self.core.borrow_mut().set_events(wanted);
    }

    /// What the managers say now, after a callback of the user.
    pub fn look(&mut self, bits: u32) {
        self.core.borrow_mut().look(environment(bits));
    }

    /// The next effect: code in the low 5 bits, payload above.
    #[allow(clippy::should_implement_trait, reason = "JavaScript's name for it")]
    pub fn next(&mut self) -> f64 {
        self.core.borrow_mut().next().pack()
    }

    /// Answers an effect that asks.
    pub fn reply(&mut self, answer: f64) {
        self.core.borrow_mut().reply(answer);
    }

    /// A callback has thrown.
    pub fn abandon(&mut self) {
        self.core.borrow_mut().abandon();
    }

    /// The host timer has fired.
    pub fn fire(&mut self, reading: f64, now: f64, bits: u32) -> bool {
        self.core.borrow_mut().fire(reading, now, environment(bits))
    }

    /// Whether the host timer should be cleared.
    pub fn disarm(&mut self) -> bool {
        self.core.borrow_mut().disarm()
    }

    fn decide(&mut self, decision: Decision) -> f64 {
        self.core.borrow_mut().decide(decision)
    }

    pub(super) fn decide_at(&mut self, reading: f64, decision: Decision) -> f64 {
        let mut core = self.core.borrow_mut();
        core.read_clock(reading);
        core.decide(decision)
    }

    fn scratch_state(&self) -> Scalars {
        let scratch = &*self.scratch;
        Scalars {
            status: match scratch[0] as u8 {
                1 => Status::Error,
                2 => Status::Success,
                _ => Status::Pending,
            },
            fetch_status: match scratch[1] as u8 {
                1 => FetchStatus::Fetching,
                2 => FetchStatus::Paused,
                _ => FetchStatus::Idle,
            },
            has_data: scratch[2] != 0.0,
            invalidated: scratch[3] != 0.0,
            data_update_count: scratch[4],
            data_updated_at: scratch[5],
            error_update_count: scratch[6],
            error_updated_at: scratch[7],
            failure_count: scratch[8],
        }
    }
}
