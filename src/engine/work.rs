//! What is done with each query of a list, one transition at a time.

use super::core::Engine;
use super::decision::{Answers, Question, any_observer, is_active, is_disabled, is_static};
use super::effect::{Action, Effect};
use super::fetch::Phase;
use super::frames::{Frame, Run, Work};

impl Engine {
    pub(super) fn each_next(
        &mut self,
        work: Work,
        mut run: Run,
        now: f64,
        mut answers: Vec<f64>,
    ) -> Option<Effect> {
        if run.at == run.end {
            if let Work::ChooseRefetch { kept } = work {
                run = Run {
                    at: run.start,
                    end: kept,
                    ..run
                };
                self.frames.push(Frame::Each {
                    work: Work::Refetch,
                    run,
                    now,
                    answers,
                });
            } else {
                self.arena.truncate(run.start);
            }
            return None;
        }
        let query = self.arena[run.at];
        let verdict = self.work_on(query, work, now, &answers);
        let (again, step) = match verdict {
            Err(question) => {
                self.frames.push(Frame::Each {
                    work,
                    run,
                    now,
                    answers,
                });
                return Some(Effect::Ask(
                    question.topic as u32,
                    question.observer.unwrap_or(0),
                ));
            }
            Ok(done) => done,
        };
        answers.clear();
        let mut next = work;
        match (work, again) {
            (Work::Wake { focus }, _) => next = Work::Resume { focus },
            (Work::Resume { focus }, _) => {
                next = Work::Wake { focus };
                run.at += 1;
            }
            (Work::ChooseRefetch { kept }, true) => {
                self.arena[kept] = query;
                next = Work::ChooseRefetch { kept: kept + 1 };
                run.at += 1;
            }
            _ => run.at += 1,
        }
        self.frames.push(Frame::Each {
            work: next,
            run,
            now,
            answers,
        });
        match step {
            Some(Step::Effect(effect)) => Some(effect),
            Some(Step::Announce(action)) => {
                self.announce(query, action);
                None
            }
            None => None,
        }
    }

    /// What one kind of work means for one query; the flag says that `ChooseRefetch` keeps it.
    fn work_on(
        &mut self,
        id: u32,
        work: Work,
        now: f64,
        answers: &[f64],
    ) -> Result<(bool, Option<Step>), Question> {
        let Some(query) = self.queries.get_mut(id) else {
            return Ok((false, None));
        };
        let answers = &mut Answers::new(answers);
        Ok(match work {
            Work::Invalidate => {
                if query.state.invalidated {
                    return Ok((false, None));
                }
                query.state.invalidated = true;
                self.stats.of(query.prefix).invalidations += 1;
                (false, Some(Step::Announce(Action::Invalidate)))
            }
            Work::ChooseRefetch { .. } => {
                let query = &self.queries[id];
                let wanted = !is_disabled(query, query.skipped, &self.observers, answers)?
                    && !is_static(query, &self.observers, answers)?;
                (wanted, None)
            }
            Work::Refetch => (false, Some(Step::Effect(Effect::Fetch(id)))),
            Work::Wake { focus } => {
                let query = &self.queries[id];
                let observer = any_observer(query, &self.observers, answers, |asker| {
                    if focus {
                        asker.on_focus(query, now)
                    } else {
                        asker.on_reconnect(query, now)
                    }
                })?;
                (
                    false,
                    observer.map(|observer| Step::Effect(Effect::Wake(observer))),
                )
            }
            Work::Resume { .. } => {
                let resumes = query.fetch.as_ref().is_some_and(|fetch| {
                    fetch.phase == Phase::Paused && fetch.can_continue(self.environment)
                });
                (false, resumes.then_some(Step::Effect(Effect::Continue(id))))
            }
            Work::Sweep => {
                // A fetch that has begun since is younger than the operation and answers it.
                let waits = query.in_sweep && !query.in_flight();
                let query = &self.queries[id];
                let wanted = waits
                    && !query.signed_out
                    && !query.observers.is_empty()
                    && is_active(query, &self.observers, answers)?
                    && !is_static(query, &self.observers, answers)?;
                self.queries[id].in_sweep = false;
                (false, wanted.then_some(Step::Effect(Effect::Fetch(id))))
            }
            Work::Drop => {
                let watched = !query.observers.is_empty();
                (
                    false,
                    Some(Step::Effect(if watched {
                        Effect::Reset(id)
                    } else {
                        Effect::Remove(id)
                    })),
                )
            }
        })
    }
}

enum Step {
    Effect(Effect),
    Announce(Action),
}
