//! Comes to the decisions that JavaScript asks for: a question where the answer of a function is missing.

use super::clock::SAME_MOMENT_MS;
use super::core::Engine;
use super::decision::{
    Answers, Asker, Question, Topic, Verdict, is_active, is_disabled, is_stale, is_static,
};
use super::fetch::{Environment, Fetch, Phase, default_retry, default_retry_delay};
use super::observer::{Options, Setting};
use super::pending::{Decision, Filter, PendingDecision};
use super::query::{Query, until_stale};
use super::timers::Deadline;

impl Engine {
    /// Decides; a negative number is a question: `-(1 + topic + 16 * observer)`.
    pub fn decide(&mut self, decision: Decision) -> f64 {
        self.go_on(PendingDecision {
            decision,
            answers: Vec::new(),
        })
    }

    /// The answer to the last question of `decide`; goes on with that decision.
    pub fn answer(&mut self, answer: f64) -> f64 {
        let Some(mut pending) = self.decisions.pop() else {
            return 0.0;
        };
        pending.answers.push(answer);
        self.go_on(pending)
    }

    /// A function that was asked has thrown: forgets the decision.
    pub fn forget_decision(&mut self) {
        self.decisions.pop();
    }

    fn go_on(&mut self, mut pending: PendingDecision) -> f64 {
        match self.try_decide(&mut pending.decision, &mut Answers::new(&pending.answers)) {
            Ok(value) => value,
            Err(Question { topic, observer }) => {
                self.decisions.push(pending);
                -(1.0 + f64::from(topic as u8) + 16.0 * f64::from(observer.unwrap_or(0)))
            }
        }
    }

    fn try_decide(&mut self, decision: &mut Decision, answers: &mut Answers<'_>) -> Verdict<f64> {
        if !self.is_open(decision) {
            return Ok(0.0);
        }
        Ok(match decision {
            Decision::Result {
                query,
                options,
                observer,
                data_count,
                error_count,
                now,
            } => {
                let record = &self.queries[*query];
                let mut asker = Asker {
                    options,
                    observer: None,
                    answers,
                };
                let stale = asker.is_stale(record, *now)?;
                let enabled = asker.enabled()?;
                let state = &record.state;
                let fetched = state.data_update_count > *data_count
                    || state.error_update_count > *error_count;
                if let Some(observer) = observer.and_then(|id| self.observers.get_mut(id)) {
                    observer.last_stale = stale;
                    observer.last_updated_at = state.data_updated_at;
                }
                f64::from(
                    u8::from(stale)
                        + 2 * u8::from(enabled)
                        + 4 * u8::from(fetched)
                        + 8 * u8::from(state.is_fetched()),
                )
            }
            Decision::OnMount {
                query,
                options,
                counted,
                now,
            } => {
                let record = &self.queries[*query];
                let fetches = Asker {
                    options,
                    observer: None,
                    answers,
                }
                .on_mount(record, *now)?;
                if *counted && (fetches || record.state.has_data) {
                    let counters = self.stats.of(record.prefix);
                    if fetches {
                        counters.misses += 1;
                    } else {
                        counters.hits += 1;
                    }
                }
                f64::from(fetches)
            }
            Decision::OnChange {
                query,
                options,
                moved,
                previous,
                now,
            } => {
                let asker = &mut Asker {
                    options,
                    observer: None,
                    answers,
                };
                f64::from(asker.on_change(&self.queries[*query], *moved, previous, *now)?)
            }
            Decision::OnWake {
                query,
                options,
                focus,
                now,
            } => {
                let record = &self.queries[*query];
                let asker = &mut Asker {
                    options,
                    observer: None,
                    answers,
                };
                f64::from(if *focus {
                    asker.on_focus(record, *now)?
                } else {
                    asker.on_reconnect(record, *now)?
                })
            }
            Decision::Active(query) => {
                f64::from(is_active(&self.queries[*query], &self.observers, answers)?)
            }
            Decision::Disabled(query) => {
                let record = &self.queries[*query];
                f64::from(is_disabled(
                    record,
                    record.skipped,
                    &self.observers,
                    answers,
                )?)
            }
            Decision::Static(query) => {
                f64::from(is_static(&self.queries[*query], &self.observers, answers)?)
            }
            Decision::Timers {
                observer,
                now,
                server,
            } => self.decide_timers(*observer, *now, *server, answers)?,
            Decision::Retime {
                observer,
                moved,
                previous,
                now,
                server,
            } => self.decide_retime(*observer, *moved, previous, *now, *server, answers)?,
            Decision::Failed {
                query,
                generation,
                retry,
                delay,
                environment,
            } => self.decide_failed(*query, *generation, *retry, *delay, *environment, answers)?,
            Decision::RunFailed {
                run,
                retry,
                delay,
                environment,
            } => self.decide_run_failed(*run, *retry, *delay, *environment, answers)?,
            Decision::Select { list, filter } => {
                let mut kept = Vec::with_capacity(list.len());
                for id in list.iter() {
                    if self.queries.get(*id).is_some()
                        && self.passes(&self.queries[*id], *filter, answers)?
                    {
                        kept.push(*id);
                    }
                }
                self.selection = kept;
                self.selection.len() as f64
            }
        })
    }

    /// Whether there still is what the decision is about: a function that was asked may have taken it away.
    fn is_open(&self, decision: &Decision) -> bool {
        match decision {
            Decision::Result { query, .. }
            | Decision::OnMount { query, .. }
            | Decision::OnChange { query, .. }
            | Decision::OnWake { query, .. }
            | Decision::Active(query)
            | Decision::Disabled(query)
            | Decision::Static(query) => self.queries.get(*query).is_some(),
            Decision::Timers { observer, .. } | Decision::Retime { observer, .. } => self
                .observers
                .get(*observer)
                .is_some_and(|observer| !observer.gone),
            Decision::Failed { .. } | Decision::RunFailed { .. } | Decision::Select { .. } => true,
        }
    }

    fn passes(&self, query: &Query, filter: Filter, answers: &mut Answers<'_>) -> Verdict<bool> {
        if let Some(active) = filter.active
            && is_active(query, &self.observers, answers)? != active
        {
            return Ok(false);
        }
        Ok(filter
            .stale
            .is_none_or(|stale| is_stale(query, &self.observers) == stale)
            && filter
                .fetch_status
                .is_none_or(|status| query.state.fetch_status == status))
    }

    fn decide_timers(
        &mut self,
        id: u32,
        now: f64,
        server: bool,
        answers: &mut Answers<'_>,
    ) -> Verdict<f64> {
        let options = self.observers[id].options;
        let mut asker = Asker {
            options: &options,
            observer: Some(id),
            answers,
        };
        let stale_time = self.stale_time_to_wait(&mut asker, id, server)?;
        let interval = asker.interval()?;
        let polls = interval != 0.0 && !server && asker.enabled()?;
        self.set_stale_timer(id, stale_time, now);
        self.set_interval(id, interval, polls);
        Ok(f64::from(self.timer_pending()))
    }

    /// The stale time (ms) after which the observer's data turns stale, if it is to be waited for.
    fn stale_time_to_wait(
        &self,
        asker: &mut Asker<'_, '_>,
        id: u32,
        server: bool,
    ) -> Verdict<Option<f64>> {
        let query = &self.queries[self.observers[id].query];
        let stale_time = query.stale_time(asker.stale_time()?, asker.options.suspense);
        let waits = !self.observers[id].last_stale && !server && asker.enabled()?;
        Ok((waits && stale_time >= 0.0 && stale_time.is_finite()).then_some(stale_time))
    }

    fn decide_retime(
        &mut self,
        id: u32,
        moved: bool,
        previous: &Options,
        now: f64,
        server: bool,
        answers: &mut Answers<'_>,
    ) -> Verdict<f64> {
        let options = self.observers[id].options;
        let mut asker = Asker {
            options: &options,
            observer: Some(id),
            answers,
        };
        let enabled_changed = |asker: &mut Asker<'_, '_>| -> Verdict<bool> {
            let enabled = asker.said_enabled(options.enabled, Topic::Enabled)?;
            Ok(enabled != asker.said_enabled(previous.enabled, Topic::PreviousEnabled)?)
        };
        let stale_changed = |asker: &mut Asker<'_, '_>| -> Verdict<bool> {
            let stale_time = asker.stale_time()?;
            let before = match previous.stale_time {
                Setting::Constant(value) => value,
                Setting::Dynamic => asker.answers.ask(Topic::PreviousStaleTime, Some(id))?,
            };
            Ok(differ(stale_time, before))
        };
        let stale_time = if moved
            || enabled_changed(&mut asker)?
            || stale_changed(&mut asker)?
            || options.early != previous.early
        {
            Some(self.stale_time_to_wait(&mut asker, id, server)?)
        } else {
            None
        };
        let interval = asker.interval()?;
        let polls = if moved
            || enabled_changed(&mut asker)?
            || differ(interval, self.observers[id].interval)
        {
            Some(interval != 0.0 && !server && asker.enabled()?)
        } else {
            None
        };
        if let Some(stale_time) = stale_time {
            self.set_stale_timer(id, stale_time, now);
        }
        if let Some(polls) = polls {
            self.set_interval(id, interval, polls);
        }
        Ok(f64::from(self.timer_pending()))
    }

    fn set_stale_timer(&mut self, id: u32, stale_time: Option<f64>, now: f64) {
        let observer = &mut self.observers[id];
        self.timers.clear(&mut observer.stale_timer);
        if let Some(stale_time) = stale_time {
            // One ms more: at the very end of the stale time the data is still fresh for hosts that fire early.
            let left = until_stale(observer.last_updated_at, stale_time, now) + 1.0;
            observer.stale_timer = self
                .timers
                .set(self.clock.now() + left, Deadline::Stale(id));
        }
        self.set_early_timer(id, stale_time, now);
    }

    fn set_interval(&mut self, id: u32, interval: f64, polls: bool) {
        let observer = &mut self.observers[id];
        self.timers.clear(&mut observer.interval_timer);
        observer.interval = interval;
        if polls && interval > 0.0 && interval.is_finite() {
            observer.interval_timer = self
                .timers
                .set(self.clock.now() + interval, Deadline::Interval(id));
        }
    }

    fn decide_failed(
        &mut self,
        id: u32,
        generation: u32,
        retry: Setting<f64>,
        delay: Setting<f64>,
        environment: Environment,
        answers: &mut Answers<'_>,
    ) -> Verdict<f64> {
        let Some(query) = self.queries.get_mut(id) else {
            return Ok(2.0);
        };
        let Some(fetch) = query.fetch_of_mut(generation) else {
            return Ok(2.0);
        };
        if !another_try(fetch, retry, delay, environment, answers)? {
            return Ok(0.0);
        }
        let failures = fetch.failures;
        query.state.failure_count = failures;
        Ok(1.0)
    }

    fn decide_run_failed(
        &mut self,
        id: u32,
        retry: Setting<f64>,
        delay: Setting<f64>,
        environment: Environment,
        answers: &mut Answers<'_>,
    ) -> Verdict<f64> {
        let Some(run) = self.runs.get_mut(id) else {
            return Ok(2.0);
        };
        let again = another_try(&mut run.fetch, retry, delay, environment, answers)?;
        Ok(f64::from(again))
    }
}

/// Counts a failed try, and says how long the fetch is to sleep; whether another try follows at all.
fn another_try(
    fetch: &mut Fetch,
    retry: Setting<f64>,
    delay: Setting<f64>,
    environment: Environment,
    answers: &mut Answers<'_>,
) -> Verdict<bool> {
    let delay = match delay {
        Setting::Constant(delay) if delay.is_nan() => default_retry_delay(fetch.failures),
        Setting::Constant(delay) => delay,
        Setting::Dynamic => answers.ask(Topic::RetryDelay, None)?,
    };
    let again = match retry {
        Setting::Constant(retry) if retry.is_nan() => {
            !fetch.hopeless && fetch.failures < default_retry(environment.server)
        }
        Setting::Constant(retry) => fetch.failures < retry,
        Setting::Dynamic => answers.ask(Topic::Retry, None)? != 0.0,
    };
    if fetch.retry_cancelled || !again {
        fetch.phase = Phase::GivenUp;
        return Ok(false);
    }
    fetch.failures += 1.0;
    fetch.phase = Phase::Sleeping;
    fetch.hopeless = false;
    let delay = if delay >= SAME_MOMENT_MS { delay } else { 0.0 };
    fetch.pause = delay.max(fetch.pause);
    Ok(true)
}

/// Whether two options differ; NaN stands for one that isn't given.
fn differ(a: f64, b: f64) -> bool {
    a != b && !(a.is_nan() && b.is_nan())
}
