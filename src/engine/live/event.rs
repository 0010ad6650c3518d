//! What each event of the stream means to the client.

use std::borrow::Cow;

use super::{Live, Output, Phase, Queued, Reason, Status};
use crate::engine::protocol::{Bye, Hello, Inv, Message, Op, Reset, VERSION, is_id};
use crate::engine::sse::Event;

/// Longer heartbeats than this are not taken from a server, in ms.
const MAX_HEARTBEAT_MS: u64 = 600_000;

impl Live {
    pub(super) fn handle_event(&mut self, event: Event<'_>, now: f64) {
        self.stats.events += 1;
        if let Some(retry) = event.retry {
            self.retry_ms = retry;
        }
        match Message::parse(event.name, event.data) {
            Ok(None) => self.stats.ignored += 1,
            Ok(Some(Message::Hello(hello))) => self.greet(hello, now),
            Ok(Some(Message::Inv(inv))) => self.invalidate(inv),
            Ok(Some(Message::Sync(_))) => {
                if std::mem::take(&mut self.gap) {
                    self.reset_everything("cursor-lost");
                }
                self.complete();
            }
            Ok(Some(Message::Reset(reset))) => self.reset(reset),
            Ok(Some(Message::Hb)) => {}
            Ok(Some(Message::Bye(bye))) => {
                self.note(event.id);
                self.leave(bye, now);
            }
            Err(error) if event.name == "hello" => {
                self.fail(Reason::Hello(error.to_string()), 0.0, now)
            }
            // What can't be read may have meant anything.
            Err(_) => self.reset_everything("unreadable"),
        }
        if self.is_open() {
            self.note(event.id);
        }
    }

    fn greet(&mut self, hello: Hello, now: f64) {
        if hello.v != VERSION {
            let cause = format!(
                "version {}, this client speaks {VERSION}: update it",
                hello.v
            );
            return self.fail(Reason::Hello(cause), 0.0, now);
        }
        if hello.hb_ms > 0 {
            self.heartbeat_ms = hello.hb_ms.min(MAX_HEARTBEAT_MS);
        }
        self.retry_ms = hello.retry_ms;
        self.jitter_ms = hello.jitter_ms;
    }

    fn invalidate(&mut self, inv: Inv) {
        let Inv {
            mut ops,
            mode,
            src,
            spread_ms,
        } = inv;
        let all = ops.len();
        ops.retain(|op| *op != Op::Unknown);
        let unknown = ops.len() < all;
        self.stats.operations += ops.len() as u32;
        if !ops.is_empty() {
            let spread_ms = spread_ms.unwrap_or(0) as f64;
            self.queue.push_back(Queued::Output(Output::ApplyOps {
                ops,
                mode,
                src,
                spread_ms,
            }));
        }
        if unknown {
            self.reset_everything("unknown-operation");
        }
    }

    fn reset(&mut self, reset: Reset) {
        let scope = if std::mem::take(&mut self.gap) {
            vec!["*".into()]
        } else {
            reset.scope
        };
        self.apply_reset(
            scope,
            reset.spread_ms as f64,
            reset.reason.as_str().to_owned().into(),
        );
        self.complete();
    }

    fn reset_everything(&mut self, reason: &'static str) {
        self.apply_reset(
            vec!["*".into()],
            self.config.spread_ms as f64,
            reason.into(),
        );
    }

    fn apply_reset(&mut self, scope: Vec<String>, spread_ms: f64, reason: Cow<'static, str>) {
        self.stats.resets += 1;
        self.unproven &= !scope.iter().any(|glob| glob == "*");
        self.queue.push_back(Queued::Output(Output::ApplyReset {
            scope,
            spread_ms,
            reason,
        }));
    }

    /// The replay ended in `sync` or `reset`.
    fn complete(&mut self) {
        self.backoff.reset();
        self.was_live = true;
        if std::mem::take(&mut self.unproven) {
            self.queue.push_back(Queued::Output(Output::ApplyUnproven));
        }
        // A reset may come at any time: not news to whoever watches the status.
        if let Phase::Open { live, .. } = &mut self.phase
            && !std::mem::replace(live, true)
        {
            self.tell(Status::Live);
        }
    }

    fn leave(&mut self, bye: Bye, now: f64) {
        self.fresh_token |= bye.reason.as_str() == "exp";
        let floor = bye.delay_ms as f64 + self.random.unit() * bye.jitter_ms as f64;
        self.fail(Reason::Bye(bye.reason.as_str().into()), floor, now);
    }

    /// Queues the id for commit, behind what its event asked for. An id that this protocol does not have is not taken: the
    /// one before it asks for more, never for less.
    pub(super) fn note(&mut self, id: &str) {
        if self.noted == id {
            return;
        }
        self.noted = id.into();
        if id.is_empty() {
            self.lose_cursor();
        } else if is_id(id) {
            self.queue.push_back(Queued::Commit(Some(id.into())));
        }
    }

    pub(super) fn lose_cursor(&mut self) {
        self.gap = true;
        self.queue.push_back(Queued::Commit(None));
    }
}
