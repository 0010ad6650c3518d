//! Decisions that may depend on functions of the user.
//!
//! A decision is written as plain code over answers. Where an answer is missing it stops with the question; JavaScript calls
//! the user's function and the decision runs again from the start, with one answer more. So the functions are called as
//! often, and in the same order, as the code reads.

use super::early::until_early;
use super::observer::{Enabled, Observer, Options, Refetch, Setting};
use super::query::{Query, STATIC, Status};
use super::slab::Slab;

/// Which function of the user has to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Topic {
    /// `enabled`: 0 for `false`, 2 for nothing, else 1.
    Enabled = 0,
    /// `staleTime`: ms, or `STATIC`.
    StaleTime = 1,
    /// `refetchOnMount`: 0 no, 1 if stale, 2 always.
    OnMount = 2,
    /// `refetchOnWindowFocus`.
    OnFocus = 3,
    /// `refetchOnReconnect`.
    OnReconnect = 4,
    /// `retryOnMount`.
    RetryOnMount = 5,
    /// `refetchInterval`: ms, 0 for none.
    Interval = 6,
    /// `enabled` of the options before.
    PreviousEnabled = 7,
    /// `staleTime` of the options before.
    PreviousStaleTime = 8,
    /// `retry`: 0 or 1.
    Retry = 9,
    /// `retryDelay`: ms.
    RetryDelay = 10,
}

/// A question, and the observer whose option it is (`None`: the options that the caller holds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Which function.
    pub topic: Topic,
    /// Whose.
    pub observer: Option<u32>,
}

/// The result of a decision, or the question that it waits for.
pub type Verdict<T> = Result<T, Question>;

/// Answers given so far, read in order.
#[derive(Debug)]
pub struct Answers<'a> {
    given: &'a [f64],
    used: usize,
}

impl<'a> Answers<'a> {
    /// Reads from the start.
    pub const fn new(given: &'a [f64]) -> Self {
        Self { given, used: 0 }
    }

    /// The next answer.
    pub fn ask(&mut self, topic: Topic, observer: Option<u32>) -> Verdict<f64> {
        let answer = self
            .given
            .get(self.used)
            .copied()
            .ok_or(Question { topic, observer })?;
        self.used += 1;
        Ok(answer)
    }
}

/// An observer's options at the moment of a decision.
#[derive(Debug)]
pub struct Asker<'a, 'b> {
    /// The options.
    pub options: &'a Options,
    /// Whose they are.
    pub observer: Option<u32>,
    /// The answers.
    pub answers: &'a mut Answers<'b>,
}

impl Asker<'_, '_> {
    fn flag(&mut self, setting: Setting<bool>, topic: Topic) -> Verdict<bool> {
        match setting {
            Setting::Constant(value) => Ok(value),
            Setting::Dynamic => Ok(self.answers.ask(topic, self.observer)? != 0.0),
        }
    }

    fn number(&mut self, setting: Setting<f64>, topic: Topic) -> Verdict<f64> {
        match setting {
            Setting::Constant(value) => Ok(value),
            Setting::Dynamic => self.answers.ask(topic, self.observer),
        }
    }

    /// Whether it may fetch by itself.
    pub fn enabled(&mut self) -> Verdict<bool> {
        Ok(self.said_enabled(self.options.enabled, Topic::Enabled)? != Enabled::No)
    }

    /// What it says of itself, in these options or in those before.
    pub fn said_enabled(&mut self, setting: Setting<Enabled>, topic: Topic) -> Verdict<Enabled> {
        match setting {
            Setting::Constant(value) => Ok(value),
            Setting::Dynamic => Ok(Enabled::from_code(
                self.answers.ask(topic, self.observer)? as u32
            )),
        }
    }

    /// How long data stays fresh (ms), as it is said; `Query::stale_time` tells what it comes to.
    pub fn stale_time(&mut self) -> Verdict<f64> {
        self.number(self.options.stale_time, Topic::StaleTime)
    }

    /// How often it polls (ms).
    pub fn interval(&mut self) -> Verdict<f64> {
        self.number(self.options.interval, Topic::Interval)
    }

    /// Whether the data is stale for this observer; a disabled one never says so.
    pub fn is_stale(&mut self, query: &Query, now: f64) -> Verdict<bool> {
        Ok(self.enabled()?
            && query.is_stale_by_time(self.stale_time()?, self.options.suspense, now))
    }

    /// Whether mounting fetches.
    pub fn on_mount(&mut self, query: &Query, now: f64) -> Verdict<bool> {
        let loads = self.enabled()?
            && !query.state.has_data
            && (query.state.status != Status::Error
                || self.flag(self.options.retry_on_mount, Topic::RetryOnMount)?);
        Ok(loads
            || (query.state.has_data
                && self.on(query, self.options.on_mount, Topic::OnMount, now)?))
    }

    /// Whether focus fetches.
    pub fn on_focus(&mut self, query: &Query, now: f64) -> Verdict<bool> {
        self.on(query, self.options.on_focus, Topic::OnFocus, now)
    }

    /// Whether a reconnect fetches.
    pub fn on_reconnect(&mut self, query: &Query, now: f64) -> Verdict<bool> {
        self.on(query, self.options.on_reconnect, Topic::OnReconnect, now)
    }

    /// Whether changed options fetch: `moved` tells that the query is another one, `previous` what `enabled` was.
    pub fn on_change(
        &mut self,
        query: &Query,
        moved: bool,
        previous: &Options,
        now: f64,
    ) -> Verdict<bool> {
        let starts = moved
            || self.said_enabled(previous.enabled, Topic::PreviousEnabled)? == Enabled::No
            || (self.options.skips_cache && !previous.skips_cache);
        if !starts || (self.options.suspense && query.state.status == Status::Error) {
            return Ok(false);
        }
        if self.options.skips_cache {
            return self.enabled();
        }
        Ok(self.is_stale(query, now)? || self.is_early(query, now)?)
    }

    /// Whether fresh data is so close to its end that this observer refreshes it.
    fn is_early(&mut self, query: &Query, now: f64) -> Verdict<bool> {
        if self.options.early == 0.0 || query.lead == 0.0 || !self.enabled()? {
            return Ok(false);
        }
        let stale_time = query.stale_time(self.stale_time()?, self.options.suspense);
        Ok(until_early(query, stale_time, self.options.early, now).is_some_and(|left| left <= 0.0))
    }

    fn on(
        &mut self,
        query: &Query,
        setting: Setting<Refetch>,
        topic: Topic,
        now: f64,
    ) -> Verdict<bool> {
        if query.signed_out || !self.enabled()? || self.stale_time()? == STATIC {
            return Ok(false);
        }
        let refetch = match setting {
            Setting::Constant(refetch) => refetch,
            Setting::Dynamic => Refetch::from_code(self.answers.ask(topic, self.observer)? as u32),
        };
        Ok(match refetch {
            Refetch::Always => true,
            Refetch::No => false,
            Refetch::IfStale => self.is_stale(query, now)? || self.is_early(query, now)?,
        })
    }
}

/// The observers of a query, asked one after the other until one says yes.
pub fn any_observer(
    query: &Query,
    observers: &Slab<Observer>,
    answers: &mut Answers<'_>,
    mut says: impl FnMut(&mut Asker<'_, '_>) -> Verdict<bool>,
) -> Verdict<Option<u32>> {
    for id in &query.observers {
        let options = &observers[*id].options;
        if says(&mut Asker {
            options,
            observer: Some(*id),
            answers,
        })? {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// Whether an observer watches the query that may fetch.
pub fn is_active(
    query: &Query,
    observers: &Slab<Observer>,
    answers: &mut Answers<'_>,
) -> Verdict<bool> {
    Ok(any_observer(query, observers, answers, |asker| asker.enabled())?.is_some())
}

/// Whether nothing would ever fetch the query by itself; `skipped`: its query function is the skip token.
pub fn is_disabled(
    query: &Query,
    skipped: bool,
    observers: &Slab<Observer>,
    answers: &mut Answers<'_>,
) -> Verdict<bool> {
    if query.observers.is_empty() {
        return Ok(skipped || !query.state.is_fetched());
    }
    Ok(!is_active(query, observers, answers)?)
}

/// Whether an observer takes the data for final; without data nothing is.
pub fn is_static(
    query: &Query,
    observers: &Slab<Observer>,
    answers: &mut Answers<'_>,
) -> Verdict<bool> {
    Ok(query.state.has_data
        && any_observer(query, observers, answers, |asker| {
            Ok(asker.stale_time()? == STATIC)
        })?
        .is_some())
}

/// Whether the query is stale for its observers as they last saw it, or by itself.
pub fn is_stale(query: &Query, observers: &Slab<Observer>) -> bool {
    if query.observers.is_empty() {
        return !query.state.has_data || query.state.invalidated;
    }
    query.observers.iter().any(|id| observers[*id].last_stale)
}
