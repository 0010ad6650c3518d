//! Requests: how they begin, and what follows when they fail.

use super::{Live, Output, Phase, Queued, REQUEST_MS, Reason, Status};

/// Longer waits than this are not taken from a server, in ms: a mistaken `Retry-After` must not silence a page for good.
pub const MAX_FLOOR_MS: f64 = 3_600_000.0;

impl Live {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub(super) fn has_request(&self) -> bool {
        matches!(
            self.phase,
            Phase::Asking { .. } | Phase::Connecting { .. } | Phase::Open { .. }
        )
    }

    pub(super) fn silence(&self) -> f64 {
        2.0 * self.heartbeat_ms as f64
    }

    pub(super) fn tell(&mut self, status: Status) {
        self.queue.push_back(Queued::Output(Output::Status(status)));
    }

    pub(super) fn start(&mut self, now: f64) {
        self.tell(Status::Connecting);
        if !self.config.asks_token {
            return self.request(now);
        }
        self.phase = Phase::Asking { since: now };
        let refused = std::mem::take(&mut self.token_refused);
        self.queue
            .push_back(Queued::Output(Output::AskToken { refused }));
    }

    pub(super) fn request(&mut self, now: f64) {
        self.phase = Phase::Connecting { since: now };
        let started = self.started.filter(|_| self.unproven);
        self.age_ms = started.map(|started| (now - started + REQUEST_MS).ceil() as u64);
        self.renew_at = None;
        self.stats.connects += 1;
        self.queue.push_back(Queued::Connect { marked: false });
    }

    pub(super) fn restart(&mut self, now: f64) {
        self.abort();
        self.start(now);
    }

    pub(super) fn abort(&mut self) {
        if self.has_request() {
            self.queue.push_back(Queued::Output(Output::Abort));
        }
    }

    /// Ends the connection and waits: at least the server's floors, `asked_ms` for this one time.
    pub(super) fn fail(&mut self, reason: Reason, asked_ms: f64, now: f64) {
        self.abort();
        let always = self.retry_ms as f64 + self.random.unit() * self.jitter_ms as f64;
        let asked = asked_ms.clamp(0.0, MAX_FLOOR_MS);
        let delay_ms = self
            .backoff
            .fail(&mut self.random)
            .max(always.min(MAX_FLOOR_MS))
            .max(asked);
        self.phase = Phase::Waiting {
            at: now + delay_ms,
            floor: now + asked,
        };
        self.tell(Status::Waiting { reason, delay_ms });
    }
}
