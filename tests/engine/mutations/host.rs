//! Does with the engine what the package does, on a virtual clock and without promises.

use ferroquery::engine::core::Engine;
use ferroquery::engine::effect::Effect;
use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::mutation::{Scalars, Step};
use ferroquery::engine::observer::Setting;
use ferroquery::engine::pending::Decision;

use super::{RETRIES, RETRY_DELAY_MS, Wishes};

#[derive(Debug)]
struct Entry {
    slot: u32,
    network: NetworkMode,
    stored: bool,
    run: Option<u32>,
    released: bool,
}

/// A page with mutations, by number in the order in which they came.
#[derive(Debug)]
pub struct Host {
    pub engine: Engine,
    pub now: f64,
    pub environment: Environment,
    pub cache: u32,
    armed: Option<f64>,
    /// How often the host timer has fired.
    pub fired: u32,
    all: Vec<Entry>,
}

impl Host {
    pub fn new(environment: Environment) -> Self {
        let mut engine = Engine::new(1);
        let cache = engine.open_mutations();
        Self {
            engine,
            now: 0.0,
            environment,
            cache,
            armed: None,
            fired: 0,
            all: Vec::new(),
        }
    }

    pub fn add(&mut self, wishes: Wishes) {
        let slot = self.engine.create_mutation(self.cache, Scalars::default());
        let scope = wishes.scope.map(|scope| scope.to_string());
        self.engine
            .set_mutation_options(slot, scope.as_deref(), wishes.gc_time, false);
        self.all.push(Entry {
            slot,
            network: wishes.network,
            stored: true,
            run: None,
            released: false,
        });
        self.engine.read_clock(self.now);
        let pending = self.engine.store_mutation(slot);
        self.drain(pending);
    }

    pub fn execute(&mut self, at: usize) {
        let Entry { slot, network, .. } = self.all[at];
        let run = self.engine.begin_run(slot, network, 0.0);
        self.all[at].run = Some(run);
        let paused = !self.engine.can_start_run(run, self.environment);
        let submitted = Step::Submit {
            paused,
            at: self.now,
        };
        self.engine.step_mutation(slot, submitted);
        if !self.engine.start_run(run, self.environment) {
            self.engine.step_mutation(slot, Step::Pause);
        } else if self.state(at).paused {
            self.engine.step_mutation(slot, Step::Continue);
        }
    }

    pub fn answer(&mut self, at: usize, succeeds: bool) {
        let Entry { slot, run, .. } = self.all[at];
        let run = run.expect("only who runs answers");
        self.engine.read_clock(self.now);
        if !succeeds {
            let verdict = self.engine.decide(Decision::RunFailed {
                run,
                retry: Setting::Constant(RETRIES),
                delay: Setting::Constant(RETRY_DELAY_MS),
                environment: self.environment,
            });
            if verdict == 1.0 {
                let failures = self.engine.run_failures(run);
                self.engine.step_mutation(slot, Step::Fail(failures));
                let pending = self.engine.sleep_run(run);
                self.drain(pending);
                return;
            }
        }
        let end = if succeeds {
            Step::Succeed
        } else {
            Step::GiveUp
        };
        self.engine.step_mutation(slot, end);
        self.all[at].run = None;
        let pending = self.engine.end_run(run);
        self.drain(pending);
        let next = self.engine.next_in_scope(slot);
        if let Some(next) = next.and_then(|slot| self.number(slot)) {
            self.go_on(next);
        }
        self.release(at);
    }

    pub fn resume_all(&mut self) {
        self.engine.select_paused(self.cache);
        for slot in self.engine.selection().to_vec() {
            let at = self.number(slot).expect("what is selected is stored");
            self.go_on(at);
        }
    }

    pub fn watch(&mut self, at: usize, watches: bool) {
        let slot = self.all[at].slot;
        self.engine.read_clock(self.now);
        let pending = if watches {
            self.engine.watch_mutation(slot)
        } else {
            self.engine.unwatch_mutation(slot, true)
        };
        self.drain(pending);
        self.release(at);
    }

    pub fn remove(&mut self, at: usize) {
        self.all[at].stored = false;
        let pending = self.engine.unstore_mutation(self.all[at].slot, false);
        self.drain(pending);
        self.release(at);
    }

    pub fn advance(&mut self, ms: f64) {
        let target = self.now + ms;
        while let Some(armed) = self.armed.filter(|armed| *armed <= target) {
            self.now = armed;
            self.armed = None;
            self.fired += 1;
            let pending = self.engine.fire(armed, armed, self.environment);
            self.drain(pending);
        }
        self.now = target;
    }

    pub fn state(&self, at: usize) -> Scalars {
        *self.engine.mutation_state(self.all[at].slot)
    }

    pub fn is_released(&self, at: usize) -> bool {
        self.all[at].released
    }

    pub fn is_stored(&self, at: usize) -> bool {
        self.all[at].stored
    }

    pub fn pending(&mut self) -> Vec<usize> {
        self.engine.select_pending(self.cache);
        self.selected()
    }

    pub fn paused(&mut self) -> Vec<usize> {
        self.engine.select_paused(self.cache);
        self.selected()
    }

    fn selected(&self) -> Vec<usize> {
        let slots = self.engine.selection().iter();
        slots.filter_map(|slot| self.number(*slot)).collect()
    }

    fn number(&self, slot: u32) -> Option<usize> {
        self.all
            .iter()
            .position(|entry| entry.slot == slot && !entry.released)
    }

    fn go_on(&mut self, at: usize) {
        let Entry { slot, run, .. } = self.all[at];
        if run.is_some_and(|run| self.engine.continue_run(run, self.environment)) {
            self.engine.step_mutation(slot, Step::Continue);
        }
    }

    fn release(&mut self, at: usize) {
        let entry = &mut self.all[at];
        if !entry.stored && entry.run.is_none() {
            entry.released = self.engine.release_mutation(entry.slot);
            assert!(entry.released);
        }
    }

    fn drain(&mut self, pending: bool) {
        if !pending {
            return;
        }
        loop {
            match self.engine.next() {
                Effect::Done => return,
                Effect::Arm(delay) => self.armed = Some(self.now + delay),
                Effect::Disarm => {
                    if self.engine.disarm() {
                        self.armed = None;
                    }
                }
                Effect::CollectMutation(slot) => {
                    let at = self.number(slot).expect("what is collected has a slot");
                    self.remove(at);
                }
                Effect::WakeRun(run) => self.wake(run),
                effect => unreachable!("{effect:?} is no effect of a mutation"),
            }
        }
    }

    fn wake(&mut self, run: u32) {
        let entry = self.all.iter().find(|entry| entry.run == Some(run));
        let slot = entry.expect("only who runs sleeps").slot;
        if !self.engine.wake_run(run, self.environment) {
            self.engine.step_mutation(slot, Step::Pause);
        }
    }
}
