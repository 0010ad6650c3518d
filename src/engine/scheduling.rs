//! Commands of schedules.

use super::core::Engine;
use super::effect::Effect;
use super::fetch::{Environment, NetworkMode};
use super::schedule::Scheduled;
use super::timers::{Deadline, TimerId};

impl Engine {
    /// Keeps a query and fetches it every `every` ms, or up to the share `jitter` of that earlier; its id. The first fetch is due
    /// once the data is as old as that, at once where there is none. `now`: `Date.now()`.
    pub fn schedule(
        &mut self,
        query: u32,
        every: f64,
        jitter: f64,
        while_hidden: bool,
        network: NetworkMode,
        now: f64,
    ) -> u32 {
        let mut scheduled = Scheduled {
            query,
            every,
            jitter,
            while_hidden,
            network,
            timer: TimerId::NONE,
            due: self.clock.now(),
            is_missed: false,
        };
        let state = &self.queries[query].state;
        if state.has_data {
            let age = now - state.data_updated_at;
            let left = scheduled.wait(&mut self.random) - age;
            // Not `clamp`: it can panic with both bounds in its text, and Rust's printer of floats is 18 kB.
            scheduled.due += left.max(0.0).min(every);
        }
        let due = scheduled.due;
        self.keep(query);
        let id = self.schedules.insert(scheduled);
        self.schedules[id].timer = self.timers.set(due, Deadline::Scheduled(id));
        id
    }

    /// Ends a schedule; its query goes after its time, if nobody watches it.
    pub fn unschedule(&mut self, id: u32) {
        if let Some(scheduled) = self.schedules.get_mut(id) {
            self.timers.clear(&mut scheduled.timer);
            let query = scheduled.query;
            self.schedules.remove(id);
            self.keep_no_longer(query);
        }
    }

    /// A schedule's query is fetched: the one that it keeps from now on.
    pub fn schedule_takes(&mut self, id: u32, query: u32) {
        if let Some(scheduled) = self.schedules.get_mut(id) {
            let before = std::mem::replace(&mut scheduled.query, query);
            if before != query {
                self.keep(query);
                self.keep_no_longer(before);
            }
        }
    }

    /// How long it is until a schedule is due (ms); nothing while it waits for the network or the user.
    pub fn scheduled_in(&self, id: u32) -> Option<f64> {
        let scheduled = self.schedules.get(id)?;
        (!scheduled.is_missed).then(|| (scheduled.due - self.clock.now()).max(0.0))
    }

    /// The page is seen again, or has a network: what was missed is due now, once.
    pub fn wake_schedules(&mut self, environment: Environment) -> bool {
        let now = self.clock.now();
        let missed: Vec<u32> = self
            .schedules
            .iter()
            .filter(|(_, scheduled)| scheduled.is_missed && scheduled.can_run(environment))
            .map(|(id, _)| id)
            .collect();
        for id in missed {
            let scheduled = &mut self.schedules[id];
            scheduled.is_missed = false;
            scheduled.due = now;
            scheduled.timer = self.timers.set(now, Deadline::Scheduled(id));
        }
        self.timer_pending()
    }

    /// A schedule was due at `at` (ms of the engine's clock).
    pub(super) fn run_scheduled(&mut self, id: u32, at: f64) -> Option<Effect> {
        let scheduled = self.schedules.get_mut(id)?;
        scheduled.timer = TimerId::NONE;
        if !scheduled.can_run(self.environment) {
            scheduled.is_missed = true;
            return None;
        }
        // After a sleep it is fetched once, not once for each time that passed.
        let wait = scheduled.wait(&mut self.random);
        let from = if at + wait > self.clock.now() {
            at
        } else {
            self.clock.now()
        };
        scheduled.due = from + wait;
        scheduled.timer = self.timers.set(scheduled.due, Deadline::Scheduled(id));
        self.stats.scheduled = self.stats.scheduled.wrapping_add(1);
        Some(Effect::Scheduled(id))
    }

    fn keep(&mut self, query: u32) {
        if let Some(record) = self.queries.get_mut(query) {
            record.held += 1;
            self.timers.clear(&mut record.gc);
        }
    }

    fn keep_no_longer(&mut self, query: u32) {
        if let Some(record) = self.queries.get_mut(query) {
            record.held -= 1;
            self.schedule_gc(query);
        }
    }
}
