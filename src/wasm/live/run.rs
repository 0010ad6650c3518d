//! The loop that asks, fetches, reads and sleeps for a live connection.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

use super::request::{Pending, Step, read, read_answer};
use super::shared::Shared;
use crate::engine::live::Output as Live;
use crate::engine::tabs::{Lock, Output};
use crate::wasm::clock::reading;

/// `setTimeout` fires at once for longer delays.
const LONGEST_SLEEP_MS: f64 = 2_147_483_647.0;

/// What runs of the one request that there may be.
#[derive(Default)]
struct Running {
    token: Option<String>,
    abort: Option<AbortController>,
    reader: Option<ReadableStreamDefaultReader>,
    pending: Option<Pending>,
}

/// Drives the connection until it has nothing to wait for.
pub(super) async fn run(shared: Rc<Shared>) {
    let mut running = Running::default();
    loop {
        loop {
            let output = shared.live.borrow_mut().poll_output();
            let Some(output) = output else { break };
            running.carry_out(&shared, output);
        }
        shared.is_opening.set(false);
        let deadline = shared.live.borrow().deadline();
        if deadline.is_none() && running.pending.is_none() {
            // Closed, stopped or offline: the next command starts the loop again.
            shared.is_running.set(false);
            return;
        }
        let step = wait(&shared, running.pending.as_mut(), deadline).await;
        shared.clocks.set(None);
        let now = reading();
        match step {
            Some(step) => running.take(&shared, step, now),
            None => shared.live.borrow_mut().handle_timeout(now),
        }
    }
}

impl Running {
    fn carry_out(&mut self, shared: &Shared, output: Output) {
        match output {
            Output::Live(output) => self.carry_out_own(shared, output),
            Output::Send(text) => shared.tell("send", text.into(), JsValue::UNDEFINED),
            Output::Channel(open) => shared.tell("channel", open.into(), JsValue::UNDEFINED),
            Output::Lock(lock) => {
                let what = match lock {
                    Lock::Request => "request",
                    Lock::Steal => "steal",
                    Lock::Release => "release",
                };
                shared.tell("lock", what.into(), JsValue::UNDEFINED);
            }
        }
    }

    fn carry_out_own(&mut self, shared: &Shared, output: Live) {
        match output {
            Live::AskToken { refused } => {
                self.pending = Some(shared.target.ask_token(refused));
            }
            Live::Mark => shared.mark(),
            Live::Connect { cursor, age_ms, .. } => {
                self.abort = AbortController::new().ok();
                let token = self.token.take();
                let request =
                    shared
                        .target
                        .send(cursor.as_deref(), age_ms, token, self.abort.as_ref());
                self.pending = Some(request);
            }
            Live::Abort => {
                (self.pending, self.token) = (None, None);
                // Node's fetch forgets its signal once what it made of the request is collected: cancelling the body
                // ends the request there, too.
                if let Some(reader) = self.reader.take() {
                    drop(JsFuture::from(reader.cancel()));
                }
                if let Some(abort) = self.abort.take() {
                    abort.abort();
                }
            }
            Live::Relay { .. } => {}
            Live::ApplyOps {
                ops,
                mode,
                src,
                spread_ms,
            } => {
                let src = src.as_deref();
                shared.apply("ops", |core, now| {
                    core.apply_operations(&ops, mode, src, spread_ms, now)
                });
            }
            Live::ApplyReset {
                scope, spread_ms, ..
            } => {
                shared.apply("reset", |core, now| {
                    core.apply_reset(&scope, spread_ms, now)
                });
            }
            Live::ApplyUnproven { from_start } => {
                let (start, before) = (shared.start.take(), shared.before.take());
                let before = if from_start { start } else { before };
                shared.apply("reset", |core, now| core.apply_unproven(&before, now));
            }
            Live::Status(status) => shared.tell_status(&status),
        }
    }

    fn take(&mut self, shared: &Shared, step: Step, now: f64) {
        let mut live = shared.live.borrow_mut();
        match step {
            Step::Token(given) => {
                self.pending = None;
                let verdict = given.as_ref().map(|_| ()).map_err(String::as_str);
                live.handle_token(verdict, now);
                self.token = given.ok();
            }
            Step::Answer(response) => {
                read_answer(&response, |answer| live.handle_response(answer, now));
                // If the answer has been refused, the abort that now waits in the outputs takes the reader away again.
                self.reader = response
                    .body()
                    .map(|body| body.get_reader().unchecked_into());
                self.pending = Some(read(self.reader.as_ref()));
            }
            Step::Bytes(bytes) => {
                live.handle_bytes(&bytes, now);
                self.pending = Some(read(self.reader.as_ref()));
            }
            Step::Closed(error) => {
                *self = Self::default();
                live.handle_closed(error.as_deref(), now);
            }
        }
    }
}

/// The next step of the request; `None` at the deadline, and when a command came in between.
async fn wait(
    shared: &Shared,
    mut pending: Option<&mut Pending>,
    deadline: Option<f64>,
) -> Option<Step> {
    shared.is_woken.set(false);
    let mut sleep = deadline.map(|deadline| {
        let ms = (deadline - reading()).clamp(0.0, LONGEST_SLEEP_MS);
        TimeoutFuture::new(ms.ceil() as u32)
    });
    poll_fn(|context| {
        if let Some(pending) = &mut pending
            && let Poll::Ready(step) = pending.as_mut().poll(context)
        {
            return Poll::Ready(Some(step));
        }
        let is_due = sleep
            .as_mut()
            .is_some_and(|sleep| Pin::new(sleep).poll(context).is_ready());
        if is_due || shared.is_woken.get() {
            return Poll::Ready(None);
        }
        *shared.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    })
    .await
}
