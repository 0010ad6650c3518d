//! What each event of the stream means to the client.

use std::borrow::Cow;

use super::{Live, Output, Phase, Queued, Reason, Source, Status};
use crate::engine::protocol::{Bye, Hello, Inv, Message, Op, Reset, ResetReason, VERSION, is_id};
use crate::engine::sse::Event;

/// Longer heartbeats than this are not taken from a server, in ms.
const MAX_HEARTBEAT_MS: u64 = 600_000;
/// The earliest that another token is asked for before the old one expires, in ms.
const MAX_RENEWAL_MS: f64 = 30_000.0;
/// A token that is left with less is not renewed: the server's `bye` will ask for another one.
const MIN_TOKEN_MS: f64 = 5_000.0;

impl Live {
    pub(super) fn handle_event(&mut self, event: Event<'_>, source: Source, now: f64) {
        self.stats.events += 1;
        if let Some(retry) = event.retry {
            self.retry_ms = retry;
        }
        let mut shared = true;
        match Message::parse(event.name, event.data) {
            Ok(None) => self.stats.ignored += 1,
            Ok(Some(Message::Inv(inv))) => self.invalidate(inv),
            Ok(Some(Message::Sync(_))) if source == Source::Early => {}
            Ok(Some(Message::Sync(sync))) => {
                self.is_covered = source == Source::Own
                    && self.age_ms.is_some_and(|asked| sync.age_ms >= Some(asked));
                if source == Source::Fed {
                    // The other tab connected at some time before.
                    self.mark();
                }
                self.own_up();
                self.complete(now);
            }
            Ok(Some(Message::Reset(reset))) => self.reset(reset, source, now),
            Ok(Some(Message::Hb)) => {}
            // What a server says of one connection is for its owner.
            Ok(Some(Message::Hello(_) | Message::Bye(_))) if source != Source::Own => {}
            Ok(Some(Message::Hello(hello))) => {
                shared = false;
                self.greet(hello, now);
            }
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
        if source == Source::Own && self.is_open() {
            if shared && self.config.relays {
                let lost = event.id.is_empty() && !self.noted.is_empty();
                let text = event.frame(lost);
                self.relay(text, event.id.to_owned());
            }
            self.note(event.id);
        } else if source == Source::Fed {
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
        self.renew_at = None;
        if let (true, Some(exp), Some(ahead)) = (self.config.asks_token, hello.exp, self.wall_ahead)
        {
            let left = exp as f64 * 1000.0 - (now + ahead);
            if left > MIN_TOKEN_MS {
                // At random, or all that logged in together would ask together.
                let early = (left * 0.1).min(MAX_RENEWAL_MS) * (1.0 + self.random.unit());
                self.renew_at = Some(now + left - early);
            }
        }
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

    fn reset(&mut self, reset: Reset, source: Source, now: f64) {
        let everything = reset.scope.iter().any(|glob| glob == "*");
        if source != Source::Early && !everything {
            self.own_up();
        }
        self.apply_reset(
            reset.scope,
            reset.spread_ms as f64,
            reset.reason.as_str().to_owned().into(),
        );
        if source != Source::Early {
            self.gap = false;
            self.complete(now);
        }
    }

    /// Takes everything for stale if something may have been missed.
    pub(super) fn own_up(&mut self) {
        if !std::mem::take(&mut self.gap) {
            return;
        }
        self.reset_everything("cursor-lost");
        if self.config.relays {
            let spread_ms = self.config.spread_ms;
            let reset = Reset::everything(ResetReason::Other("cursor-lost".into()), spread_ms);
            self.relay(Message::Reset(reset).frame(None), String::new());
        }
    }

    /// Hands an event on to the other tabs.
    pub(super) fn relay(&mut self, text: String, id: String) {
        self.queue
            .push_back(Queued::Output(Output::Relay { text, id }));
    }

    pub(super) fn reset_everything(&mut self, reason: &'static str) {
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
    pub(super) fn complete(&mut self, now: f64) {
        self.backoff.reset();
        self.was_live = true;
        self.known = Some(now);
        if std::mem::take(&mut self.unproven) {
            if std::mem::take(&mut self.is_shaky) {
                self.queue.push_back(Queued::Output(Output::Mark));
            }
            let from_start = self.is_covered;
            self.queue
                .push_back(Queued::Output(Output::ApplyUnproven { from_start }));
        }
        // A reset may come at any time: not news to whoever watches the status.
        if let Phase::Open { live, .. } | Phase::Fed { live } = &mut self.phase
            && !std::mem::replace(live, true)
        {
            self.tell(Status::Live);
        }
    }

    fn leave(&mut self, bye: Bye, now: f64) {
        self.token_refused |= bye.reason.as_str() == "exp";
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
