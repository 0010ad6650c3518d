//! The host's timer: one for all deadlines. Under fake timers, where all can be seen, each deadline has one of its own.

use super::clock::SAME_MOMENT_MS;
use super::core::Engine;
use super::effect::Effect;
use super::fetch::Environment;
use super::frames::{Frame, Work};
use super::query::FetchStatus;
use super::timers::{Change, Deadline, TimerId};

/// The longest delay that hosts take for a timer (ms): more overflows a signed 32-bit number and fires at once.
const LONGEST_DELAY_MS: f64 = 2_147_483_647.0;

impl Engine {
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

    /// From now on the host has a timer for each deadline, or else one for all; it has none any more that it had before.
    pub fn set_timers_apart(&mut self, apart: bool, reading: f64) -> bool {
        self.clock.read(reading);
        self.armed_at = None;
        self.timers.set_apart(apart);
        self.timer_pending()
    }

    /// What has become of the host's own timers of deadlines since it was told last: `at` are delays (ms) here.
    pub fn timer_changes(&mut self) -> Vec<Change> {
        let mut changes = self.timers.take_changes();
        for change in &mut changes {
            // As long as a user's interval says, but for the last bits of sums.
            let delay = |at: f64| ((at - self.clock.now()) * 1e3).round() / 1e3;
            change.at = change.at.map(|at| delay(at).clamp(0.0, LONGEST_DELAY_MS));
        }
        changes
    }

    /// The host has lost its own timers of deadlines. Those that it would have lost in query-core too stay lost.
    pub fn lose_timers(&mut self) {
        self.timers.tell_own_anew();
    }

    /// The host's own timer of a deadline has fired at `reading` (ms).
    pub fn fire_one(
        &mut self,
        timer: u32,
        reading: f64,
        now: f64,
        environment: Environment,
    ) -> bool {
        let reading = self.clock.read(reading);
        let Some((at, what)) = self.timers.take_fired(timer, reading) else {
            return self.timer_pending();
        };
        self.environment = environment;
        self.command(|engine| engine.frames.push(Frame::Due { at, what, now }))
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
        self.frames.is_empty()
            && (self.wants_arm().is_some()
                || self.wants_disarm()
                || self.is_pressing()
                || self.wants_save())
    }

    pub(super) fn fire_next(&mut self, now: f64) -> Option<Effect> {
        let Some((at, what)) = self.timers.pop_due(self.clock.now()) else {
            self.timers.turn(None);
            return None;
        };
        self.frames.push(Frame::Fire { now });
        self.meet(at, what, now)
    }

    /// Does what a deadline was set for; `at` is the moment for which it was.
    pub(super) fn meet(&mut self, at: f64, what: Deadline, now: f64) -> Option<Effect> {
        match what {
            Deadline::Gc(query) => {
                let record = &mut self.queries[query];
                record.gc = TimerId::NONE;
                let over =
                    record.observers.is_empty() && record.state.fetch_status == FetchStatus::Idle;
                let removes = over && record.indexed();
                record.collected = removes;
                removes.then_some(Effect::Remove(query))
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
            Deadline::Scheduled(id) => self.run_scheduled(id, at),
            Deadline::Early(id) => self.refresh_early(id),
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
                let polls = (observer.options.interval_in_background || self.environment.focused)
                    && !self.queries[observer.query].signed_out;
                polls.then_some(Effect::Poll(id))
            }
            Deadline::Memory => {
                self.memory_timer = TimerId::NONE;
                self.begin_slice();
                None
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

    pub(super) fn wants_arm(&self) -> Option<f64> {
        if self.timers.is_apart() {
            return None;
        }
        let next = self.timers.next()?;
        self.armed_at
            .is_none_or(|armed| next < armed - SAME_MOMENT_MS)
            .then_some(next)
    }

    pub(super) fn wants_disarm(&self) -> bool {
        self.armed_at.is_some() && !self.disarming && self.timers.is_empty()
    }

    fn wants_save(&self) -> bool {
        self.persist
            .as_ref()
            .is_some_and(|persist| persist.wants_save())
    }

    fn delay_until(&self, at: f64) -> f64 {
        (at - self.clock.now() - SAME_MOMENT_MS)
            .ceil()
            .clamp(0.0, LONGEST_DELAY_MS)
    }

    pub(super) fn timer_effect(&mut self) -> Option<Effect> {
        // Those that looking at the memory has set.
        if self.timers.has_changes() {
            return Some(Effect::Timers);
        }
        if let Some(next) = self.wants_arm() {
            let delay = self.delay_until(next);
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
        if let Some(persist) = self.persist.as_mut().filter(|books| books.wants_save()) {
            persist.asked();
            return Some(Effect::Save);
        }
        None
    }
}
