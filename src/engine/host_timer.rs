//! The one timer that the host holds for all deadlines.

use super::clock::SAME_MOMENT_MS;
use super::core::Engine;
use super::effect::Effect;
use super::fetch::Environment;
use super::frames::{Frame, Work};
use super::query::FetchStatus;
use super::timers::{Deadline, TimerId};

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

    /// The host runs a timer without delay `ms` later: what it was armed for is due then, and what comes meanwhile is armed anew.
    pub fn put_off(&mut self, ms: f64) {
        let now = self.clock.now();
        self.timers.put_off(now, now + ms);
        self.armed_at = Some(now + ms);
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

    pub(super) fn timer_effect(&mut self) -> Option<Effect> {
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
        if let Some(persist) = self.persist.as_mut().filter(|books| books.wants_save()) {
            persist.asked();
            return Some(Effect::Save);
        }
        None
    }
}
