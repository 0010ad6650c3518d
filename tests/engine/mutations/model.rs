//! What mutations do, said plainly: every question is answered by a look at all of them.

use ferroquery::engine::fetch::{Environment, NetworkMode};
use ferroquery::engine::mutation::{Scalars, Status};

use super::{RETRIES, RETRY_DELAY_MS, Wishes};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    Running,
    Sleeping(f64),
    Paused,
}

#[derive(Debug)]
pub struct Run {
    pub phase: Phase,
    tries: f64,
}

#[derive(Debug)]
pub struct Mutation {
    wishes: Wishes,
    pub state: Scalars,
    pub stored: bool,
    pub run: Option<Run>,
    observers: u32,
    /// When it is next looked at, to go if it has settled and nobody watches it.
    look_at: Option<f64>,
    /// When it was first seen pending at such a look.
    overdue: Option<f64>,
}

#[derive(Debug)]
pub struct Model {
    pub now: f64,
    pub environment: Environment,
    pub all: Vec<Mutation>,
}

impl Model {
    pub fn add(&mut self, wishes: Wishes) {
        self.all.push(Mutation {
            wishes,
            state: Scalars::default(),
            stored: true,
            run: None,
            observers: 0,
            look_at: Some(self.now + wishes.gc_time).filter(|at| at.is_finite()),
            overdue: None,
        });
    }

    pub fn execute(&mut self, at: usize) {
        let paused = !self.can_start(at);
        self.all[at].state = Scalars {
            status: Status::Pending,
            paused,
            failure_count: 0.0,
            submitted_at: self.now,
        };
        let starts = self.can_start(at);
        self.all[at].run = Some(Run {
            phase: Phase::Running,
            tries: 0.0,
        });
        self.enter(at, starts);
    }

    pub fn answer(&mut self, at: usize, succeeds: bool) {
        let mutation = &mut self.all[at];
        let run = mutation.run.as_mut().expect("only who runs answers");
        if !succeeds && run.tries < RETRIES {
            run.tries += 1.0;
            run.phase = Phase::Sleeping(self.now + RETRY_DELAY_MS);
            mutation.state.failure_count = run.tries;
            return;
        }
        mutation.run = None;
        mutation.state.paused = false;
        if succeeds {
            mutation.state.status = Status::Success;
            mutation.state.failure_count = 0.0;
        } else {
            mutation.state.status = Status::Error;
            mutation.state.failure_count += 1.0;
        }
        if let Some(next) = self.next_in_scope(at) {
            self.go_on(next);
        }
    }

    pub fn resume_all(&mut self) {
        for at in self.listed(|state| state.paused) {
            self.go_on(at);
        }
    }

    pub fn watch(&mut self, at: usize, watches: bool) {
        let now = self.now;
        let mutation = &mut self.all[at];
        mutation.overdue = None;
        if watches {
            mutation.observers += 1;
            mutation.look_at = None;
        } else if mutation.observers > 0 {
            mutation.observers -= 1;
            let later = Some(now + mutation.wishes.gc_time);
            mutation.look_at = later.filter(|at| mutation.stored && at.is_finite());
        }
    }

    pub fn remove(&mut self, at: usize) {
        self.all[at].stored = false;
        self.all[at].look_at = None;
    }

    pub fn advance(&mut self, ms: f64) {
        self.now += ms;
        for at in 0..self.all.len() {
            if let Some(Run {
                phase: Phase::Sleeping(until),
                ..
            }) = self.all[at].run
                && until <= self.now
            {
                let goes_on = self.can_continue(at);
                self.enter(at, goes_on);
            }
            self.look(at);
        }
    }

    /// Those in the list whose state is such, in order.
    pub fn listed(&self, such: impl Fn(&Scalars) -> bool) -> Vec<usize> {
        (0..self.all.len())
            .filter(|at| self.all[*at].stored && such(&self.all[*at].state))
            .collect()
    }

    /// Nothing needs it any more.
    pub fn is_over(&self, at: usize) -> bool {
        let mutation = &self.all[at];
        !mutation.stored && mutation.run.is_none()
    }

    pub fn is_watched(&self, at: usize) -> bool {
        self.all[at].observers > 0
    }

    fn look(&mut self, at: usize) {
        while let Some(look_at) = self.all[at].look_at.filter(|look_at| *look_at <= self.now) {
            let mutation = &mut self.all[at];
            mutation.look_at = None;
            if mutation.observers > 0 {
                return;
            }
            if mutation.state.status == Status::Pending {
                let since = *mutation.overdue.get_or_insert(look_at);
                let period = mutation.wishes.gc_time.max(1.0);
                mutation.look_at = Some(look_at + period.max((look_at - since) / 1000.0));
            } else {
                mutation.stored = false;
            }
        }
    }

    fn enter(&mut self, at: usize, runs: bool) {
        let mutation = &mut self.all[at];
        mutation.state.paused = !runs;
        if let Some(run) = &mut mutation.run {
            run.phase = if runs { Phase::Running } else { Phase::Paused };
        }
    }

    fn go_on(&mut self, at: usize) {
        let waits = self.all[at]
            .run
            .as_ref()
            .is_some_and(|run| run.phase == Phase::Paused);
        if waits && self.can_continue(at) {
            self.enter(at, true);
        }
    }

    fn same_scope(
        &self,
        at: usize,
        such: impl Fn(&Scalars) -> bool,
    ) -> impl Iterator<Item = usize> {
        let scope = self.all[at].wishes.scope;
        let others = self.listed(such).into_iter();
        others.filter(move |other| scope.is_some() && self.all[*other].wishes.scope == scope)
    }

    fn can_run(&self, at: usize) -> bool {
        self.same_scope(at, |state| state.status == Status::Pending)
            .next()
            .is_none_or(|first| first == at)
    }

    fn next_in_scope(&self, at: usize) -> Option<usize> {
        self.same_scope(at, |state| state.paused)
            .find(|other| *other != at)
    }

    fn can_start(&self, at: usize) -> bool {
        let online = self.all[at].wishes.network != NetworkMode::Online || self.environment.online;
        online && self.can_run(at)
    }

    fn can_continue(&self, at: usize) -> bool {
        let mutation = &self.all[at];
        let always = mutation.wishes.network == NetworkMode::Always;
        if mutation.run.as_ref().is_some_and(|run| run.tries == 0.0) {
            return self.can_start(at);
        }
        self.environment.focused && (always || self.environment.online) && self.can_run(at)
    }
}
